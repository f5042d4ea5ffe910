"""Registering a child by text: what the answers say. Words are data, in joining.toml of each language."""
