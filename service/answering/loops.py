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
SELECT count(*) FILTER (WHERE before.body = said.body AND answer.body = $2) AS same,
       count(*) FILTER (WHERE before.received_at > $4) AS answers
FROM inbound_message said
JOIN inbound_message before ON before.phone = said.phone AND before.received_at > $3
JOIN outbox_message answer ON answer.in_answer_to = before.id
WHERE said.id = $1
"""


async def is_looping(answer: OwedText, *, now: datetime) -> bool:
    """Whether one more answer would only keep a machine talking."""
    rows = await sql(ANSWERED, answer.in_answer_to, answer.body, now - SAME_WITHIN, now - ANY_WITHIN)
    same, answers = rows[0].values()
    return bool(same >= MOST_SAME or answers >= MOST_ANY)
