"""Texts wanted and not wanted, and phones that nobody has registered."""

from conversations.effects import Effect, HandOff, HandOffReason, OptIn, OptOut
from conversations.events import Said
from conversations.facts import Facts
from conversations.handlers.joining import help_on_the_way
from conversations.intents import Intent
from conversations.states import Idle, Joining, State
from conversations.step import Step, say, with_phone
from conversations.understanding.reading import Reading


def opt_out(state: State, reading: Reading, facts: Facts) -> Step:
    """No more texts, in whatever words. One text confirms it, and only the first time."""
    del state, reading
    return Step(Idle(), (OptOut(),) if facts.opted_out else (OptOut(), say("opted_out")))


def opt_in(state: State, reading: Reading, facts: Facts) -> Step:
    """Texts are wanted (again)."""
    del reading, facts
    return Step(state, (OptIn(), say("opted_in")))


def give_help(state: State, reading: Reading, facts: Facts) -> Step:
    """Who we are and what to write."""
    del reading
    if isinstance(state, Joining):
        return help_on_the_way(state, facts)
    return Step(state, (with_phone("help", facts),))


def carrier_has_answered(state: State, said: Said) -> Step:
    """The carrier took its own word and replied: record what was asked, and say nothing on top."""
    assert said.opt_out_type is not None
    intent = Intent(said.opt_out_type.lower())
    effects: dict[Intent, tuple[Effect, ...]] = {Intent.STOP: (OptOut(),), Intent.START: (OptIn(),)}
    reading = Reading(intent, rule="carrier", evidence=said.opt_out_type, confidence=1.0)
    return Step(Idle() if intent is Intent.STOP else state, effects.get(intent, ()), reading)


def answer_opted_out(state: State, reading: Reading, facts: Facts) -> Step:
    """After STOP only START is answered; the rest is recorded in silence. A person sees what is urgent."""
    if reading.intent is Intent.START:
        return opt_in(state, reading, facts)
    if reading.urgent:
        return Step(state, (HandOff(HandOffReason.URGENT),))
    return Step(state, (OptOut(),) if reading.intent is Intent.STOP else ())


def answer_stranger(state: State, reading: Reading, facts: Facts) -> Step:
    """A phone nobody has registered: the same for all, and no names, so that nothing can be found out."""
    if reading.intent is Intent.STOP:
        return opt_out(state, reading, facts)
    if reading.intent is Intent.START:
        return opt_in(state, reading, facts)
    if reading.intent is Intent.NOTHING and reading.rule == "reaction":
        return Step(state)
    if reading.urgent:
        return Step(Idle(), (HandOff(HandOffReason.URGENT), with_phone("medical", facts)))
    return Step(Idle(), (with_phone("unknown_sender", facts),))
