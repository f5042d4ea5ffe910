"""Known words however they are spelled: by ear, or with a slip of the thumb.

A language that is written by ear, or in two alphabets, says in its data which spellings sound alike. For
slips, only longer words are mended, only where a single known word is near enough, and never into a word that
turns a sentence round or stands for an answer by itself: those are too short and too dear to guess.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise

SHORTEST_MENDED = 5
TWO_SLIPS_FROM = 8
LONGEST_MENDED = 24
# So many letters of a word are looked up.
BEGINNING = 6


class Sounds:
    """Finds known words by how they sound: "nhi" and "nahin" are "nahi"."""

    def __init__(self, words: Collection[str], alike: Mapping[str, str]) -> None:
        """Replace each key of `alike` by its value, in order; "^" and "$" are the ends of a word.

        Of several known words that sound alike the shortest is meant.
        """
        self._alike = tuple(alike.items())
        self._sounds: dict[str, str] = {}
        self._known: dict[str, str] = {}
        for word in sorted(words, key=lambda word: (len(word), word)) if alike else ():
            if word.isidentifier():
                self._known.setdefault(self.of(word), word)

    def of(self, word: str) -> str:
        """How a word sounds; by itself where the language says nothing about sounds."""
        if not self._alike:
            return word
        if word not in self._sounds:
            if len(self._sounds) > _REMEMBERED:
                self._sounds.clear()
            self._sounds[word] = self._replaced(word)
        return self._sounds[word]

    def _replaced(self, word: str) -> str:
        sound = f"^{word}$"
        for written, heard in self._alike:
            sound = sound.replace(written, heard)
        return sound

    def known(self, word: str) -> str:
        """The known word that sounds like this one, or the same word."""
        if not self._known or (len(word) == 1 and word.isascii()):
            return word
        return self._known.get(self.of(word), word)


class Spelling:
    """Finds known words by what is left of them when one letter (or two) is taken out."""

    def __init__(self, words: Collection[str], never: Collection[str]) -> None:
        """`words` may be written wrongly; those in `never` must be written rightly."""
        self._words = frozenset(
            word
            for word in words
            if SHORTEST_MENDED <= len(word) <= LONGEST_MENDED and word.isalpha() and word.isascii()
        )
        self._never = frozenset(never)
        self._mended: dict[str, str] = {}
        self._left: dict[str, list[str]] = {}
        for word in self._words:
            for rest in _rests(word):
                self._left.setdefault(rest, []).append(word)

    def mend(self, word: str) -> str:
        """The word that was meant, or the same word where that is not plain."""
        if not SHORTEST_MENDED <= len(word) <= LONGEST_MENDED or not word.isalpha():
            return word
        if word not in self._mended:
            if len(self._mended) > _REMEMBERED:
                self._mended.clear()
            self._mended[word] = self._nearest(word)
        return self._mended[word]

    def _nearest(self, word: str) -> str:
        allowed = 2 if len(word) >= TWO_SLIPS_FROM else 1
        candidates = {known for rest in _rests(word) for known in self._left.get(rest, ())}
        alike = (known for known in candidates if _may_be_near(word, known, allowed))
        near = [(slips(word, known, allowed), known) for known in alike]
        best = min((distance for distance, _ in near), default=allowed + 1)
        found = [known for distance, known in near if distance == best]
        plain = len(found) == 1 and best <= allowed and found[0] not in self._never
        return found[0] if plain else word


_REMEMBERED = 4096


def _may_be_near(word: str, known: str, allowed: int) -> bool:
    return known[0] == word[0] and abs(len(known) - len(word)) <= allowed


def _rests(word: str) -> Iterable[str]:
    """The beginning of a word, and what is left of it when letters are taken out.

    Beginnings are enough to find what is near: the whole words are compared then. The first letter stays.
    """
    start = word[:BEGINNING]
    once = set(_without_one(start))
    twice = {rest for one in once for rest in _without_one(one)} if len(word) >= TWO_SLIPS_FROM else set()
    return {start, *once, *twice}


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


# Letters that thumbs or ears take for one another.
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUNDS = ("bv", "sczx", "iey", "kcq", "gj", "mn", "ou", "ae", "td", "ao", "lr", "ie", "wu", "pf")
_NEAR = frozenset(
    pair for row in _KEYS for first, second in pairwise(row) for pair in (first + second, second + first)
) | frozenset(one + other for sounds in _SOUNDS for one in sounds for other in sounds)
_EXCHANGED = 2


def slips(typed: str, meant: str, allowed: int) -> int:
    """Letters left out, added, mistaken, or swapped with their neighbour; any other letter counts double.

    Counting ends as soon as they are more than `allowed`: how many more says nothing.
    """
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(meant, 1):
            exchange = 0 if letter == other else 1 if letter + other in _NEAR else _EXCHANGED
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + exchange)
            if older and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed and min(before) > allowed:
            break  # a swap reaches back by two letters, no more
    return row[-1]
