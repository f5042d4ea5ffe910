"""Whether a phone and we are answering each other's automatic texts.

A mailbox, a shop or another line like this one answers whatever it gets. The carrier takes more than 15
answers between two numbers in 30 seconds for a loop and blocks them (14107); we stop well before.
"""

from datetime import datetime, timedelta

from service.database import sql
from service.messaging.outbox import OwedText

# The same words answered with the same words.
SAME_WITHIN = timedelta(minutes=10)
MOST_SAME = 3
# Any words at all.
ANY_WITHIN = timedelta(seconds=30)
MOST_ANY = 10

ANSWERED = """
SELECT count(*) FILTER (WHERE i.body = $2 AND o.body = $3) AS same,
       count(*) FILTER (WHERE o.created_at > $5) AS answers
FROM outbox_message o JOIN inbound_message i ON i.id = o.in_answer_to
WHERE i.phone = $1 AND i.received_at > $4
"""


async def is_looping(answer: OwedText, said: str, *, now: datetime) -> bool:
    """Whether one more answer would only keep a machine talking."""
    rows = await sql(ANSWERED, answer.phone, said, answer.body, now - SAME_WITHIN, now - ANY_WITHIN)
    same, answers = rows[0].values()
    return bool(same >= MOST_SAME or answers >= MOST_ANY)
