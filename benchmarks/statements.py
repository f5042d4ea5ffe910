"""What a parent's text costs the database: every statement that goes over one connection for it.

Counted in this process, where the connection can be listened to; the code is that of the webhook, from
the text to its answer in the outbox.
"""

import secrets
from typing import Any, NamedTuple

from asyncpg.connection import LoggedQuery

from service.answering.inbound import InboundText, take_in
from service.clock import now
from service.database import engine, sql

# What frames a unit of work.
FRAME = ("BEGIN", "COMMIT")


class Kind(NamedTuple):
    """A text, and which of the phones writes it; texts of one phone follow each other."""

    name: str
    body: str
    phone: int


KINDS = (
    Kind("YES", "YES", 0),
    Kind("when", "when", 1),
    Kind("can we move it", "can we move it", 2),
    Kind("a choice", "2", 2),
)


async def measure(phones: tuple[str, ...], *, explain: bool) -> None:
    """Write one text of each kind, and print how many statements it took.

    The first round is not counted: on a new connection the driver asks for the types of what it reads.

    Args:
        phones: Six of registered families that have been told of an appointment.
        explain: Whether to print the statements too.
    """
    heard: list[LoggedQuery] = []

    async def listen(connection: Any) -> None:
        connection.add_query_logger(heard.append)

    async def leave(connection: Any) -> None:
        """As the service's own pool: nothing is reset after a transaction that has ended."""
        assert not connection.is_in_transaction()

    await engine().start_connection_pool(min_size=1, max_size=1, init=listen, reset=leave)
    try:
        for kind in KINDS:
            await _answer(kind, phones[3 + kind.phone])
        for kind in KINDS:
            heard.clear()
            sid = await _answer(kind, phones[kind.phone])
            _report(kind.name, list(heard), await _said(sid), explain=explain)
    finally:
        await engine().close_connection_pool()


async def _answer(kind: Kind, phone: str) -> str:
    """Have a text answered; its id."""
    sid = f"SM{secrets.token_hex(16)}"
    await take_in(InboundText(sid=sid, phone=phone, to="+254700000100", body=kind.body), now=now())
    return sid


async def _said(sid: str) -> str:
    """What a text was answered: a glance shows that the figure is of what was meant."""
    rows = await sql(
        """SELECT o.body FROM outbox_message o JOIN inbound_message i ON i.id = o.in_answer_to
           WHERE i.provider_sid = $1""",
        sid,
    )
    return " ".join(str(row["body"]) for row in rows)


def _report(name: str, heard: list[LoggedQuery], answer: str, *, explain: bool) -> None:
    frame = sum(query.query.strip().upper().startswith(FRAME) for query in heard)
    waited = sum(query.elapsed for query in heard) * 1000
    counted = f"{len(heard) - frame:2} statements and {frame} around them, {waited:4.1f} ms"
    print(f"  {name:<15} {counted}   {_one_line(answer, 34)}")
    if explain:
        for query in heard:
            print(f"      {query.elapsed * 1000:6.2f} ms  {_one_line(query.query, 96)}")


def _one_line(text: str, longest: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
