"""The 22 scenarios of facts that a service like this has to survive, as one table.

Each is a function that does its harm while the load runs. What real processes cannot show in minutes, since
it takes hours or another clock, names the tests that show it with a clock in hand.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from tests.faults import carrier, crossings, processes, releases
from tests.faults.town import Town

Fault: TypeAlias = Callable[[Town, Random], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """One way in which things go wrong.

    Attributes:
        fault: What happens while people use the service; None where that takes another clock.
        also: Tests that show what this run cannot.
        calm: Whether nothing else may be killed while it strikes: it sets up much, or counts what fails.
    """

    number: int
    name: str
    fault: Fault | None
    also: tuple[str, ...] = ()
    calm: bool = False


OUTAGE = "tests/messaging/test_outage.py::"
DELIVERY = "tests/messaging/test_delivery.py::"

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(1, "worker killed before the call", processes.worker_before_the_call),
    Scenario(2, "worker killed after acceptance, before the commit", processes.worker_after_acceptance),
    Scenario(3, "worker killed with 500 texts in flight", processes.worker_with_texts_in_flight, calm=True),
    Scenario(4, "web killed in mid-booking", processes.web_in_mid_booking),
    Scenario(5, "PostgreSQL restarted at once", processes.database_restarts_at_once),
    Scenario(6, "PostgreSQL killed", processes.database_is_killed),
    Scenario(7, "COMMIT fails 50 times", processes.commit_fails),
    Scenario(8, "carrier accepts and does not say so", carrier.answers_are_lost),
    Scenario(
        9,
        "carrier refuses, then recovers",
        carrier.carrier_refuses,
        (f"{OUTAGE}test_after_four_hours_of_refusals_what_is_useful_goes_out_in_order_and_nothing_is_late",),
    ),
    Scenario(
        10,
        "carrier away until texts are of no use",
        carrier.texts_expire_meanwhile,
        (f"{DELIVERY}test_a_text_waits_for_its_time_and_is_dropped_when_it_is_too_late",),
    ),
    Scenario(11, "one webhook 50 times at once", carrier.one_webhook_many_times),
    Scenario(12, "reports reordered, doubled, early, lost", carrier.reports_in_disorder),
    Scenario(13, "service down while parents write", carrier.we_are_down_while_parents_write),
    Scenario(
        14,
        "forged, replayed and proxied signatures",
        carrier.forged_posts,
        (
            ("tests/emulator/signatures/test_vectors.py::test_the_verdict_is_right_wherever_the_sdks_own_is"),
            "tests/emulator/test_webhook_fuzz.py::test_whatever_is_posted_unsigned_is_refused_calmly",
        ),
        calm=True,
    ),
    Scenario(15, "200 parents for the last place", crossings.the_last_place, calm=True),
    Scenario(16, "crossing moves", crossings.crossing_moves, calm=True),
    Scenario(17, "STOP or a cancellation races a reminder", crossings.stop_races_a_reminder),
    Scenario(
        18,
        "clock off, clock-change nights",
        None,
        (
            "tests/messaging/test_quiet_hours.py::test_the_night_on_which_the_clocks_change_is_quiet_to_its_end",
            "tests/reminders/test_cadence.py::test_the_civil_hour_is_kept_over_a_change_of_the_clocks",
            "tests/faults/test_clock.py::test_a_clock_that_is_off_breaks_no_invariant",
        ),
    ),
    Scenario(19, "two workers plan and claim at once", crossings.two_planners),
    Scenario(20, "disk full, pool exhausted", processes.disk_full_and_pool_exhausted),
    Scenario(21, "migration during traffic", releases.migration_during_traffic, calm=True),
    Scenario(22, "backup and restore elsewhere", releases.backup_and_restore, calm=True),
)

# What CI runs each time: one of each sort, chosen for the time that it takes.
SHORT: tuple[Scenario, ...] = (
    Scenario(4, "web killed in mid-booking", processes.web_in_mid_booking),
    Scenario(6, "PostgreSQL killed", processes.database_is_killed),
    Scenario(11, "one webhook 50 times at once", carrier.one_webhook_many_times),
    Scenario(12, "reports reordered, doubled, early, lost", carrier.reports_in_disorder),
    Scenario(15, "24 parents for the last place", crossings.the_last_place_of_few),
    Scenario(17, "STOP or a cancellation races a reminder", crossings.stop_races_a_reminder),
    Scenario(1, "worker killed before the call", processes.worker_before_the_call),
)
