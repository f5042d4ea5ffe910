"""The running system around the pure parts: what is stored, sent, planned, guarded and served."""
