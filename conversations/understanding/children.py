"""Which children a clause is about: by name, as "both", or as "the little one".

A description is resolved by what is known of the family. Where that leaves more than one child, nobody is
named, and the parent is asked.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache

from msgspec import Struct

from conversations.understanding.lexicon import Lexicon
from conversations.understanding.normal import normalise
from conversations.understanding.phrases import Match
from conversations.understanding.reading import Scene
from conversations.understanding.word_groups import places

_DESCRIPTIONS = ("younger", "older", "girl", "boy", "other")
# "Both will come" is about the children; "both are fine" is about two offers.
_SAID_OF_CHILDREN = frozenset(
    {"coming", "not_coming", "cant", "cancel_visit", "keep", "yes", "no", "ok", "sick", "already"}
)


class SpokenOf(Struct, frozen=True):
    """The children that words[start:end] name or describe; none where the scene does not tell which."""

    start: int
    end: int
    names: tuple[str, ...]


def children_names(scene: Scene, known: Lexicon) -> dict[str, tuple[str, ...]]:
    """The children's names as they stand in a levelled text, without those that are also words."""
    names = {name: words_of(name) for name in scene.children}
    return {name: words for name, words in names.items() if words and not _is_a_word(words, known)}


def names_in(scene: Scene) -> frozenset[str]:
    """The words of the names of everybody in the scene, as they stand in a levelled text."""
    people = (*scene.children, scene.guardian or "")
    return frozenset(word for name in people for word in words_of(name))


def children_in(
    words: tuple[str, ...],
    names: dict[str, tuple[str, ...]],
    tongues: Sequence[Lexicon],
    scene: Scene,
    covered: AbstractSet[int],
) -> tuple[SpokenOf, ...]:
    """Every child that is named or described, from left to right."""
    found = [
        SpokenOf(place.start, place.stop, (name,))
        for name, parts in names.items()
        if (place := where_named(words, parts))
    ]
    if len(scene.children) > 1:
        found += _described_in(words, tongues, scene, covered)
    return tuple(sorted(found, key=lambda one: one.start))


def _described_in(
    words: tuple[str, ...], tongues: Sequence[Lexicon], scene: Scene, covered: AbstractSet[int]
) -> Iterator[SpokenOf]:
    for known in tongues:
        for kind in _DESCRIPTIONS:
            said = places(words, known.children[kind])
            place = next((one for one in said if covered.isdisjoint(one)), None)
            who = described(kind, scene) if place else ()
            # "My daughter" of two children is most likely the one we asked about; "the older one" may not be.
            if place and (who or kind not in {"girl", "boy"}):
                yield SpokenOf(place.start, place.stop, who)


def described(kind: str, scene: Scene) -> tuple[str, ...]:
    """The child that a description fits, where the facts leave only one."""
    if len(scene.about) != len(scene.children) or kind == "other":
        return ()
    pairs = list(zip(scene.children, scene.about, strict=True))
    if kind in {"girl", "boy"}:
        found = [name for name, one in pairs if one.sex == ("F" if kind == "girl" else "M")]
        return tuple(found) if len(found) == 1 else ()
    born = sorted((one.born, name) for name, one in pairs if one.born)
    if len(born) != len(pairs) or born[0][0] == born[-1][0]:
        return ()
    return (born[-1][1],) if kind == "younger" else (born[0][1],)


def all_in(words: tuple[str, ...], tongues: Sequence[Lexicon], matches: Sequence[Match]) -> range:
    """Where all children are meant; an empty range where they are not."""
    covered = {
        at for match in matches if match.act not in _SAID_OF_CHILDREN for at in range(match.start, match.end)
    }
    said = (place for known in tongues for place in places(words, known.children["all"]))
    return next((place for place in said if covered.isdisjoint(place)), range(0))


def where_named(words: tuple[str, ...], name: tuple[str, ...]) -> range | None:
    """Where a child's name stands, also as "zuris"."""
    return place_of(words, name) or place_of(words, (*name[:-1], f"{name[-1]}s"))


def place_of(words: tuple[str, ...], phrase: tuple[str, ...]) -> range | None:
    """Where a phrase stands in the words."""
    if phrase[0] not in words:
        return None
    for start in range(len(words) - len(phrase) + 1):
        if words[start : start + len(phrase)] == phrase:
            return range(start, start + len(phrase))
    return None


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """A name as it would be left by normalising. Kept, because every text asks for the same few."""
    return tuple(normalise(name).split())


def _is_a_word(name: tuple[str, ...], known: Lexicon) -> bool:
    """A child may be called Will or Hope: such a name cannot be told from the word, so we ask instead."""
    return len(name) == 1 and (name[0] in known.book.whole_lines or name[0] in known.meaningless)
