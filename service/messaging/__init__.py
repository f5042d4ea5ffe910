"""Texts on their way: owed, sent, reported on, stopped."""
