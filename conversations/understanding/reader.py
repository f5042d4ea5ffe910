"""Reading a text: what was meant, in whichever language it was written.

Every language reads the text; the one that can explain most of it is believed, the language on file
first. Where two languages read opposite things into the same words, the parent is asked.
"""

from datetime import date, timedelta

from conversations.intents import Intent
from conversations.understanding.findings import Findings, find
from conversations.understanding.lexicon import DEFAULT_LANGUAGE, languages
from conversations.understanding.normal import is_reaction, normalise, own_words
from conversations.understanding.reading import Reading, Scene
from conversations.understanding.rules import Verdict, decide
from conversations.wish import DayPart, Wish

# How much better another language must explain a text than the one on file.
_HOME_ADVANTAGE = 0.05
_OPPOSITES = frozenset({Intent.CONFIRM, Intent.KEEP, Intent.DECLINE, Intent.RESCHEDULE})
_OTHER_HALF = {
    DayPart.MORNING: DayPart.AFTERNOON,
    DayPart.AFTERNOON: DayPart.MORNING,
    DayPart.EVENING: DayPart.MORNING,
}


def understand(text: str, scene: Scene) -> Reading:
    """Say what a text means in its scene. Never raises; what cannot be understood is UNKNOWN."""
    if is_reaction(text):
        return Reading(Intent.NOTHING, scene.language, rule="reaction", confidence=1.0)
    words = normalise(own_words(text))
    if not words:
        return Reading(Intent.NOTHING, scene.language, rule="empty", confidence=1.0)
    if set(words) <= set("?\u00bf! "):
        return Reading(Intent.HELP, scene.language, rule="question_mark", evidence=words, confidence=0.7)
    home = scene.language if scene.language in languages() else DEFAULT_LANGUAGE
    order = (home, *(code for code in languages() if code != home))
    return _believed([_read(words, code, scene) for code in order], scene)


_Candidate = tuple[Findings, Verdict]


def _read(words: str, language: str, scene: Scene) -> _Candidate:
    found = find(words, language, scene)
    return found, decide(found, scene)


def _believed(candidates: list[_Candidate], scene: Scene) -> Reading:
    """The reading of the language that explains most, unless an opt-out was found in any."""
    for found, verdict in candidates:
        if verdict.intent is Intent.STOP:
            return _reading(found, verdict, scene)
    best = max(candidates, key=lambda candidate: _weight(candidate, home=candidate is candidates[0]))
    if _disputed(best, candidates):
        found, verdict = best
        best = (found, Verdict(Intent.UNSURE, "languages_disagree", verdict.evidence, 0.4))
    return _reading(*best, scene)


def _weight(candidate: _Candidate, *, home: bool) -> tuple[bool, float]:
    found, verdict = candidate
    return verdict.intent is not Intent.UNKNOWN, found.explained + (_HOME_ADVANTAGE if home else 0)


def _disputed(best: _Candidate, candidates: list[_Candidate]) -> bool:
    """Whether another language explains the text as well and reads the opposite."""
    found, verdict = best
    return verdict.intent in _OPPOSITES and any(
        other.intent in _OPPOSITES
        and other.intent is not verdict.intent
        and theirs.explained >= found.explained
        for theirs, other in candidates
    )


def _reading(found: Findings, verdict: Verdict, scene: Scene) -> Reading:
    return Reading(
        intent=verdict.intent,
        language=found.language,
        children=found.children,
        all_children=found.all_children,
        choice=found.choice if verdict.intent is Intent.CHOOSE else None,
        wish=_wish(found, scene),
        rule=verdict.rule,
        evidence=verdict.evidence,
        confidence=round(verdict.confidence * (0.5 + 0.5 * found.explained), 2),
    )


def _wish(found: Findings, scene: Scene) -> Wish:
    """The days and hours that were wished and refused, as far as they can be told without the calendar."""
    when = found.when
    earliest, latest = when.bounds
    days = sorted(at.date() for at in (scene.offers or scene.visits_at))
    if days and not when.wished and found.said("later"):
        earliest = days[-1] + timedelta(days=1)
    if days and not when.wished and found.said("sooner"):
        latest = max(days[0] - timedelta(days=1), scene.now.date())
    return Wish(
        dates=_dates(found, scene),
        earliest=earliest,
        latest=latest,
        part=when.part or _part_left(found),
        at=when.at,
        excluded=tuple(sorted({day for mention in when.refused for day in mention.dates})),
    )


def _dates(found: Findings, scene: Scene) -> tuple[date, ...]:
    """The days wished. Asked to move to the very weekday it is on, another week must be meant."""
    visit_days = {at.date() for at in scene.visits_at}
    dates = found.when.dates
    if found.said("same_day") and not (dates or found.refusal):
        return tuple(sorted(visit_days))
    hours_named = found.when.part or found.when.at
    if dates and set(dates) <= visit_days and found.said("move") and not hours_named:
        weeks = (timedelta(days=-7), timedelta(days=7))
        return tuple(sorted(day + week for day in dates for week in weeks if day + week > scene.now.date()))
    return dates


def _part_left(found: Findings) -> DayPart | None:
    """What a refused part of the day leaves: "not in the morning" leaves the afternoon."""
    refused = next(
        (mention.part for mention in found.when.refused if mention.part and not mention.names_a_day), None
    )
    return _OTHER_HALF[refused] if refused else None
