"""Learning the weights of evidence from the examples: `make weights` writes understanding/weights.toml.

Only examples that no phrase was made for can tell how far phrases are to be trusted, so those under `phrased`
are left out. What an example is like is told from all others: its own words would give it away.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import structs
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from conversations.understanding.children import names_in
from conversations.understanding.examples import NAMES, SCENES, Example, examples_in
from conversations.understanding.findings import gather
from conversations.understanding.languages import Languages, known, own_folders
from conversations.understanding.likeness import Likeness
from conversations.understanding.listening import listen
from conversations.understanding.normal import normalise
from conversations.understanding.rules import decide
from conversations.understanding.weighing import FILE, evidence_in

WEIGHTS = Path(__file__).parents[2] / "conversations" / "understanding" / FILE
_PARTS = 5
# The inverse of the strength of regularisation; between a tenth and two it matters little.
_FREEDOM = 0.2
_MOST_STEPS = 2000
# Evidence that is rarer teaches chance.
_LEAST_SEEN = 3


class Lesson(Example, frozen=True):
    """An example in its language, normalised, and what is to be learned from it."""

    language: str
    evidence: Mapping[str, float] = {}


def lessons(spoken: Languages) -> list[Lesson]:
    """Every example that no phrase was made for, each beside what the others make of it."""
    every = list(_examples())
    found: list[Lesson] = []
    for part in range(_PARTS):
        rest = ((one.text, one.intent) for at, one in enumerate(every) if at % _PARTS != part)
        others = Likeness(rest, spoken.courtesies, NAMES)
        unphrased = (one for one in every[part::_PARTS] if one.scene != "phrased")
        found += [structs.replace(one, evidence=_evidence(one, others, spoken)) for one in unphrased]
    return [one for one in found if one.evidence]


def _examples() -> Iterator[Lesson]:
    for folder in own_folders():
        for one in examples_in(folder):
            yield Lesson(normalise(one.text), one.intent, one.scene, folder.name)


def _evidence(lesson: Lesson, others: Likeness, spoken: Languages) -> Mapping[str, float]:
    scene = structs.replace(SCENES[lesson.scene], language=lesson.language)
    language, reads = listen(lesson.text, scene, spoken)
    found = gather(reads, scene, language)
    alike = others.to(lesson.text, names_in(scene))
    return dict(evidence_in(found, decide(found, scene), scene, alike)) if alike else {}


def learn(learned_from: Sequence[Lesson]) -> Iterator[tuple[str, Iterable[float]]]:
    """The weights of each piece of evidence, for the intents in alphabetical order (softmax regression)."""
    seen = Counter(name for one in learned_from for name in one.evidence)
    table = [
        {name: value for name, value in one.evidence.items() if seen[name] >= _LEAST_SEEN}
        for one in learned_from
    ]
    columns = DictVectorizer()
    # "always" stands for the intercept.
    model = LogisticRegression(C=_FREEDOM, max_iter=_MOST_STEPS, fit_intercept=False)
    model.fit(columns.fit_transform(table), [str(one.intent) for one in learned_from])
    yield from zip(columns.get_feature_names_out(), model.coef_.T, strict=True)


def written(learned_from: Sequence[Lesson]) -> Iterator[str]:
    """The file, line by line."""
    intents = sorted({one.intent for one in learned_from})
    yield f"# Learned by `make weights` from {len(learned_from)} examples. Correct those, not this."
    yield f"intents = {[str(intent) for intent in intents]}"
    yield ""
    yield "[evidence]"
    for name, row in sorted(learn(learned_from)):
        yield f'"{name}" = [{", ".join(f"{weight:.2f}" for weight in row)}]'


def main() -> None:
    """Write the file."""
    lines = list(written(lessons(known())))
    WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
