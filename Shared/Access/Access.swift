// Callers, roles, tickets and the authorizer.
