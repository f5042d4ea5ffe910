"""What we say: a catalogue of replies per language, their rendering, and what they cost in segments."""

from conversations.replies.rendering import render

__all__ = ["render"]
