// Connections, synchronous transactions, schema steps and the outbox, over two backends.
