"""Which free places are offered for a wish."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from conversations.facts import Place
from conversations.wish import OFFERS_AT_ONCE, DayPart, Wish, fits, nearest

NAIROBI = ZoneInfo("Africa/Nairobi")
VISIT = datetime(2026, 3, 12, 10, tzinfo=NAIROBI)


def at(day: int, hour: int) -> Place:
    return Place(UUID(int=day * 100 + hour), datetime(2026, 3, day, hour, tzinfo=NAIROBI), "Kilimani Clinic")


FREE = [at(day, hour) for day in (9, 10, 13, 20) for hour in (9, 14)]


def test_a_day_that_is_free_is_offered_alone() -> None:
    assert nearest(FREE, Wish(dates=(date(2026, 3, 20),), part=DayPart.AFTERNOON), VISIT) == (at(20, 14),)


def test_where_the_day_is_full_the_nearest_are_offered() -> None:
    found = nearest(FREE, Wish(dates=(date(2026, 3, 19),)), VISIT)
    assert {place.starts_at.day for place in found} == {20, 13}


def test_without_a_wish_different_days_near_the_visit_are_offered() -> None:
    assert [place.starts_at.day for place in nearest(FREE, Wish(), VISIT)] == [9, 10, 13]


def test_a_part_of_the_day_alone_keeps_different_days() -> None:
    found = nearest(FREE, Wish(part=DayPart.AFTERNOON), VISIT)
    assert [(place.starts_at.day, place.starts_at.hour) for place in found] == [(9, 14), (10, 14), (13, 14)]


def test_a_day_turned_down_is_not_offered_however_near() -> None:
    wish = Wish(excluded=(date(2026, 3, 13),), excluded_times=(at(10, 14).starts_at,))
    assert at(13, 9) not in nearest(FREE, wish, VISIT)
    assert at(10, 14) not in nearest(FREE, wish, VISIT)


def test_the_nearest_hour_comes_first_where_only_the_hour_is_not_free() -> None:
    assert at(13, 14) in nearest(FREE, Wish(dates=(date(2026, 3, 13),), at=time(15)), VISIT, limit=1)


def test_in_a_week_named_only_that_week_is_offered() -> None:
    found = nearest(FREE, Wish(earliest=date(2026, 3, 16), latest=date(2026, 3, 22)), VISIT)
    assert {place.starts_at.day for place in found} == {20}


days = st.integers(1, 28).map(lambda day: date(2026, 3, day))
wishes = st.builds(
    Wish,
    dates=st.lists(days, max_size=2).map(tuple),
    part=st.none() | st.sampled_from(DayPart),
    excluded=st.lists(days, max_size=3).map(tuple),
)
free = st.lists(st.builds(at, st.integers(1, 28), st.integers(8, 17)), max_size=12)


@given(free, wishes)
def test_offers_are_few_real_in_order_and_never_what_was_turned_down(free: list[Place], wish: Wish) -> None:
    found = nearest(free, wish, VISIT)
    assert len(found) <= OFFERS_AT_ONCE
    assert set(found) <= set(free)
    assert list(found) == sorted(found, key=lambda place: place.starts_at)
    assert not {place.starts_at.date() for place in found} & set(wish.excluded)


@given(free, wishes)
def test_something_that_fits_is_never_passed_over(free: list[Place], wish: Wish) -> None:
    if any(fits(place.starts_at, wish) for place in free):
        assert all(fits(place.starts_at, wish) for place in nearest(free, wish, VISIT))


@given(free, days)
def test_what_is_offered_does_not_depend_on_the_order_asked(free: list[Place], day: date) -> None:
    free = list(dict.fromkeys(free))
    wish = Wish(dates=(day,))
    assert {place.starts_at for place in nearest(free, wish, VISIT + timedelta(minutes=1))} == {
        place.starts_at for place in nearest(free[::-1], wish, VISIT + timedelta(minutes=1))
    }
