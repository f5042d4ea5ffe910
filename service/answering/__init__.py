"""From a parent's text to its effects, in one transaction."""
