"""Which dose is due when: a pure engine with the semantics of CDC's CDSi, for any country's schedule.

    child, doses given, day, schedule -> every dose evaluated, every vaccine group forecast, and why

One module for each stage, to be read beside CDC's logic specification, version 4.6:

    durations    3.4  lengths of time and dates        need        7.2-7.3   immune? contraindicated?
    patient      4.2  the history, by antigen          forecast    7.4-7.6   whether and when
    relevance    5    which paths are meant            selection   8         which path is best
    evaluation   6    what a dose counts for           groups      9         vaccine groups
    skipping     6.2  doses that need not be given     explaining            why, in steps and words
    intervals    3.4  from when an interval runs       assessing   4         the whole way

`model` is a schedule in memory, `loading` reads one (`cdsi` from CDC's XML, `native` from TOML), `checking`
finds its faults, `card` prints it, `command` is the engine in a pipe. Nothing here knows a database, a clock
or a network; only the standard library and msgspec are used.
"""

from service.forecasting.assessing import Assessment, EvaluatedDose, assess
from service.forecasting.explaining import Step, say
from service.forecasting.faults import Fault, ScheduleFaults
from service.forecasting.groups import GroupForecast, foremost
from service.forecasting.loading import load
from service.forecasting.model import Schedule
from service.forecasting.values import Child, DoseGiven, DoseStatus, Observation, SeriesStatus

__all__ = [
    "Assessment",
    "Child",
    "DoseGiven",
    "DoseStatus",
    "EvaluatedDose",
    "Fault",
    "GroupForecast",
    "Observation",
    "Schedule",
    "ScheduleFaults",
    "SeriesStatus",
    "Step",
    "assess",
    "foremost",
    "load",
    "say",
]
