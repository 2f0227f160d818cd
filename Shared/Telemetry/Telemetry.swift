// Logs and metrics, with redaction.
