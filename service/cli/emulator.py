"""`doseline emulator`: the carrier that stands in for Twilio, on loopback."""

import argparse
import os

from service import clock
from service.carrier.emulator.app import create_app
from service.carrier.emulator.config import EmulatorConfig
from service.cli.serving import serve
from service.local.directory import prepare
from service.local.emulated import NUMBER, with_emulated_carrier
from service.settings import Settings


def main(_options: argparse.Namespace) -> None:
    """Serve the emulator with the account of the settings, or the one kept in DATA_DIR."""
    settings = with_emulated_carrier(Settings.from_env(os.environ))
    config = EmulatorConfig(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_tokens[0],
        public_url=settings.public_url,
        number=settings.twilio_from_number or NUMBER,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        journal=prepare(settings.data_dir) / "emulator.sqlite",
    )
    serve(create_app(config, clock.now), host="127.0.0.1", port=settings.emulator_port)
