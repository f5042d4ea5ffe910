"""Days and hours in a clause: "tuesday afternoon", "manana a las 3", "the 12th".

Only what a parent plainly names is read; which of the free places fits is decided later, by the clinic's
calendar. Whether a day is wished or refused is not decided here either.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta

from msgspec import Struct, structs

from conversations.understanding.lexicon import DayWords, lexicon
from conversations.understanding.phrases import end_of_group
from conversations.wish import DayPart

MONTHS_AHEAD = 6
MONTHS, LONGEST_MONTH = 12, 31
LAST_HOUR, LAST_MINUTE = 23, 59
HALF_DAY = 12
# Clinics open by day: "at 3" is the afternoon, "at 8" the morning.
FIRST_CLINIC_HOUR = 7


class Mention(Struct, frozen=True):
    """What words[start:end] name; `dates` are alternatives, a range includes both its ends."""

    start: int
    end: int
    dates: tuple[date, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    part: DayPart | None = None
    at: time | None = None

    @property
    def names_a_day(self) -> bool:
        """Whether it narrows the days and not only the hours."""
        return bool(self.dates) or self.earliest is not None


class Calendar(Struct, frozen=True):
    """What words are resolved against: today, and the days that are already being spoken of."""

    today: date
    spoken_of: tuple[date, ...] = ()

    def weekday(self, index: int, *, following: bool = False) -> tuple[date, ...]:
        """The days that a weekday's name can mean: those being spoken of, or else the next to come."""
        if named := tuple(day for day in self.spoken_of if day.weekday() == index):
            return named
        coming = self.today + timedelta(days=(index - self.today.weekday() - 1) % 7 + 1)
        if following and self.today.weekday() < index:
            # Said on a Wednesday, "next friday" mostly means Friday week, sometimes the day after tomorrow.
            return coming, coming + timedelta(days=7)
        return (coming,)

    def day_of_month(self, day: int, month: int | None = None) -> date | None:
        """The next date with this number, in that month if one is named; None when none is near."""
        for ahead in range(MONTHS + 1 if month else MONTHS_AHEAD):
            years, index = divmod(self.today.month - 1 + ahead, 12)
            found = _date(self.today.year + years, index + 1, day)
            if found and found >= self.today and month in {None, index + 1}:
                return found
        return None

    def week(self, ahead: int) -> tuple[date, date]:
        """Monday and Sunday of a week; what is left of it when it is this one."""
        monday = self.today - timedelta(days=self.today.weekday()) + timedelta(weeks=ahead)
        return max(monday, self.today), monday + timedelta(days=6)

    def next_month(self) -> tuple[date, date]:
        """First and last day of the next month."""
        first = (self.today.replace(day=1) + timedelta(days=31)).replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def mentions(words: tuple[str, ...], language: str, calendar: Calendar) -> Iterator[Mention]:
    """Every day, part of the day and hour in the words of one clause, from left to right."""
    days = lexicon(language).days
    at = 0
    while at < len(words):
        mention = (
            _in_figures(words, at, calendar)
            or _day_of_month(words, at, days, calendar)
            or _clock(words, at, days)
            or _named(words, at, language, calendar)
        )
        if mention:
            yield mention
        at = mention.end if mention else at + 1


def _in_figures(words: tuple[str, ...], at: int, calendar: Calendar) -> Mention | None:
    """12/3: read both ways round where both are dates; the offers that follow show which was meant."""
    if "/" not in words[at] or len(words[at]) == 1:
        return None
    first, second = (int(part) for part in words[at].split("/")[:2])
    found = {
        calendar.day_of_month(day, month)
        for day, month in ((first, second), (second, first))
        if 1 <= month <= MONTHS
    }
    dates = sorted(day for day in found if day)
    return Mention(at, at + 1, dates=tuple(dates)) if dates else None


def _day_of_month(words: tuple[str, ...], at: int, days: DayWords, calendar: Calendar) -> Mention | None:
    """The 12th, 12 march, march 12, el 12 de marzo. A bare 12 is no date."""
    if month := _month(words, at, days):
        number, end, _ = _number(words, at + 1, days)
        return _dated(at, end, calendar, number, month)
    behind_marker = end_of_group(words, at, days.date_markers)
    number, end, ordinal = _number(words, behind_marker, days)
    if number is None:
        return None
    month_at = end_of_group(words, end, days.between_day_and_month)
    if month := _month(words, month_at, days):
        return _dated(at, month_at + 1, calendar, number, month)
    return _dated(at, end, calendar, number) if ordinal or behind_marker > at else None


def _dated(
    at: int, end: int, calendar: Calendar, number: int | None, month: int | None = None
) -> Mention | None:
    found = calendar.day_of_month(number, month) if number else None
    return Mention(at, end, dates=(found,)) if found else None


def _month(words: tuple[str, ...], at: int, days: DayWords) -> int | None:
    return days.months.get(words[at]) if at < len(words) else None


def _number(words: tuple[str, ...], at: int, days: DayWords) -> tuple[int | None, int, bool]:
    """A day number, where it ends, and whether it is an ordinal; None when it is an hour."""
    if at >= len(words) or not words[at].isdecimal() or not 1 <= int(words[at]) <= LONGEST_MONTH:
        return None, at, False
    behind = end_of_group(words, at + 1, days.ordinal_endings)
    if end_of_group(words, at + 1, days.hour_words) > at + 1:
        return None, at, False
    return int(words[at]), behind, behind > at + 1


def _clock(words: tuple[str, ...], at: int, days: DayWords) -> Mention | None:
    """10:30, 3pm, at 3, a las tres de la tarde."""
    if (noon := end_of_group(words, at, days.noon)) > at:
        return Mention(at, noon, at=time(HALF_DAY))
    start = end_of_group(words, at, days.clock_at)
    if start >= len(words):
        return None
    certain = start > at
    hour, minute = _hour(words[start], days.spelled_hours if certain else {})
    if hour is None:
        return None
    end = end_of_group(words, start + 1, days.clock_words)
    behind_am, behind_pm = end_of_group(words, end, days.am), end_of_group(words, end, days.pm)
    if not (certain or minute is not None or max(end, behind_am, behind_pm) > start + 1):
        return None
    if behind_pm > end or (behind_am == end and hour < FIRST_CLINIC_HOUR):
        hour = hour % HALF_DAY + HALF_DAY
    return Mention(at, max(end, behind_am, behind_pm), at=time(hour, minute or 0))


def _hour(word: str, spelled: dict[str, int]) -> tuple[int | None, int | None]:
    """The hour and, where written, the minute that a word stands for."""
    if word in spelled:
        return spelled[word], None
    hour, _, minute = word.replace(".", ":").replace("h", ":").partition(":")
    if (
        not hour.isdecimal()
        or not (minute.isdecimal() or not minute)
        or int(hour) > LAST_HOUR
        or int(minute or 0) > LAST_MINUTE
    ):
        return None, None
    return int(hour), int(minute) if minute else None


def _named(words: tuple[str, ...], at: int, language: str, calendar: Calendar) -> Mention | None:
    """A weekday, "tomorrow", "next week", "in the morning"."""
    for name, kinds in lexicon(language).days.names.get(words[at], ()):
        end = at + len(name)
        if words[at:end] != name:
            continue
        mention = Mention(at, end)
        for kind, index in kinds:
            mention = _with(mention, kind, index, words, language, calendar)
        return mention
    return None


def _with(
    mention: Mention, kind: str, index: int, words: tuple[str, ...], language: str, calendar: Calendar
) -> Mention:
    """The mention with what one of its kinds adds."""
    if kind == "part":
        return structs.replace(mention, part=tuple(DayPart)[index])
    if kind == "weekday":
        return _weekday(mention, index, words, language, calendar)
    if kind == "ahead":
        return structs.replace(mention, dates=(calendar.today + timedelta(days=index),))
    if kind == "weekend":
        _, sunday = calendar.week(0)
        return structs.replace(mention, dates=(sunday - timedelta(days=1), sunday))
    earliest, latest = calendar.next_month() if kind == "next_month" else calendar.week(index)
    return structs.replace(mention, earliest=earliest, latest=latest)


def _weekday(
    mention: Mention, index: int, words: tuple[str, ...], language: str, calendar: Calendar
) -> Mention:
    """A weekday, with the number behind it where the two agree ("thursday 12", "jueves 12 de marzo")."""
    days = lexicon(language).days
    number, end, _ = _number(words, end_of_group(words, mention.end, days.date_markers), days)
    month_at = end_of_group(words, end, days.between_day_and_month)
    month = _month(words, month_at, days)
    dated = calendar.day_of_month(number, month) if number else None
    if dated and dated.weekday() == index:
        return structs.replace(mention, end=month_at + 1 if month else end, dates=(dated,))
    before = words[mention.start - 1 : mention.start]
    behind = end_of_group(words, mention.end, days.next)
    following = behind > mention.end or (before and (before[0] in days.next))
    return structs.replace(mention, end=behind, dates=calendar.weekday(index, following=bool(following)))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
