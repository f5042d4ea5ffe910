"""The table of a text's life."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.delivery import PAGE, page
from service.messaging.statuses import STATUSES, WENT_OUT, OutboxStatus, is_final, lower_than
from tables.messages import OUTBOX_STATUSES

ANY_STATUS = st.sampled_from(list(STATUSES))


def test_the_page_on_delivery_says_what_the_code_does() -> None:
    assert PAGE.read_text() == page(), "run: python -m docs.delivery"


def test_the_database_knows_the_same_statuses() -> None:
    assert set(OUTBOX_STATUSES) == set(STATUSES)


@given(ANY_STATUS, ANY_STATUS)
def test_no_two_statuses_lead_to_each_other(one: OutboxStatus, other: OutboxStatus) -> None:
    assert not (one in lower_than(other) and other in lower_than(one))


@given(ANY_STATUS)
def test_nothing_follows_an_end(status: OutboxStatus) -> None:
    assert is_final(status) == all(status not in lower_than(other) for other in STATUSES)


@pytest.mark.parametrize("status", ["suppressed", "expired", "failed"])
def test_what_was_not_sent_did_not_go_out(status: OutboxStatus) -> None:
    assert status not in WENT_OUT
