"""The emulator put together: one Litestar application, run by uvicorn in a process of its own."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.logging import LoggingConfig

from service.carrier.emulator.account import Account
from service.carrier.emulator.carrier import Carrier
from service.carrier.emulator.clock import EmulatorClock
from service.carrier.emulator.config import EmulatorConfig
from service.carrier.emulator.controls import controls
from service.carrier.emulator.delivery import Delivery
from service.carrier.emulator.faults import Faults
from service.carrier.emulator.journal import Journal
from service.carrier.emulator.ledger import Ledger
from service.carrier.emulator.line import knowing_its_line
from service.carrier.emulator.page_routes import page
from service.carrier.emulator.phones import phones
from service.carrier.emulator.refusals import Refused
from service.carrier.emulator.sender import Senders
from service.carrier.emulator.twilio_api import refuse_lost, twilio_api
from service.carrier.emulator.webhooks import Webhooks

_LARGEST_REQUEST: Final = 64 * 1024


def create_app(config: EmulatorConfig, clock: Callable[[], datetime]) -> Litestar:
    """Make the emulator of one account; it opens its journal and its lanes when it starts."""

    @asynccontextmanager
    async def in_operation(app: Litestar) -> AsyncGenerator[None, None]:
        journal = Journal(config.journal) if config.journal is not None else None
        own_clock, account = EmulatorClock(clock), Account(config)
        ledger, faults, senders = Ledger(journal), Faults(), Senders(account)
        try:
            async with (
                Webhooks(config) as webhooks,
                Delivery(
                    config, own_clock, ledger=ledger, faults=faults, webhooks=webhooks, senders=senders
                ) as delivery,
            ):
                app.state.carrier = Carrier(
                    config,
                    own_clock,
                    account=account,
                    senders=senders,
                    ledger=ledger,
                    faults=faults,
                    webhooks=webhooks,
                    delivery=delivery,
                )
                yield
        finally:
            if journal is not None:
                journal.close()

    app = Litestar(
        [twilio_api, phones, controls, page],
        dependencies={"carrier": Provide(_carrier, sync_to_thread=False)},
        lifespan=[in_operation],
        exception_handlers={NotFoundException: refuse_lost, MethodNotAllowedException: refuse_lost},
        # The process belongs to whoever runs the emulator, and so do its loggers.
        logging_config=LoggingConfig(
            configure_root_logger=False,
            log_exceptions="always",
            disable_stack_trace={Refused, HTTPException},
        ),
        openapi_config=None,
        request_max_body_size=_LARGEST_REQUEST,
    )
    app.asgi_handler = knowing_its_line(app.asgi_handler)
    return app


def _carrier(state: State) -> Carrier:
    carrier: Carrier = state.carrier
    return carrier
