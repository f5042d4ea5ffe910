"""What a parent can mean by a text.

The names are the vocabulary of the whole product: they appear in the transition table, in transcripts,
in stored readings and in reports to staff. An intent says nothing about how it was recognised.
"""

from enum import StrEnum


class Intent(StrEnum):
    """The meaning of one text, as far as the conversation cares."""

    CONFIRM = "confirm"  # will come
    DECLINE = "decline"  # will not come, cancel it
    RESCHEDULE = "reschedule"  # another day, with the wish if one was said
    KEEP = "keep"  # the visit stays as it is: "don't cancel", "leave it as it is"
    CHOOSE = "choose"  # one of the numbered answers or offered places
    QUERY_WHEN = "query_when"
    QUERY_WHERE = "query_where"
    QUERY_WHAT = "query_what"  # what for, what to bring, cost
    STOP = "stop"
    START = "start"
    HELP = "help"  # also "who is this"
    WRONG_NUMBER = "wrong_number"
    HUMAN = "human"  # wants a person, or asks what a machine must not answer
    ALREADY_VACCINATED = "already_vaccinated"
    SICK_CHILD = "sick_child"
    LANGUAGE_SWITCH = "language_switch"  # texts in another language, please
    SMALLTALK = "smalltalk"  # thanks, hello, ok after the fact
    UNSURE = "unsure"  # about a visit, but two readings remain: ask, never guess
    JOIN = "join"  # wants to register a child
    ANSWER = "answer"  # to a question of the registration
    PICTURE = "picture"  # media without words
    NOTHING = "nothing"  # an empty body, or a phone's automatic reaction to our own text
    UNKNOWN = "unknown"
