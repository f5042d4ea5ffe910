"""The words of each language, loaded from its folder and checked.

A language is a folder of data in conversations/languages. A mistake in it (an act that the rules do not
know, a list forgotten, a pattern that can never match) is an error when the program starts, not a misread
text. docs/languages.md explains every key.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Lock

import msgspec
from msgspec import Struct

from conversations.intents import Intent
from conversations.understanding.daywords import DayData, DayWords, day_words
from conversations.understanding.examples import NAMES, examples_in
from conversations.understanding.files import read_toml
from conversations.understanding.likeness import Likeness
from conversations.understanding.normal import normalise
from conversations.understanding.phrases import PhraseBook, WordGroups, by_first_word, forms, level
from conversations.understanding.quoting import Quoting, Reactions, quoting
from conversations.understanding.spelling import Sounds, Spelling

DEFAULT_LANGUAGE = "en"
_LANGUAGES = files("conversations") / "languages"

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
# What a word weighs that several languages have and the one on file has not.
_STRANGE = 0.95
LANGUAGE_CLASS = "language"
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
    sounds: dict[str, str] = {}
    not_stands_behind: bool = False


class Lexicon(Struct, frozen=True, dict=True):
    """One language, ready for use. `meaningless` words neither help nor hinder a reading."""

    language: str
    name: str
    book: PhraseBook
    days: DayWords
    question_openers: frozenset[tuple[str, ...]]
    question_endings: frozenset[tuple[str, ...]]
    turning_words: frozenset[str]
    negators: frozenset[str]
    agreements: frozenset[str]
    polite: frozenset[str]
    meaningless: frozenset[str]
    children: Mapping[str, tuple[tuple[str, ...], ...]]
    numbers: WordGroups
    number_of: dict[tuple[str, ...], int]
    around_numbers: frozenset[str]
    never_mended_into: frozenset[str]
    sounds_alike: dict[str, str]
    not_stands_behind: bool

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that this language has a use for."""
        phrases = (*self.numbers, *self.negators, *self.turning_words)
        spoken = (word for group in self.children.values() for name in group for word in name)
        return frozenset({*self.book.words, *self.days.words, *self.meaningless, *phrases, *spoken})

    @cached_property
    def sounds(self) -> Sounds:
        """The words by how they sound."""
        return Sounds(self.words, self.sounds_alike)

    @cached_property
    def spelling(self) -> Spelling:
        """What unknown words could have been."""
        return Spelling(self.words, self.never_mended_into)


class Languages:
    """All languages of some folders together: a phone may write in any of them, or in two at once."""

    def __init__(self, folders: Sequence[Traversable]) -> None:
        """Load and check them.

        Raises:
            ValueError: the data of a language is wrong; the message names the language and the entry.
        """
        data = {folder.name: _phrase_data(folder) for folder in folders}
        called = {code: phrases.called for code, phrases in data.items()}
        foreign = [name for phrases in data.values() for name in phrases.other_languages]
        self.lexicons = {
            folder.name: _compiled(data[folder.name], _day_data(folder), _every_name(called, foreign))
            for folder in folders
        }
        for one in self.lexicons.values():
            one.sounds, one.spelling  # noqa: B018  made now, so that the first text does not wait for them
        self.quoting: Quoting = quoting(
            (phrases.reactions for phrases in data.values()),
            (line for phrases in data.values() for line in phrases.quotes),
        )
        self.courtesies = by_first_word(words for phrases in data.values() for words in phrases.courtesies)
        self.likeness = Likeness(_examples(folders), self.courtesies, NAMES)
        self._code_of = {level(name): code for code, names in called.items() for name in names}
        self._holders: dict[str, tuple[str, ...]] = {}
        for code, known in self.lexicons.items():
            for word in known.words:
                if not word.isdecimal():  # figures belong to all
                    self._holders[word] = (*self._holders.get(word, ()), code)

    def is_a_word(self, word: str) -> bool:
        """Whether any language has a use for it, as for the name Will."""
        return word in self._holders

    def asked_for(self, words: str) -> str:
        """The code of the language that is named in these words; empty where we do not have it."""
        said = tuple(words.split())
        found = [
            (len(name), code)
            for name, code in self._code_of.items()
            if any(said[at : at + len(name)] == name for at in range(len(said)))
        ]
        return max(found)[1] if found else ""

    def word_for(self, code: str) -> str:
        """The word with which a parent can ask for a language, in letters that every phone has."""
        names = (" ".join(name) for name, language in self._code_of.items() if language == code)
        return next((name for name in names if name.isascii()), code).upper()

    def shares(self, words: Iterable[str], home: str = "") -> dict[str, float]:
        """How much of the words each language explains; a word that many languages have weighs little.

        A word that `home` does not have speaks against it, however many relatives share the word.
        """
        found = dict.fromkeys(self.lexicons, 0.0)
        for word in words:
            if holders := (*self._holders.get(word, ()), *self._heard(word)):
                strange = _STRANGE if home and home not in holders else 1.3 / len(holders)
                weight = 1.0 if len(holders) == 1 else strange
                for code in holders:
                    found[code] += weight
        return found

    def _heard(self, word: str) -> tuple[str, ...]:
        """The languages that know this word only by its sound."""
        return tuple(
            code
            for code, one in self.lexicons.items()
            if one.sounds_alike and word not in one.words and one.sounds.known(word) != word
        )


@cache
def languages() -> tuple[str, ...]:
    """The languages there are folders for, by code; they need not be loaded for that."""
    return tuple(folder.name for folder in own_folders())


def lexicon(language: str) -> Lexicon:
    """The words of a language."""
    return known().lexicons[language]


def known() -> Languages:
    """The languages that the product speaks, loaded once, which takes seconds; from any thread.

    Raises:
        ValueError: the data of a language is wrong.
    """
    with _loading:
        return _loaded()


_loading = Lock()


@cache
def _loaded() -> Languages:
    # What is loaded stays: to look for garbage in it takes a quarter of the time, and would hold up texts.
    gc.disable()
    try:
        return Languages(own_folders())
    finally:
        gc.freeze()
        gc.enable()


def own_folders() -> list[Traversable]:
    """The product's own languages' folders, by code."""
    folders = (folder for folder in _LANGUAGES.iterdir() if (folder / "phrases.toml").is_file())
    return sorted(folders, key=lambda folder: folder.name)


def _every_name(called: Mapping[str, list[str]], foreign: Iterable[str]) -> list[str]:
    return list(dict.fromkeys((*(name for names in called.values() for name in names), *foreign)))


def _compiled(phrases: PhraseData, days: DayData, language_names: list[str]) -> Lexicon:
    where = f"language {phrases.language!r}"
    try:
        _check(phrases)
        classes = {**phrases.classes, LANGUAGE_CLASS: language_names}
        acts = {act: phrases.acts[act] if act not in _MADE else [f"<{LANGUAGE_CLASS}>"] for act in ACTS}
        book, spoken_days = PhraseBook(acts, classes), day_words(days)
        numbers = {level(word): int(number) for number, words in phrases.numbers.items() for word in words}
        polite, around = _words(phrases.polite), _words(phrases.around_numbers)
        bare = [line for act in _NEVER_MENDED_INTO for line in phrases.acts[act]]
        return Lexicon(
            language=phrases.language,
            name=phrases.name,
            book=book,
            days=spoken_days,
            question_openers=frozenset(_every_form(phrases.question_openers)),
            question_endings=frozenset(_every_form(phrases.question_endings)),
            turning_words=_words(phrases.turning_words),
            negators=_words(phrases.negators),
            agreements=frozenset(word for line in phrases.acts["yes"] for word in level(line)),
            polite=polite,
            meaningless=polite | around | _words(phrases.fillers.split()),
            children={
                kind: tuple(sorted(_every_form(names), key=len, reverse=True))
                for kind, names in msgspec.structs.asdict(phrases.children).items()
            },
            numbers=by_first_word(" ".join(words) for words in numbers),
            number_of=numbers,
            around_numbers=around,
            never_mended_into=_words(phrases.negators)
            | {words[0] for words in map(level, bare) if len(words) == 1},
            sounds_alike=phrases.sounds,
            not_stands_behind=phrases.not_stands_behind,
        )
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _words(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(word for form in _every_form(entries) for word in form)


def _every_form(entries: Iterable[str]) -> Iterator[tuple[str, ...]]:
    return (form for entry in entries for form in forms(entry))


def _phrase_data(folder: Traversable) -> PhraseData:
    data: PhraseData = read_toml(folder, "phrases.toml", PhraseData)
    return data


def _day_data(folder: Traversable) -> DayData:
    data: DayData = read_toml(folder, "days.toml", DayData)
    return data


def _examples(folders: Iterable[Traversable]) -> Iterator[tuple[str, Intent]]:
    """The examples of all languages, normalised."""
    return ((normalise(one.text), one.intent) for folder in folders for one in examples_in(folder))


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
