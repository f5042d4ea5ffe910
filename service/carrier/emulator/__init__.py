"""A carrier of our own that speaks as Twilio does, for development, tests and demonstrations.

It is a program by itself: the official SDK talks to it, it signs and calls the webhooks, and it knows
nothing of Doseline's tables or rules. What it got wrong would be tested as right, so it follows
Twilio's documents, also where they are inconvenient.
"""
