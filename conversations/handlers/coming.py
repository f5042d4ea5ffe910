"""Coming, and not coming."""

from conversations.effects import Cancel, Confirm, Effect, Say
from conversations.facts import Facts, Visit
from conversations.families import (
    Meant,
    leave_in_peace,
    missed_spoken_of,
    names_another_child,
    rest_of,
    said_about,
    visits_meant,
    visits_spoken_of,
)
from conversations.handlers.moving import accept_place, look_for_places
from conversations.intents import Intent
from conversations.states import AwaitingConfirmation, ChoosingPlace, GaveUpPlace, Idle, Overruling, State
from conversations.step import Step, about, awaiting, of, say, say_of, stay
from conversations.understanding.reading import Reading


def confirm_visit(state: State, reading: Reading, facts: Facts) -> Step:
    """The parent will come to the visit that was asked about."""
    meant = visits_meant(state, reading, facts, Intent.CONFIRM)
    return meant.instead or confirm(state, meant.visits, facts)


def confirm(state: State, visits: tuple[Visit, ...], facts: Facts) -> Step:
    """Record that they come, and ask on about a visit that is still open."""
    rest = rest_of(state, visits, facts)
    done: list[Effect] = [
        Confirm(visit.appointment_id, visit.version) for visit in visits if visit.status != "confirmed"
    ]
    return Step(awaiting(rest), (*done, said_about("confirmed", visits, rest)))


def ask_about_next_visit(state: State, reading: Reading, facts: Facts) -> Step:
    """A "yes" when nothing was asked: say what is planned, and ask about what is not confirmed yet."""
    visits = tuple(visit for visit in facts.visits if not reading.children or visit.child in reading.children)
    if not visits and facts.visits:
        return stay(state, say("no_visit_for_child", child=reading.children[0]))
    if not visits:
        return Step(Idle(), (say("no_visits"),))
    still_open = tuple(visit for visit in visits if visit.status != "confirmed")
    if not still_open:
        return Step(Idle(), (say_of("all_set", visits),))
    return Step(awaiting(still_open), (say_of("will_you_come", still_open),))


def give_up_place(state: AwaitingConfirmation, reading: Reading, facts: Facts) -> Step:
    """The parent will not come. "Not on Thursday" leaves other days open, so those are offered first."""
    meant = visits_meant(state, reading, facts, Intent.DECLINE)
    if meant.instead:
        return meant.instead
    if len(meant.visits) == 1 and meant.visits[0].starts_at.date() in reading.wish.excluded:
        return look_for_places(meant.visits[0], reading.wish)
    return cancel(state, meant.visits, facts)


def cancel(state: State, visits: tuple[Visit, ...], facts: Facts) -> Step:
    """Give the places back. One word is still enough to get another."""
    if not isinstance(state, Overruling) and any(visit.promised_by_another for visit in visits):
        return Step(Overruling(tuple(map(about, visits))), (say_of("other_promised", visits),))
    rest = rest_of(state, visits, facts)
    done = tuple(Cancel(visit.appointment_id, visit.version) for visit in visits)
    after: State = awaiting(rest) if rest or len(visits) > 1 else GaveUpPlace(about(visits[0]))
    return Step(after, (*done, said_about("given_up", visits, rest)))


def keep_visit(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """Other places were offered; the parent would rather come as planned."""
    if state.again and not names_another_child(state, reading, facts):
        return _no_other_day(state, facts)
    return confirm_visit(state, reading, facts)


def accept_or_keep(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """Takes the place offered. A promise keeps the visit, where nobody had asked for another day."""
    if state.unasked and reading.rule == "promise" and not reading.wish.dates:
        return keep_visit(state, reading, facts)
    return accept_place(state, reading, facts)


def stay_cancelled(state: State, reading: Reading, facts: Facts) -> Step:
    """No other day is wanted after all."""
    del state, reading, facts
    return Step(Idle(), (say("stays_cancelled"),))


def decline_while_choosing(state: ChoosingPlace, reading: Reading, facts: Facts) -> Step:
    """None of the places, and not the old one either."""
    if state.again and not names_another_child(state, reading, facts):
        return _no_other_day(state, facts)
    meant: Meant = visits_meant(state, reading, facts, Intent.DECLINE)
    return meant.instead or cancel(state, meant.visits, facts)


def _no_other_day(state: ChoosingPlace, facts: Facts) -> Step:
    """None of the places instead of one that was given up; or after a miss, which settles that."""
    if missed := missed_spoken_of(state, facts):
        rest = tuple(visit for one in state.rest if (visit := facts.missed_visit(one.appointment_id)))
        return leave_in_peace(missed, rest)
    return Step(Idle(), (say("stays_cancelled"),))


def answer_thanks(state: State, reading: Reading, facts: Facts) -> Step:
    """Thanks and greetings. While we wait for an answer, ask again; after the fact, be brief or silent."""
    if isinstance(state, AwaitingConfirmation) and (visits := visits_spoken_of(state, facts)):
        return Step(awaiting(visits), (say_of("will_you_come", visits),))
    if reading.rule == "ok_after_the_fact":
        return Step(state)
    if reading.rule == "greeting":
        return Step(state, (Say("hello_visit", of(facts.visits[0])) if facts.visits else say("hello"),))
    return Step(state, (say("welcome"),))
