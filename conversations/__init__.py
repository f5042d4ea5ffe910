"""From a parent's words to an answer: pure, with no database, no clock and no network."""
