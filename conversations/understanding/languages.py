"""All languages together: found, loaded from their folders, told apart in a text.

Loading takes seconds, so it happens once.
"""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from threading import Lock

from conversations.intents import Intent
from conversations.understanding.daywords import DayData
from conversations.understanding.examples import NAMES, examples_in
from conversations.understanding.files import read_toml
from conversations.understanding.lexicon import Lexicon, PhraseData, compiled
from conversations.understanding.likeness import Likeness
from conversations.understanding.normal import normalise
from conversations.understanding.quoting import Quoting, quoting
from conversations.understanding.tokens import pieces
from conversations.understanding.word_groups import by_first_word, end_of_group, level

DEFAULT_LANGUAGE = "en"
_HYPHENED = re.compile(r"(?<!\S)([^\W\d_]\S{1,12}?)\s?[-\u2010-\u2014]\s?([^\W\d_][^\s,.;:!?]{1,12})")
_LANGUAGES = files("conversations") / "languages"
# What a word weighs that several languages have and the one on file has not.
_STRANGE = 0.95
# As many words are kept with who knows them.
_KEPT = 1 << 14


class Languages:
    """All languages of some folders together: a phone may write in any of them, or in two at once."""

    def __init__(self, folders: Sequence[Traversable]) -> None:
        """Load and check them.

        Raises:
            ValueError: the data of a language is wrong; the message names the language and the entry.
        """
        data = {folder.name: read_toml(folder, "phrases.toml", PhraseData) for folder in folders}
        phrases = data.values()
        called = {code: one.called for code, one in data.items()}
        self.lexicons = _lexicons(folders, data, _every_name(called, phrases))
        self.quoting: Quoting = quoting(
            (one.reactions for one in phrases), (line for one in phrases for line in one.quotes)
        )
        self.courtesies = by_first_word(words for one in phrases for words in one.courtesies)
        self._corrections = by_first_word(("*", *(words for one in phrases for words in one.corrections)))
        self._negators = frozenset(word for one in self.lexicons.values() for word in one.negators)
        self.likeness = Likeness(_examples(folders), self.courtesies, NAMES, self._in_plain_letters)
        self._weekdays = frozenset(word for one in self.lexicons.values() for word in one.days.weekdays)
        self._code_of = {level(name): code for code, names in called.items() for name in names}
        self._knowing = lru_cache(_KEPT)(self._who_knows)
        self._holders = _holders(self.lexicons)

    def corrected(self, words: str) -> str:
        """What stands behind the last words that take back what was said: "1, sorry, I meant 3"."""
        said = pieces(words)
        if self._corrections.keys().isdisjoint(said):
            return ""
        # "I did not mean to stop" takes nothing back.
        denied = (at > 0 and said[at - 1] in self._negators for at in range(len(said)))
        ends = (at if no else end_of_group(said, at, self._corrections) for at, no in enumerate(denied))
        last = max((end for at, end in enumerate(ends) if end > at), default=len(said))
        return " ".join(said[last:])

    def _in_plain_letters(self, word: str) -> str:
        """A word of another alphabet as the known one that sounds like it."""
        if word.isascii():
            return word
        heard = (one.sounds.known(word) for one in self.lexicons.values() if one.sounds_alike)
        return next((known_word for known_word in heard if known_word != word), word)

    def is_a_word(self, word: str) -> bool:
        """Whether any language has a use for it, as for the name Will."""
        return word in self._holders

    def weekdays_apart(self, text: str) -> str:
        """The text, with "Tue-Thu" written "Tue - Thu", a range; other hyphens only join words."""
        if not _HYPHENED.search(text):
            return text
        return _HYPHENED.sub(
            lambda one: " - ".join(one.groups()) if self._are_weekdays(one) else one[0], text
        )

    def _are_weekdays(self, hyphened: re.Match[str]) -> bool:
        return all(normalise(word) in self._weekdays for word in hyphened.groups())

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
            if holders := self._knowing(word):
                strange = _STRANGE if home and home not in holders else 1.3 / len(holders)
                weight = 1.0 if len(holders) == 1 else strange
                for code in holders:
                    found[code] += weight
        return found

    def _who_knows(self, word: str) -> tuple[str, ...]:
        """The languages that know this word, the last of them only by its sound."""
        heard = (
            code
            for code, one in self.lexicons.items()
            if one.sounds_alike and word not in one.words and one.sounds.known(word) != word
        )
        return (*self._holders.get(word, ()), *heard)


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


def _lexicons(
    folders: Iterable[Traversable], data: Mapping[str, PhraseData], names: list[str]
) -> dict[str, Lexicon]:
    found = {
        folder.name: compiled(data[folder.name], read_toml(folder, "days.toml", DayData), names)
        for folder in folders
    }
    for one in found.values():
        one.sounds, one.spelling, one.run_together  # noqa: B018  made now, so that the first text does not wait for them
    return found


def _holders(lexicons: Mapping[str, Lexicon]) -> dict[str, tuple[str, ...]]:
    """Which languages have a word; figures belong to all."""
    found: dict[str, tuple[str, ...]] = {}
    for code, known_words in lexicons.items():
        for word in known_words.words:
            if not word[0].isdigit():
                found[word] = (*found.get(word, ()), code)
    return found


def _every_name(called: Mapping[str, list[str]], phrases: Iterable[PhraseData]) -> list[str]:
    """What the languages are called that we have, and those that are asked for and that we have not."""
    ours = (name for names in called.values() for name in names)
    return list(dict.fromkeys((*ours, *(name for one in phrases for name in one.other_languages))))


def _examples(folders: Iterable[Traversable]) -> Iterator[tuple[str, Intent]]:
    """The examples of all languages, normalised."""
    return ((normalise(one.text), one.intent) for folder in folders for one in examples_in(folder))
