"""What a day's name means, seen from today: "friday", "the 12th", "next week", "12/3".

Pure date arithmetic, no words of any language. A day that could be two is given as both, marked as
ambiguous, so that the parent is asked.
"""

from datetime import date, datetime, time, timedelta

from msgspec import Struct

MONTHS = 12
DAYS_OF_WEEK = 7
A_WEEK = timedelta(days=DAYS_OF_WEEK)
# Beyond this a bare day of the month is not an appointment.
MONTHS_AHEAD = 6
# Nor is one of a year that is further away.
YEARS_AHEAD = 5
LONGEST_MONTH = 31
# Behind the twelve that have names, months by their distance: this one, the next.
THIS_MONTH = 13
# Countries that write the month first, and those that write it either way.
MONTH_FIRST = frozenset({"US", "FM", "MH", "PW", "GU", "VI", "AS", "MP"})
EITHER_FIRST = frozenset({"CA", "PH"})


class Days(Struct, frozen=True):
    """Days that were named: alternatives, or a range that includes both its ends.

    `unsure` says that only one of them can have been meant.
    """

    dates: tuple[date, ...] = ()
    earliest: date | None = None
    latest: date | None = None
    unsure: bool = False


def a_week_after(days: Days) -> Days:
    """The same days a week later; of a stretch, the seven days behind it."""
    if days.latest:
        return Days(earliest=days.latest + timedelta(days=1), latest=days.latest + A_WEEK)
    return Days(tuple(day + A_WEEK for day in days.dates))


class Calendar(Struct, frozen=True):
    """What words are resolved against.

    Today, and whether one can still come; the days already being spoken of, the country's habits, and the
    visit where it is only one, and the places offered.
    """

    today: date
    spoken_of: tuple[date, ...] = ()
    region: str | None = None
    visit: datetime | None = None
    today_is_open: bool = False
    offered: tuple[datetime, ...] = ()

    def offered_on(self, number: int) -> Days | None:
        """The day offered with this number, which is no place in the list and no hour: "the 27 is good"."""
        days = {at.date() for at in self.offered if at.day == number}
        other = number <= len(self.offered) or number in {at.hour % 12 or 12 for at in self.offered}
        return Days(tuple(days)) if len(days) == 1 and not other else None

    def from_visit(self, days: int) -> Days | None:
        """So many days from the visit: "the day before"."""
        day = self.visit.date() + timedelta(days=days) if self.visit else None
        return Days((day,)) if day and day >= self.today else None

    def week_after_visit(self) -> Days:
        """Monday to Sunday after the week of the last place offered, or of the visit; else after this one."""
        return self.week_of(self._spoken_of_last() + A_WEEK)

    def visit_week(self) -> Days | None:
        """The week of the visit."""
        return self.week_of(self.visit.date()) if self.visit else None

    def weekday_after_visit(self, index: int) -> Days:
        """The first such weekday after the last place offered, or after the visit; else the next to come."""
        after = self._spoken_of_last()
        return Days((after + timedelta(days=(index - after.weekday() - 1) % DAYS_OF_WEEK + 1),))

    def hours_from_visit(self, hours: float) -> time | None:
        """So many hours later than the visit, or earlier, on the same day."""
        at = self.visit + timedelta(hours=hours) if self.visit else None
        return at.time() if at and self.visit and at.date() == self.visit.date() else None

    def ahead(self, days: int) -> Days:
        """So many days from today."""
        return Days((self.today + timedelta(days=days),))

    def weekday(self, index: int) -> Days:
        """The days that a weekday's name can mean: those being spoken of, or else the next to come."""
        if named := tuple(day for day in self.spoken_of if day.weekday() == index and day >= self.today):
            return Days(named)
        # "Monday" on a Monday morning could be today.
        unsure = self.today_is_open and index == self.today.weekday()
        return Days((self._coming(index),), unsure=unsure)

    def this_weekday(self, index: int) -> Days:
        """This friday: of the days to come, the first; today itself is called today."""
        return Days((self._coming(index),))

    def that_weekday(self, index: int) -> Days:
        """That friday: an offered one, or that of the visit's week; unsure where another comes sooner."""
        days = self.weekday(index)
        if self.offered or not self.visit:
            return days
        day = self.visit.date() + timedelta(days=index - self.visit.weekday())
        return Days((day,), unsure=days.dates != (day,)) if day > self.today else days

    def next_weekday(self, index: int) -> Days:
        """Said on a Wednesday, "next friday" mostly means Friday week, sometimes the day after tomorrow."""
        coming = self._coming(index)
        following = self.in_week(index, 1).dates[0]
        if coming == self.today + timedelta(days=1):
            return Days((following,), unsure=True)  # hardly anybody calls tomorrow "next tuesday"
        return Days((coming,)) if coming == following else Days((coming, following), unsure=True)

    def weekday_or_following(self, index: int) -> Days:
        """The same where people mean a week later even at the end of a week: "next tuesday" on a Saturday."""
        coming = self._coming(index)
        if coming == self.today + timedelta(days=1) and coming.weekday():
            return Days((coming + A_WEEK,), unsure=True)
        return Days((coming, coming + A_WEEK), unsure=True)

    def in_weeks(self, weeks: int) -> Days:
        """In two weeks: that day, or one of the six behind it."""
        first = self.today + timedelta(weeks=weeks)
        return Days((first,), earliest=first, latest=first + timedelta(days=6))

    def in_week(self, index: int, ahead: int) -> Days:
        """A weekday of the week so many weeks from this one."""
        return Days((self._monday() + timedelta(days=index, weeks=ahead),))

    def weekday_in_weeks(self, index: int, weeks: int) -> Days:
        """Tuesday week: so many weeks after the coming one."""
        return Days((self._coming(index) + timedelta(weeks=weeks),))

    def day_of_month(self, day: int, month: int | None = None, year: int | None = None) -> Days | None:
        """The next date with this number, in that month if one is named; None when none is near."""
        if month and month >= THIS_MONTH:
            over = month == THIS_MONTH and day < self.today.day  # then the next month's is meant
            month = _last_of(self.month(month - THIS_MONTH + over)).month
        if month and year:
            found = _date(year + 2000 if year < 100 else year, month, day)  # noqa: PLR2004  two digits
            near = found and self.today <= found and found.year - self.today.year <= YEARS_AHEAD
            return Days((found,)) if found and near else None
        for ahead in range(MONTHS + 1 if month else MONTHS_AHEAD):
            years, index = divmod(self.today.month - 1 + ahead, MONTHS)
            found = _date(self.today.year + years, index + 1, day)
            if found and found >= self.today and month in {None, index + 1}:
                return Days((found,))
        return self._around_end_of(month) if month and day <= LONGEST_MONTH else None

    def in_figures(self, first: int, second: int, year: int | None = None) -> Days | None:
        """12/3: as the country writes it; both ways where that is not known and both are dates."""
        if not (first and second):
            return None
        day_first = self.day_of_month(first, second, year) if second <= MONTHS else None
        month_first = self.day_of_month(second, first, year) if first <= MONTHS else None
        if not (day_first and month_first) or day_first == month_first:
            return day_first or month_first
        for either in (day_first, month_first):
            if either.dates[0] in self.spoken_of:
                return either
        if self.region is None or self.region in EITHER_FIRST:
            return Days((*day_first.dates, *month_first.dates), unsure=True)
        return month_first if self.region in MONTH_FIRST else day_first

    def week(self, ahead: int) -> Days:
        """Monday to Sunday of a week; what is left of it when it is this one."""
        monday = self._monday() + timedelta(weeks=ahead)
        return Days(earliest=max(monday, self.today), latest=monday + timedelta(days=6))

    def week_of(self, day: date) -> Days:
        """The week that holds a day."""
        monday = day - timedelta(days=day.weekday())
        return Days(earliest=max(monday, self.today), latest=monday + timedelta(days=6))

    def weekend(self, ahead: int) -> Days:
        """Saturday and Sunday of a week."""
        monday = self._monday() + timedelta(weeks=ahead)
        days = (monday + timedelta(days=5), monday + timedelta(days=6))
        return Days(tuple(day for day in days if day >= self.today))

    def month(self, ahead: int) -> Days:
        """First to last day of a month; what is left of it when it is this one."""
        years, index = divmod(self.today.month - 1 + ahead, MONTHS)
        return self._whole_month(self.today.year + years, index + 1)

    def named_month(self, month: int) -> Days:
        """The next month of this name, or what is left of this one; from 13 on, by its distance."""
        if month >= THIS_MONTH:
            return self.month(month - THIS_MONTH)
        return self._whole_month(self.today.year + (month < self.today.month), month)

    def nth_weekday(self, number: int, index: int, month: int) -> Days | None:
        """The first friday of a month; of number 0, its last one."""
        last = _last_of(self.named_month(month))
        days = [last.replace(day=day) for day in range(1, last.day + 1)]
        found = [day for day in days if day.weekday() == index][number - 1 : number or None]
        if found and found[0] < self.today:
            return self.nth_weekday(number, index, month + 1) if month == THIS_MONTH else None
        return Days((found[0],)) if found else None

    def end_of_month(self, ahead: int) -> Days:
        """Its last seven days."""
        return self.end_of(self.month(ahead))

    def end_of(self, month: Days) -> Days:
        """The last seven days of a whole month."""
        last = _last_of(month)
        return Days(earliest=max(last - timedelta(days=6), self.today), latest=last)

    def nth_week(self, number: int, month: int) -> Days | None:
        """The first week of a month, its first seven days, or another."""
        last = DAYS_OF_WEEK * number
        return self.days_of(month, last - 6, last) if last <= 28 else None  # noqa: PLR2004  the shortest month

    def last_day_of(self, month: int) -> Days:
        """The last day of a month."""
        return Days((_last_of(self.named_month(month)),))

    def first_days_of(self, number: int, month: int) -> Days | None:
        """So many days from the beginning of a month."""
        return self.days_of(month, 1, number) if number < LONGEST_MONTH - 2 else None

    def last_days_of(self, number: int, month: int) -> Days | None:
        """So many days at the end of a month."""
        last = _last_of(self.named_month(month)).day
        return self.days_of(month, last - number + 1, last) if number < last else None

    def half_of(self, month: int, half: int) -> Days | None:
        """The first half of a month, to its 15th, or the second."""
        last = _last_of(self.named_month(month)).day
        return self.days_of(month, 1, 15) if half == 1 else self.days_of(month, 16, last)

    def days_of(self, month: int, first: int, last: int) -> Days | None:
        """From one day to another of the next month of this name; None where they are over."""
        day = _last_of(self.named_month(month))
        if day.replace(day=last) < self.today:
            return self.days_of(month + 1, first, last) if month == THIS_MONTH else None
        return Days(earliest=max(day.replace(day=first), self.today), latest=day.replace(day=last))

    def start_of_month(self, ahead: int) -> Days:
        """Its first week."""
        whole = self.month(ahead)
        assert whole.earliest is not None
        first = whole.earliest.replace(day=1)
        return Days(earliest=max(first, self.today), latest=first + timedelta(days=6))

    def months_from_today(self, months: int) -> Days:
        """The same day of a later month, or its last one: "a month from today"."""
        last = _last_of(self.month(months))
        return Days((last.replace(day=min(self.today.day, last.day)),))

    def in_months(self, months: int) -> Days:
        """About the same day of a later month: the week around it."""
        return self.week_of(self.months_from_today(months).dates[0])

    def _whole_month(self, year: int, month: int) -> Days:
        first = date(year, month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return Days(earliest=max(first, self.today), latest=last)

    def _around_end_of(self, month: int) -> Days:
        """31 June: its last day or the next one's first, whichever was meant."""
        last = _last_of(self.named_month(month))
        return Days((last, last + timedelta(days=1)), unsure=True)

    def _spoken_of_last(self) -> date:
        at = self.offered[-1] if self.offered else self.visit
        return at.date() if at else self.today

    def _monday(self) -> date:
        return self.today - timedelta(days=self.today.weekday())

    def _coming(self, index: int) -> date:
        ahead = (index - self.today.weekday() - 1) % DAYS_OF_WEEK + 1
        return self.today + timedelta(days=ahead)


def _last_of(month: Days) -> date:
    assert month.latest is not None
    return month.latest


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
