"""The words of one language, checked and made ready.

A language is a folder of data in conversations/languages. A mistake in it (an act that the rules do not
know, a list forgotten, a pattern that can never match) is an error when the program starts, not a misread
text. docs/languages.md explains every key.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

import msgspec
from msgspec import Struct

from conversations.understanding.daywords import DayData, DayWords, day_words
from conversations.understanding.normal import normalise
from conversations.understanding.phrases import PhraseBook
from conversations.understanding.quoting import Reactions
from conversations.understanding.run_together import RunTogether
from conversations.understanding.spelling import Sounds, Spelling
from conversations.understanding.word_groups import WordGroups, by_first_word, forms, level, words_in

# What a phrase can do in a sentence. The order decides between phrases of equal length: refusals and
# opt-outs before promises, because a promise that was not made does the most harm.
ACTS = (
    "stop",
    "bare_stop",
    "start",
    "bare_start",
    "language",
    "not_this_language",
    "wrong_number",
    "keep",
    "nothing",
    "urgent",
    "medical",
    "not_coming",
    "unsuitable",
    "cancel_visit",
    "cancel",
    "cant",
    "already",
    "sick",
    "after_vaccine",
    "human",
    "complaint",
    "forgot",
    "none_of_these",
    "any_of_these",
    "move",
    "free",
    "same_day",
    "later",
    "sooner",
    "who",
    "who_is",
    "where",
    "when",
    "what",
    "help",
    "bare_help",
    "bare_human",
    "hedge",
    "obstacle",
    "coming",
    "yes",
    "no",
    "ok",
    "thanks",
    "greeting",
    "bare_yes",
    "bare_no",
    "bare_language",
)
# Made by the loader from what all languages are called.
_MADE = ("bare_language",)
LANGUAGE_CLASS = "language"
# What stands between the words of a line, and words that are not in plain letters.
_BETWEEN = re.compile(r"[\s/\[\]]+")
_PLAIN = re.compile(r"[a-z(][a-z()|']*")
_OTHER_LETTERS = re.compile(r"[^\x00-\x7f]+")
# Slips of the thumb are never mended into these: too short, or too dear to guess.
_NEVER_MENDED_INTO = ("bare_stop", "no", "yes", "bare_yes", "bare_no", "bare_start")


class Children(Struct, frozen=True, forbid_unknown_fields=True):
    """How children are spoken of without their names."""

    all: list[str]
    younger: list[str]
    older: list[str]
    girl: list[str]
    boy: list[str]
    other: list[str]


class PhraseData(Struct, frozen=True, forbid_unknown_fields=True):
    """phrases.toml as it is written."""

    language: str
    name: str
    called: list[str]
    question_openers: list[str]
    question_endings: list[str]
    turning_words: list[str]
    negators: list[str]
    courtesies: list[str]
    polite: list[str]
    fillers: str
    quotes: list[str]
    reactions: Reactions
    children: Children
    numbers: dict[str, list[str]]
    around_numbers: list[str]
    classes: dict[str, list[str]]
    acts: dict[str, list[str]]
    other_languages: list[str] = []
    corrections: list[str] = []
    apologies: list[str] = []
    failing: list[str] = []
    sounds: dict[str, str] = {}
    not_stands_behind: bool = False


class Lexicon(Struct, frozen=True, dict=True):
    """One language, ready for use. `meaningless` words neither help nor hinder a reading.

    `stops` are the opt-outs of `book` by themselves, to look for where nothing else is heard.
    """

    language: str
    name: str
    book: PhraseBook
    stops: PhraseBook
    days: DayWords
    question_openers: frozenset[tuple[str, ...]]
    question_endings: frozenset[tuple[str, ...]]
    turning_words: frozenset[str]
    negators: frozenset[str]
    agreements: frozenset[str]
    polite: frozenset[str]
    meaningless: frozenset[str]
    children: Mapping[str, WordGroups]
    numbers: WordGroups
    number_of: dict[tuple[str, ...], int]
    around_numbers: frozenset[str]
    never_mended_into: frozenset[str]
    failing: frozenset[str]
    apologies: frozenset[str]
    sounds_alike: dict[str, str]
    not_stands_behind: bool

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that this language has a use for."""
        phrases = (*self.numbers, *self.negators, *self.turning_words)
        spoken = (word for groups in self.children.values() for word in words_in(groups))
        return frozenset({*self.book.words, *self.days.words, *self.meaningless, *phrases, *spoken})

    @cached_property
    def sounds(self) -> Sounds:
        """The words by how they sound."""
        return Sounds(self.words, self.sounds_alike)

    @cached_property
    def spelling(self) -> Spelling:
        """What unknown words could have been."""
        return Spelling(self.words, self.never_mended_into)

    @cached_property
    def run_together(self) -> RunTogether:
        """The phrases that a word without spaces could be."""
        return RunTogether(self.book, self.polite)


def compiled(phrases: PhraseData, days: DayData, language_names: list[str]) -> Lexicon:
    """Make a language ready.

    Raises:
        ValueError: a list is missing or unknown, or a pattern cannot be read; the message names the language.
    """
    where = f"language {phrases.language!r}"
    try:
        _check(phrases)
        phrases = _as_it_sounds(phrases)
        classes = {**phrases.classes, LANGUAGE_CLASS: language_names}
        acts = {act: phrases.acts[act] if act not in _MADE else [f"<{LANGUAGE_CLASS}>"] for act in ACTS}
        book = PhraseBook(acts, classes)
        spoken_days = day_words(days, book.often())
        numbers = {level(word): int(number) for number, words in phrases.numbers.items() for word in words}
        polite, around = _words(phrases.polite), _words(phrases.around_numbers)
        bare = [line for act in _NEVER_MENDED_INTO for line in phrases.acts[act]]
        return Lexicon(
            language=phrases.language,
            name=phrases.name,
            book=book,
            stops=PhraseBook({"stop": acts["stop"]}, classes),
            days=spoken_days,
            question_openers=frozenset(_every_form(phrases.question_openers)),
            question_endings=frozenset(_every_form(phrases.question_endings)),
            turning_words=_words(phrases.turning_words),
            negators=_words(phrases.negators),
            agreements=frozenset(word for line in phrases.acts["yes"] for word in level(line)),
            polite=polite,
            meaningless=polite | around | _words(phrases.fillers.split()),
            children={
                kind: by_first_word(" ".join(name) for name in _every_form(names))
                for kind, names in msgspec.structs.asdict(phrases.children).items()
            },
            numbers=by_first_word(" ".join(words) for words in numbers),
            number_of=numbers,
            around_numbers=around,
            never_mended_into=_words(phrases.negators)
            | {words[0] for words in map(level, bare) if len(words) == 1},
            failing=_words(phrases.failing),
            apologies=_words(phrases.apologies),
            sounds_alike=phrases.sounds,
            not_stands_behind=phrases.not_stands_behind,
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _as_it_sounds(phrases: PhraseData) -> PhraseData:
    """With each word of another alphabet as the plain one that sounds like it, where the language says how.

    In both spellings it would be two words, and a text that is written by ear would find only one of them.
    """
    if not phrases.sounds:
        return phrases
    groups = (*phrases.acts.values(), *phrases.classes.values())
    written = {part for lines in groups for line in lines for part in _BETWEEN.split(line) if part.isascii()}
    plain = {word for part in written if _PLAIN.fullmatch(part) for form in forms(part) for word in form}
    known = Sounds(plain, phrases.sounds).known
    acts, classes = (
        {name: _respelled(lines, known) for name, lines in group.items()}
        for group in (phrases.acts, phrases.classes)
    )
    return msgspec.structs.replace(phrases, acts=acts, classes=classes)


def _respelled(lines: Iterable[str], known: Callable[[str], str]) -> list[str]:
    plain = (_OTHER_LETTERS.sub(lambda word: known(normalise(word[0])), line) for line in lines)
    return list(dict.fromkeys(plain))


def _words(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(word for form in _every_form(entries) for word in form)


def _every_form(entries: Iterable[str]) -> Iterator[tuple[str, ...]]:
    return (form for entry in entries for form in forms(entry))


def _check(phrases: PhraseData) -> None:
    wanted = set(ACTS) - set(_MADE)
    if set(phrases.acts) != wanted:
        raise ValueError(f"acts missing or unknown: {sorted(set(phrases.acts) ^ wanted)}")
    for name, lines in {**phrases.acts, **phrases.classes}.items():
        if twice := {line for line in lines if lines.count(line) > 1}:
            raise ValueError(f"{name}: written twice: {sorted(twice)}")
    seen: dict[str, str] = {}
    for act, lines in phrases.acts.items():
        for line in lines:
            if seen.setdefault(line, act) != act:
                raise ValueError(f"{line!r} stands in {seen[line]} and in {act}: only one can be heard")
    used = " ".join(line for lines in phrases.acts.values() for line in lines)
    if unused := {name for name in phrases.classes if f"<{name}>" not in used}:
        raise ValueError(f"classes that no line uses: {sorted(unused)}")
