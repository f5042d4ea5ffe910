"""Words that were typed without the space between them: "illbethere", "nopuedo".

A strange word may as well be a name, so it is cut only where all of its parts together are phrases that the
language knows.
"""

from collections.abc import Collection

from conversations.understanding.phrases import PhraseBook

# Shorter words are spelled wrongly or names; longer ones are whole sentences, or nonsense.
_SHORTEST, _LONGEST = 7, 30
# A phrase of one word with fewer letters is chance: "yes si ca" in Yessica.
_FEWEST_LETTERS = 4
_MOST_PARTS = 5
_REMEMBERED = 4096

Words = tuple[str, ...]


class RunTogether:
    """Cuts strange words into the words of a language."""

    def __init__(self, book: PhraseBook, polite: Collection[str]) -> None:
        """`polite` words may stand beside a phrase: "sorrycantcome"."""
        self._book = book
        self._polite = frozenset(polite)
        self._words = frozenset(word for word in book.words if word.isalpha()) | self._polite
        self._cut: dict[str, Words] = {}

    def cut(self, word: str) -> Words:
        """The words that one consists of; itself where it is no phrase."""
        if not (_SHORTEST <= len(word) <= _LONGEST and word.isalpha() and word.isascii()):
            return (word,)
        if word not in self._cut:
            if len(self._cut) > _REMEMBERED:
                self._cut.clear()
            parts = self._fewest(word)
            self._cut[word] = parts if parts and self._is_said(parts) else (word,)
        return self._cut[word]

    def _fewest(self, word: str) -> Words:
        """The fewest known words that spell this one; none where they are too many."""
        best: list[Words | None] = [()]
        for end in range(1, len(word) + 1):
            cuts = (
                (*before, word[start:end])
                for start in range(end)
                if (before := best[start]) is not None and word[start:end] in self._words
            )
            best.append(min(cuts, key=len, default=None))
        parts = best[-1] or ()
        return parts if len(parts) <= _MOST_PARTS else ()

    def _is_said(self, parts: Words) -> bool:
        """Whether the parts are phrases and politeness: one phrase of several words, or long words."""
        found = self._book.find(parts)
        covered = {at for match in found for at in range(match.start, match.end)}
        left = {part for at, part in enumerate(parts) if at not in covered}
        several = any(match.end - match.start > 1 for match in found)
        long = bool(found) and all(len(part) > _FEWEST_LETTERS for part in parts)
        alone = {parts[match.start] for match in found if match.end - match.start == 1}
        by_chance = any(len(part) < _FEWEST_LETTERS for part in alone) or any(len(part) == 1 for part in left)
        return (several or long) and left <= self._polite and not by_chance
