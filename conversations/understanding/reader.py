"""Reading a text: what was meant, in whichever languages it was written.

Rules decide what its clauses mean, all that was found is looked at once more as a whole, and where a text
says different things of different children, each is read for itself.
"""

from collections.abc import Sequence

from conversations.intents import Intent
from conversations.understanding.acts import TALK
from conversations.understanding.asking import must_ask
from conversations.understanding.clause import ClauseRead
from conversations.understanding.findings import Findings, gather
from conversations.understanding.languages import Languages, known
from conversations.understanding.lexicon import Lexicon
from conversations.understanding.listening import listen
from conversations.understanding.normal import normalise
from conversations.understanding.reading import Part, Reading, Scene
from conversations.understanding.rules import Verdict, decide, everything_said, is_urgent
from conversations.understanding.second_look import ABOUT_A_VISIT, BY_LIKENESS, second_look
from conversations.understanding.weighing import learned
from conversations.understanding.wishing import wish_of
from conversations.wish import Wish

_UNSETTLED = frozenset({Intent.UNSURE, Intent.UNKNOWN, Intent.SMALLTALK})


def load() -> None:
    """Load what reading needs, which takes seconds; from any thread.

    Raises:
        ValueError: the data of a language, or the weights, are wrong.
    """
    known()
    learned()


def understand(text: str, scene: Scene, spoken: Languages | None = None) -> Reading:
    """Say what a text means in its scene. Never raises; what cannot be understood is UNKNOWN.

    `spoken` are the languages to read with, instead of all that the product has.
    """
    spoken = spoken or known()
    if kind := spoken.quoting.reaction(text):
        return Reading(Intent.NOTHING, scene.language, rule="reaction", evidence=kind, confidence=1.0)
    words = normalise(spoken.weekdays_apart(spoken.quoting.own_words(text)))
    if not words:
        return Reading(Intent.NOTHING, scene.language, rule="empty", confidence=1.0)
    if set(words) <= set("?\u00bf! "):
        return Reading(Intent.HELP, scene.language, rule="question_mark", evidence=words, confidence=0.7)
    last = spoken.corrected(words)
    if last and (meant := _read(last, scene, spoken)).intent not in _UNSETTLED:
        return meant
    return _read(words, scene, spoken)


def _read(words: str, scene: Scene, spoken: Languages) -> Reading:
    language, reads = listen(words, scene, spoken)
    return _reading(words, reads, language, scene, spoken)


def _reading(
    words: str, reads: tuple[ClauseRead, ...], text_language: Lexicon, scene: Scene, spoken: Languages
) -> Reading:
    found = gather(reads, scene, text_language)
    verdict = second_look(decide(found, scene), found, words, scene, spoken)
    parts = _parts(found, verdict, scene)
    if split := _split(reads, verdict, text_language, scene, spoken):
        parts, verdict, chief = split
        found_children, everyone = chief.children, chief.all_children
    else:
        found_children, everyone = found.children, found.all_children
    if found.unresolved and not found_children and not everyone and verdict.intent in ABOUT_A_VISIT:
        # "The little one can't": whose visit is not known, so nothing is done to any.
        rule = "which_child"
        verdict = Verdict(Intent.UNSURE, rule, verdict.evidence, verdict.confidence / 2, verdict.intent)
    return Reading(
        intent=verdict.intent,
        language=text_language.language,
        children=found_children,
        all_children=everyone,
        choice=found.choice if verdict.intent is Intent.CHOOSE else None,
        wish=parts[0].wish,
        rule=verdict.rule,
        evidence=verdict.evidence,
        confidence=round(verdict.confidence * (0.5 + 0.5 * found.explained), 2),
        parts=parts,
        ask=must_ask(verdict, found, parts[0].wish, scene),
        leaning=verdict.leaning,
        urgent=verdict.intent is Intent.HUMAN and is_urgent(found),
        language_asked=_language_asked(found, verdict, spoken),
    )


def _parts(found: Findings, verdict: Verdict, scene: Scene) -> tuple[Part, ...]:
    """All that the text says, the chief thing first."""
    wish = wish_of(found, scene)
    chief = Part(
        verdict.intent,
        found.children,
        found.all_children,
        wish,
        verdict.rule,
        verdict.evidence,
        verdict.leaning,
    )
    if _says_one_thing(found, verdict):
        return (chief,)
    others = [
        Part(other.intent, found.children, found.all_children, Wish(), other.rule, other.evidence)
        for other in everything_said(found, scene)
        if other.intent is not verdict.intent
    ]
    return (chief, *others)


def _says_one_thing(found: Findings, verdict: Verdict) -> bool:
    """Whether nothing can stand beside the verdict, which saves looking for it: most texts say one thing."""
    settled = verdict.intent not in _UNSETTLED and verdict.rule not in BY_LIKENESS
    said = {act.name for act in found.acts} - TALK
    return settled and len(said) == 1 and not (found.when or found.denied)


def _split(
    reads: Sequence[ClauseRead], whole: Verdict, language: Lexicon, scene: Scene, spoken: Languages
) -> tuple[tuple[Part, ...], Verdict, Part] | None:
    """The parts of a text that says different things of different children; None where it does not."""
    groups = _grouped(reads)
    if len(groups) < 2 or whole.intent in _OF_THE_WHOLE:  # noqa: PLR2004  one group is one thing
        return None
    decided: list[tuple[Part, Verdict]] = []
    for group in groups:
        found = gather(group, scene, language, whole=False)
        words = " ".join(word for read in group for word in read.words)
        verdict = second_look(decide(found, scene), found, words, scene, spoken)
        decided += [(part, verdict) for part in _parts(found, verdict, scene)[:1]]
    if len({part.intent for part, _ in decided}) == 1:
        return None
    decided.sort(key=lambda one: (one[0].intent in _UNSETTLED, one[0].rule == "ok"))
    chief, verdict = decided[0]
    return tuple(part for part, _ in decided), verdict, chief


# These are said by the text as a whole, whoever is named in it.
_OF_THE_WHOLE = frozenset({Intent.STOP, Intent.START, Intent.WRONG_NUMBER, Intent.CHOOSE, Intent.HUMAN})


def _grouped(reads: Sequence[ClauseRead]) -> list[list[ClauseRead]]:
    """The clauses by the children that they speak of; those that name nobody go with the ones before.

    What is decided of one child is not said of another whose clause nobody understands: "Juma isn't coming
    but Zuri is".
    """
    groups: list[list[ClauseRead]] = []
    last: set[str] = set()
    for read in reads:
        named = {name for one in read.spoken_of for name in one.names}
        undecided = not _says(read) and not any(map(_says, groups[-1] if groups else ()))
        if groups and (not named or named <= last or not last or undecided):
            groups[-1].append(read)
            last |= named
        else:
            groups.append([read])
            last = set(named)
    return groups


def _says(read: ClauseRead) -> bool:
    return any(act.name not in TALK for act in read.acts) or bool(read.wished)


def _language_asked(found: Findings, verdict: Verdict, spoken: Languages) -> str | None:
    if verdict.intent is not Intent.LANGUAGE_SWITCH:
        return None
    act = found.said("language")
    return spoken.asked_for(act.words) if act else found.language
