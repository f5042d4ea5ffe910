"""A page of a list: which part was asked for, and what came of it.

Every list operation takes a Page and returns a Paged, so that a route adds nothing of its own.
"""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from service.errors import Invalid

LARGEST_PAGE = 200
USUAL_PAGE = 50
# PostgreSQL counts rows in 64 bits; nobody pages this far, and a larger number is a mistake.
LARGEST_OFFSET = 1_000_000_000

T = TypeVar("T")


class Page(msgspec.Struct, frozen=True):
    """The part of a list that is asked for.

    Raises:
        Invalid: the limit is not 1 to 200, or the offset is negative.
    """

    limit: int = USUAL_PAGE
    offset: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise Invalid("limit", f"must be 1 to {LARGEST_PAGE}")
        if not 0 <= self.offset <= LARGEST_OFFSET:
            raise Invalid("offset", f"must be 0 to {LARGEST_OFFSET}")


class Paged(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list.

    Attributes:
        items: The items of this page.
        total: How many there are on all pages.
        limit: As asked.
        offset: As asked.
    """

    items: Annotated[list[T], msgspec.Meta(description="The items of this page.")]
    total: Annotated[int, msgspec.Meta(description="How many there are on all pages.")]
    limit: int
    offset: int


def paged(items: Sequence[T], total: int, page: Page) -> Paged[T]:
    """The answer to a request for `page`."""
    return Paged(list(items), total, page.limit, page.offset)
