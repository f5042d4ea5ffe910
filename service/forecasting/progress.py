"""How far a child has come on one path: a patient series while it is evaluated (chapters 3.1 and 4.4)."""

from msgspec import Struct

from service.forecasting.model import Series, SeriesDose
from service.forecasting.patient import Patient, Record
from service.forecasting.values import DoseStatus


class Evaluation(Struct, frozen=True):
    """What one dose counts for on one path, why, and by which rule."""

    status: DoseStatus
    reason: str = ""
    rule: str = "table 6-31"


VALID = Evaluation(DoseStatus.VALID)
IN_GRACE_PERIOD = Evaluation(DoseStatus.VALID, "Grace period", "tables 6-15 and 6-18")
LESS_VOLUME = Evaluation(
    DoseStatus.VALID, "Volume administered is less than recommended volume", "table 6-26"
)
EXPIRED_OR_SPOILT = Evaluation(DoseStatus.SUB_STANDARD, "Expired or spoilt", "table 6-3")
SERIES_COMPLETE = Evaluation(DoseStatus.EXTRANEOUS, "Series Already Complete", "figure 4-6")
TOO_OLD = Evaluation(DoseStatus.EXTRANEOUS, "Age: Too Old", "table 6-15")
TOO_YOUNG = Evaluation(DoseStatus.NOT_VALID, "Age: Too Young", "table 6-15")
TOO_SOON = Evaluation(DoseStatus.NOT_VALID, "Interval: Too Soon", "tables 6-18 and 6-21")
INADVERTENT = Evaluation(DoseStatus.NOT_VALID, "Inadvertent Vaccine", "table 6-13")
IN_CONFLICT = Evaluation(DoseStatus.NOT_VALID, "Live Virus Conflict", "CONFLICT-3")
WRONG_VACCINE = Evaluation(
    DoseStatus.NOT_VALID, "Not a preferable or allowable vaccine", "tables 6-26 and 6-29"
)
WRONG_AGE_FOR_VACCINE = Evaluation(
    DoseStatus.NOT_VALID, "Vaccine given outside of its age range", "tables 6-26 and 6-29"
)


class Progress(Struct, eq=False):
    """A patient series: the doses evaluated so far, and the target dose that is next."""

    series: Series
    patient: Patient
    records: list[Record]
    """The doses given that count for the antigen of the series."""
    evaluations: list[Evaluation] = []
    """One for each record, as far as they are evaluated."""
    targets: list[SeriesDose | None] = []
    """What each record was evaluated against; None when nothing was left."""
    next: int = 0
    satisfied: list[tuple[SeriesDose, Record]] = []
    previous: int | None = None
    """The day from which an interval "from immediate previous dose" runs."""
    inadvertent: set[int] = set()

    def note(self, record: Record, target: SeriesDose | None, evaluation: Evaluation) -> None:
        """Take one evaluation down, and what it means for those that follow (figure 4-6, steps 4 to 6)."""
        self.evaluations.append(evaluation)
        self.targets.append(target)
        if evaluation is INADVERTENT:
            self.inadvertent.add(record.index)
        elif evaluation.status is DoseStatus.VALID or evaluation.status is DoseStatus.NOT_VALID:
            self.previous = record.day
        if target is not None and evaluation.status is DoseStatus.VALID:
            self.satisfied.append((target, record))
            if not target.recurring:
                self.next += 1

    def status_of(self, index: int) -> DoseStatus | None:
        """How the dose at this place of the history was evaluated on this path, if it was."""
        for record, evaluation in zip(self.records, self.evaluations, strict=False):
            if record.index == index:
                return evaluation.status
        return None
