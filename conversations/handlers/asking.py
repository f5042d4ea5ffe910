"""Questions to us, and the numbered questions we ask back."""

from msgspec import structs

from conversations.effects import Params, Say
from conversations.facts import Facts, NextDue, Visit
from conversations.families import (
    ask_which,
    changed_since,
    missed_meant,
    nothing_left,
    share_a_name,
    tell_what_is_true,
    visits_meant,
    visits_spoken_of,
)
from conversations.handlers.coming import cancel, confirm
from conversations.handlers.moving import look_for_places, look_later
from conversations.handlers.people import claim_for, give_to_person, has_been_asked_enough
from conversations.intents import Intent
from conversations.states import About, ChoosingVisit, Clarifying, Recalled, State
from conversations.step import Step, of, say, say_of, stay, with_phone
from conversations.understanding.reading import Reading


def tell_when(state: State, reading: Reading, facts: Facts) -> Step:
    """When is it? Where no visit is planned, when the next dose is due."""
    if missed := _missed(state, reading, facts):
        return stay(state, Say("missed_open", {"visits": missed}))
    visits = _asked_about(state, reading, facts)
    return stay(state, *([say_of("when", visits)] if visits else _next_due(reading, facts)))


def _missed(state: State, reading: Reading, facts: Facts) -> tuple[Visit, ...]:
    """The visits that a recall was about: they are over, and that is the answer to "when" and "where"."""
    return missed_meant(state, reading, facts) if isinstance(state, Recalled) else ()


def tell_where(state: State, reading: Reading, facts: Facts) -> Step:
    """Where is it? With the address, where we have one."""
    if missed := _missed(state, reading, facts):
        return stay(state, Say("missed_open", {"visits": missed}))
    visits = visits_spoken_of(state, facts)
    if len(visits) == 1 and (address := visits[0].address):
        return stay(state, Say("where_address", {**of(visits[0]), "address": address}))
    visits = _asked_about(state, reading, facts) or facts.visits
    return stay(state, say_of("where", visits) if visits else say("no_visits"))


def tell_address(state: State, reading: Reading, facts: Facts) -> Step:
    """Only the place: the day and the hour are told already."""
    told = {visit.facility: visit.address for visit in _asked_about(state, reading, facts) if visit.address}
    return stay(state, *(say("address", facility=name, address=there) for name, there in told.items()))


def tell_what(state: State, reading: Reading, facts: Facts) -> Step:
    """What is it for, what is due? Diseases are named where the programme allows it; advice is for people."""
    visits = _asked_about(state, reading, facts)
    if not visits:
        return stay(state, *_next_due(reading, facts))
    named = [Say("what_for", _with_diseases(visit)) for visit in visits if visit.protects_against]
    return stay(state, *named or [with_phone("what", facts)])


def _next_due(reading: Reading, facts: Facts) -> list[Say]:
    """When the next doses of children without a visit are due, by the forecast."""
    due = [one for one in facts.next_due if _is_about(one.child, reading)]
    if due:
        return [_say_due(one, facts) for one in due]
    named = reading.children
    return [say("no_visit_for_child", child=named[0]) if named else say("no_visits")]


def _say_due(due: NextDue, facts: Facts) -> Say:
    key = "due_now" if due.on <= facts.now.date() else "next_due"
    params: Params = {"child": due.child}
    if key == "next_due":
        params["due_on"] = due.on
    if not due.protects_against:
        return Say(key, params)
    params["diseases"] = due.protects_against
    return Say(f"{key}_for", params)


def _with_diseases(visit: Visit) -> Params:
    return {**of(visit), "diseases": visit.protects_against}


def _asked_about(state: State, reading: Reading, facts: Facts) -> tuple[Visit, ...]:
    """The visits that we were speaking of, or all; where children are named, only theirs."""
    return _of_those(visits_spoken_of(state, facts), reading) or _of_those(facts.visits, reading)


def _of_those(visits: tuple[Visit, ...], reading: Reading) -> tuple[Visit, ...]:
    return tuple(visit for visit in visits if _is_about(visit.child, reading))


def _is_about(child: str, reading: Reading) -> bool:
    return not reading.children or child in reading.children


def choose_meaning(state: Clarifying, reading: Reading, facts: Facts) -> Step:
    """1 we will come, 2 another day, 3 cancel."""
    asked = structs.replace(reading, all_children=True) if state.others else reading
    meant = visits_meant(state, asked, facts, Intent.CHOOSE)
    if meant.instead:
        return meant.instead
    by_number = {1: Intent.CONFIRM, 2: Intent.RESCHEDULE, 3: Intent.DECLINE}
    return _carry_out(by_number[reading.choice or 1], state, meant.visits, reading, facts)


def choose_visit(state: ChoosingVisit, reading: Reading, facts: Facts) -> Step:
    """The visit that was meant: now do to it what was asked for."""
    chosen = _chosen(state, reading, facts)
    visits = tuple(visit for one in chosen if (visit := facts.visit(one.appointment_id)))
    if not visits:
        return nothing_left(facts)
    if changed := changed_since(state, visits):
        return tell_what_is_true(changed)
    if share_a_name(visits) and not (reading.choice or reading.all_children):
        return ask_which(visits, state.intent, reading, state.misunderstood + 1)
    return _carry_out(state.intent, state, visits, reading, facts)


def _chosen(state: ChoosingVisit, reading: Reading, facts: Facts) -> tuple[About, ...]:
    if reading.choice:
        return state.visits[reading.choice - 1 : reading.choice]
    if reading.children:
        visits = {one.appointment_id: one for one in state.visits}
        named = [visit for visit in facts.visits if visit.child in reading.children]
        return tuple(visits[visit.appointment_id] for visit in named if visit.appointment_id in visits)
    return state.visits


def _carry_out(
    intent: Intent, state: State, visits: tuple[Visit, ...], reading: Reading, facts: Facts
) -> Step:
    """Confirm, cancel, or find another place: the one thing that was unclear has been said."""
    if intent in {Intent.CONFIRM, Intent.KEEP}:
        return confirm(state, visits, facts)
    if intent is Intent.DECLINE:
        return cancel(state, visits, facts)
    if intent is Intent.SICK_CHILD:
        return look_later(visits, reading, facts)
    if intent is Intent.ALREADY_VACCINATED:
        return claim_for(state, visits)
    wish = state.wish if isinstance(state, ChoosingVisit) else reading.wish
    if len(visits) > 1:
        return ask_which(visits, Intent.RESCHEDULE, structs.replace(reading, wish=wish))
    return look_for_places(visits[0], wish)


def choose_other_meaning(state: ChoosingVisit, reading: Reading, facts: Facts) -> Step:
    """Asked which visit, the parent says what should happen; without a name, we still ask which."""
    if reading.children or reading.all_children:
        return choose_visit(structs.replace(state, intent=reading.intent, wish=reading.wish), reading, facts)
    visits = visits_spoken_of(state, facts)
    if not visits:
        return nothing_left(facts)
    if has_been_asked_enough(state):
        return give_to_person(facts)
    return ask_which(visits, reading.intent, reading, state.misunderstood + 1)
