"""The carrier at work: it takes texts from the account and from phones, and acts on its own words.

Everything that has a consequence goes through here, whether it came by Twilio's API, by a test or by the
phone page. Each operation keeps its text before it calls anybody, so a webhook that is down loses nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from conversations.replies import segments
from service.carrier.emulator import words
from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.delivery import Delivery
from service.carrier.emulator.faults import Faults
from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.orders import Order
from service.carrier.emulator.refusals import Refused
from service.carrier.emulator.texts import Direction, Text, new_sid
from service.carrier.emulator.twiml import NotUnderstood, Reply, read_replies
from service.carrier.emulator.webhooks import Answer, Webhooks, inbound_form


class Carrier:
    """One emulated account in operation."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: Callable[[], datetime],
        *,
        ledger: Ledger,
        faults: Faults,
        webhooks: Webhooks,
        delivery: Delivery,
    ) -> None:
        self.config = config
        self.ledger = ledger
        self.faults = faults
        self.delivery = delivery
        self.since = clock()
        self._clock = clock
        self._webhooks = webhooks

    def accept(self, order: Order) -> Text:
        """Take a text from the account, to be sent; the caller starts its delivery.

        Raises:
            Refused: 21610 when the phone has opted out.
        """
        if self.ledger.is_stopped(order.to):
            raise Refused(21610)
        return self._write(order, "outbound-api")

    def take_in(
        self, sender: str, to: str, body: str, media: tuple[str, ...], sid: str | None = None
    ) -> Text:
        """Take a text from a phone, and act on it if it is one of the carrier's own words.

        A sid that is known already is the same text coming again: nothing new is kept or answered.
        """
        known = self.ledger.get(sid) if sid is not None else None
        if known is not None:
            return known
        keyword = words.keyword(body, stopped=self.ledger.is_stopped(sender))
        now = self._clock()
        text = self.ledger.keep(
            Text(
                sid=sid or new_sid("MM" if media else "SM"),
                direction="inbound",
                from_=sender,
                to=to,
                body=body,
                status="received",
                segments=segments.count(body).segments,
                created_at=now,
                updated_at=now,
                messaging_service_sid=self.config.messaging_service_sid,
                media=media,
                opt_out_type=keyword,
            )
        )
        if keyword is not None:
            self._act_on(keyword, sender)
        return text

    async def hand_over(self, text: Text) -> Answer:
        """Bring an inbound text to the webhook and do what the answer asks for."""
        answer = await self._webhooks.call(self.config.inbound_url, inbound_form(text, self.config))
        error_code = 11200 if answer.failed else self._obey(answer, text.phone)
        self.ledger.keep(
            msgspec.structs.replace(
                text, webhook_status=answer.status, error_code=error_code, updated_at=self._clock()
            )
        )
        return answer

    def _act_on(self, keyword: words.Keyword, phone: str) -> None:
        if keyword != "HELP":
            self.ledger.set_stopped(phone, stopped=keyword == "STOP")
        order = self._order(Reply(words.ANSWERS[keyword]), phone)
        self.delivery.start(self._write(order, "outbound-reply", by_carrier=True))

    def _obey(self, answer: Answer, phone: str) -> int | None:
        """Send the texts that an answer asks for; give the error code of what could not be done."""
        try:
            replies = read_replies(answer.content_type, answer.body)
        except NotUnderstood as problem:
            return problem.code
        orders = [self._order(reply, phone) for reply in replies]
        for order in orders:
            if self.ledger.is_stopped(order.to):
                return 21610
            self.delivery.start(self._write(order, "outbound-reply"))
        return None

    def _order(self, reply: Reply, phone: str) -> Order:
        return Order(
            to=reply.to or phone,
            sender=self.config.number,
            body=reply.body,
            messaging_service_sid=self.config.messaging_service_sid,
            status_callback=reply.status_callback,
        )

    def _write(self, order: Order, direction: Direction, *, by_carrier: bool = False) -> Text:
        now = self._clock()
        return self.ledger.keep(
            Text(
                sid=new_sid("SM"),
                direction=direction,
                from_=order.sender,
                to=order.to,
                body=order.body,
                status="queued" if order.messaging_service_sid is None else "accepted",
                segments=segments.count(order.body).segments,
                created_at=now,
                updated_at=now,
                expires_at=now + timedelta(seconds=order.validity_seconds),
                messaging_service_sid=order.messaging_service_sid,
                status_callback=order.status_callback,
                by_carrier=by_carrier,
            )
        )
