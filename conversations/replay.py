"""Past texts under the current rules: what would change, and whether the change does harm.

New rules are tried on what families have really written, before a family meets them. What was meant is what
staff say; where they say nothing it is the old reading, unless that was in doubt.
"""

from msgspec import Struct

from conversations.intents import Intent
from conversations.meaning import Harm, Meaning, Right, harm, meaning_of, meets
from conversations.scenes import read
from conversations.understanding.reading import Reading, Scene

IN_DOUBT = frozenset({Intent.UNKNOWN, Intent.UNSURE})


class Past(Struct, frozen=True):
    """A text that was read, and where staff have said so, what it meant. `reading`: None if it is lost."""

    text: str
    scene: Scene
    reading: Reading | None
    right: Right | None = None


class Replayed(Struct, frozen=True):
    """A text as it was and as it would be read. `met`: None where staff have said nothing."""

    old: Meaning | None
    new: Meaning
    harm: Harm | None = None
    met: bool | None = None

    @property
    def changed(self) -> bool:
        """Whether intent, children or days and hours differ."""
        return self.old != self.new


def replay(past: Past) -> Replayed:
    """Read a text again."""
    old = meaning_of(past.reading, past.scene) if past.reading else None
    new = meaning_of(read(past.text, past.scene), past.scene)
    meant = past.right or (old if old and old.intent not in IN_DOUBT else None)
    return Replayed(
        old,
        new,
        harm=harm(meant, new) if meant else None,
        met=meets(past.right, new) if past.right else None,
    )
