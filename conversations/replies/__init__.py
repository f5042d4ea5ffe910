"""What we say: the words of each language, how they are filled in, and what they cost to send."""
