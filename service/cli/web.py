"""`doseline web`: the API and the webhooks."""

import argparse
import os

from service import clock
from service.app import create_app
from service.cli.serving import serve
from service.settings import Settings


def main(_options: argparse.Namespace) -> None:
    """Serve until a signal ends us."""
    settings = Settings.from_env(os.environ)
    settings.require("DATABASE_URL", "QUEUE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    serve(create_app(settings, clock.now), host=settings.host, port=settings.port)
