"""`doseline doctor`: what is well, what is not, and what to do about it."""

import argparse
import asyncio
import logging
import os

import structlog

from service.clock import now
from service.doctor import examine
from service.settings import Settings

SOMETHING_IS_WRONG = 1


def main(_options: argparse.Namespace) -> int:
    """Print a line for each part; exit code 1 when one of them is not well."""
    # What libraries and our own parts log of a failure is said here in plain words.
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return asyncio.run(_examine(Settings.from_env(os.environ)))


async def _examine(settings: Settings) -> int:
    all_well = True
    async for finding in examine(settings, now):
        print(f"{'ok' if finding.well else 'NOT OK':6}  {finding.part:10}  {finding.words}")
        all_well = all_well and finding.well
    return 0 if all_well else SOMETHING_IS_WRONG
