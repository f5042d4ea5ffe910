"""When a child was born, as parents write it: "3 march", "3/3/2026", "2 months old", "born yesterday".

The grammar of days (understanding/days.py) looks ahead, to the next visit; a birth lies behind. What can be
read in several ways gives several days, to be asked about; a day that cannot be is no reading.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from msgspec import Struct

from conversations.joining.words import JoiningWords, Words, joining_words, levelled, month_numbers, words_of

# Schedules end with adolescence; somebody older was born in another century by mistake.
OLDEST_YEARS = 19
# An age in months still tells the day to a fortnight; beyond that it tells nothing a schedule could use.
MOST_MONTHS = 23
MONTHS, CENTURY, LONGEST_MONTH = 12, 2000, 31
DAYS_IN = {"day": 1, "week": 7}

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_FIGURES = re.compile(r"(?<![\d/.-])(\d{1,2}) ?[-/.] ?(\d{1,2})(?: ?[-/.] ?(\d{4}|\d{2}))?(?![\d/-])")


class Birth(Struct, frozen=True, omit_defaults=True):
    """A day of birth; `about` when it was reckoned from an age."""

    on: date
    about: bool = False


def births(text: str, language: str, today: date) -> tuple[Birth, ...]:
    """Every day of birth that the text can mean, the latest first; days that cannot be are among them."""
    plain = levelled(text)
    if in_figures := tuple(_in_figures(plain, today)):
        return _once(map(Birth, in_figures))
    words = words_of(text)
    if with_month := tuple(_with_month(words, language, today)):
        return _once(map(Birth, with_month))
    known = joining_words(language)
    return _days_ago(words, known, today) or _by_age(words, known, today)


def plausible(born: date, today: date) -> bool:
    """Whether a child to be vaccinated can have been born that day."""
    # Compared as numbers: 29 February has no anniversary in most years.
    age = (today.year - born.year, today.month, today.day)
    return born <= today and age <= (OLDEST_YEARS, born.month, born.day)


def _once(found: Iterable[Birth]) -> tuple[Birth, ...]:
    return tuple(sorted(set(found), key=lambda birth: birth.on, reverse=True))


def _in_figures(plain: str, today: date) -> Iterator[date]:
    """2026-03-04; 4/3/2026, both ways round; 4/3 in the years it can be of. Of two dates, none."""
    if len(iso := _ISO.findall(plain)) == 1:
        year, month, day = map(int, iso[0])
        yield from _valid([(year, month, day)])
    elif not iso and len(figures := _FIGURES.findall(plain)) == 1:
        first, second, year = figures[0]
        for day, month in ((int(first), int(second)), (int(second), int(first))):
            yield from _in_years(month, day, year, today)


def _with_month(words: Words, language: str, today: date) -> Iterator[date]:
    """3 march 2026, march 3rd, 3 de marzo del 26: the first number is the day, the other one the year."""
    months = month_numbers(language)
    named = [months[word] for word in words if word in months]
    numbers = [word for word in words if word.isdecimal()]
    years = [word for word in numbers if len(word) == len("2026")]
    others = [word for word in numbers if word not in years]
    if len(named) != 1 or not others or len(numbers) > len(("day", "year")):
        return
    yield from _in_years(named[0], int(others[0][:2]), "".join(years or others[1:]), today)


def _in_years(month: int, day: int, year: str, today: date) -> Iterable[date]:
    """That day in its year; where no year was said, in each of the last two it can be of."""
    if year:
        return _valid([(int(year) + (CENTURY if len(year) <= len("26") else 0), month, day)])
    behind = (one for one in _valid((today.year - ago, month, day) for ago in range(3)) if one <= today)
    return list(behind)[:2]


def _valid(days: Iterable[tuple[int, int, int]]) -> Iterator[date]:
    for year, month, day in days:
        try:
            yield date(year, month, day)
        except (ValueError, OverflowError):
            continue


def _days_ago(words: Words, known: JoiningWords, today: date) -> tuple[Birth, ...]:
    """Today, yesterday: the longest phrase counts, so that "the day before yesterday" is no "yesterday"."""
    said = f" {' '.join(words)} "
    phrases = [(phrase, ago) for ago, names in known.days_ago.items() for phrase in names]
    found = [(len(phrase), ago) for phrase, ago in phrases if f" {phrase} " in said]
    return (Birth(today - timedelta(days=max(found)[1])),) if found else ()


def _by_age(words: Words, known: JoiningWords, today: date) -> tuple[Birth, ...]:
    """Two months, 3 weeks and 2 days: only whole days tell the day itself."""
    ages = list(_ages(words, known))
    months = sum(count for count, unit in ages if unit == "month")
    days = sum(count * DAYS_IN[unit] for count, unit in ages if unit != "month")
    if not ages or months > MOST_MONTHS or days > MOST_MONTHS * LONGEST_MONTH:
        return ()
    born = _months_before(today, months) - timedelta(days=days)
    return (Birth(born, about=any(unit != "day" for _, unit in ages)),)


def _ages(words: Words, known: JoiningWords) -> Iterator[tuple[int, str]]:
    """Counts and units side by side: "2 months", and "miezi miwili" where the unit comes first."""
    numbers = {name: number for number, names in known.numbers.items() for name in names}
    units = {name: unit for unit, names in known.units.items() for name in names}
    counts = [int(said[:4]) if said.isdecimal() else numbers.get(said) for said in words]
    spoken = [at for at, said in enumerate(words) if said in units or counts[at] is not None]
    step = -1 if not spoken or words[spoken[0]] not in units else 1
    for at, unit in enumerate(words):
        count = counts[at + step] if unit in units and 0 <= at + step < len(words) else None
        if count is not None:
            yield count, units[unit]


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * MONTHS + day.month - 1 - months, MONTHS)
    last = day.day
    while True:
        try:
            return date(years, month + 1, last)
        except ValueError:
            last -= 1
