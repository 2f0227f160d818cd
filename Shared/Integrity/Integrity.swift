// Leaf encoding, the RFC 6962 tree, checkpoints, tiles and receipts.
