"""The carrier at work: it takes texts from the account and from phones, and acts on its own words.

Everything that has a consequence goes through here, whether it came by Twilio's API, by a test or by the
phone page. Each operation keeps its text before it calls anybody, so a webhook that is down loses nothing.
"""

from datetime import timedelta
from typing import Final

import msgspec

from conversations.replies import segments
from service.carrier.emulator import words
from service.carrier.emulator.account import Account
from service.carrier.emulator.clock import EmulatorClock
from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.delivery import Delivery
from service.carrier.emulator.error_codes import ERROR_CODES
from service.carrier.emulator.faults import Faults
from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.orders import Order
from service.carrier.emulator.refusals import Refused
from service.carrier.emulator.sender import Senders
from service.carrier.emulator.texts import Direction, Text, new_sid
from service.carrier.emulator.twiml import NotUnderstood, Reply, read_replies
from service.carrier.emulator.webhooks import UNREACHABLE, Answer, Webhooks, inbound_form

_NOT_REACHED: Final = frozenset({11200, 11205, 11217})


class Carrier:
    """One emulated account in operation."""

    def __init__(
        self,
        config: EmulatorConfig,
        clock: EmulatorClock,
        *,
        account: Account,
        senders: Senders,
        ledger: Ledger,
        faults: Faults,
        webhooks: Webhooks,
        delivery: Delivery,
    ) -> None:
        self.config = config
        self.account = account
        self.clock = clock
        self.ledger = ledger
        self.faults = faults
        self.delivery = delivery
        self.since = clock.now()
        self._senders = senders
        self._webhooks = webhooks

    def accept(self, order: Order) -> Text:
        """Take a text from the account, to be sent; the caller starts its delivery.

        Raises:
            Refused: 21610 when the phone has opted out, 21611 when the queue of a sender that was named
                is full; a Messaging Service accepts the text and fails it with 30001.
        """
        if self.ledger.is_stopped(order.to):
            raise Refused(21610)
        named = order.messaging_service_sid is None
        if named and self._senders.overflows(order.sender, self.clock.now()):
            raise Refused(21611)
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
        now = self.clock.now()
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
        """Bring an inbound text to the webhook and do what the answer asks for.

        When that fails, the fallback has one try; it is told what went wrong and where.
        """
        struck = self.faults.strike("hand-over", text.phone)
        codes = [fault.error_code for fault in struck if fault.error_code is not None]
        copies = 2 if any(fault.kind == "duplicate_inbound" for fault in struck) else 1
        url, form = self.account.inbound_url, inbound_form(text, self.config)
        for _ in range(copies):
            answer, code = await self._hand_to(url, form, text.phone, codes)
        fallback = self.account.setup.fallback_url
        if fallback is not None and code is not None and ERROR_CODES[code].where == "webhook":
            told = form | {"ErrorCode": str(code), "ErrorUrl": url.partition("#")[0]}
            answer, _ = await self._hand_to(fallback, told, text.phone, [])
        self.ledger.keep(
            msgspec.structs.replace(
                text, webhook_status=answer.status, error_code=code, updated_at=self.clock.now()
            )
        )
        return answer

    async def _hand_to(
        self, url: str, form: dict[str, str], phone: str, faults: list[int]
    ) -> tuple[Answer, int | None]:
        """Call one webhook; give its answer, and the code of what went wrong by itself or by a fault."""
        for code in faults:
            if code in _NOT_REACHED:
                return Answer(UNREACHABLE), code
        answer = await self._webhooks.call(url, form)
        if answer.error_code is not None:
            return answer, answer.error_code
        # A fault that spoils the answer leaves nothing of it to be done.
        return answer, faults[0] if faults else self._obey(answer, phone)

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
        now = self.clock.now()
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
