"""Whether this process is alive, whether it is of use, and its figures.

What many processes share is counted in the database at the moment of asking; what only this one knows
(how long its webhooks take) it counts itself.
"""

from collections.abc import Mapping
from typing import Any

import asyncpg
from litestar import Request, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from service.database import sql

outbox_texts = Gauge(
    "doseline_outbox_texts", "Texts in the outbox that are not settled, by status", ["status"]
)
oldest_due = Gauge("doseline_outbox_oldest_due_seconds", "How long the longest-waiting due text has waited")
texts_of_a_day = Gauge("doseline_texts", "Texts owed in the last 24 hours", ["status", "kind"])
errors_of_a_day = Gauge(
    "doseline_carrier_errors", "Texts owed in the last 24 hours that met an error of the carrier", ["code"]
)
filtered = Gauge(
    "doseline_filtered_ratio",
    "Share of the texts that ended in the last 24 hours which were filtered (30007)",
)
late_texts = Gauge("doseline_inbound_late", "Parents' texts of the last 24 hours that no webhook brought")
opted_out = Gauge("doseline_opted_out_phones", "Phones that want no texts")
opt_outs_of_a_day = Gauge("doseline_opt_outs", "Phones that have opted out in the last 24 hours")
sending_stopped = Gauge(
    "doseline_sending_stopped", "1 while nothing gets through to the carrier, by sender", ["sender"]
)

UNSETTLED = """
SELECT status, count(*) AS n,
       coalesce(extract(epoch FROM max($1 - not_before) FILTER (WHERE status = 'pending')), 0) AS waited
FROM outbox_message WHERE status IN ('pending', 'sending', 'unknown', 'parked') GROUP BY status
"""

OF_A_DAY = """
SELECT status, kind, error_code, settled_at IS NOT NULL AS ended, count(*) AS n
FROM outbox_message WHERE created_at > $1::timestamptz - interval '1 day' GROUP BY 1, 2, 3, 4
"""

PHONES = """
SELECT (SELECT count(*) FROM opt_out WHERE ended_at IS NULL) AS opted_out,
       (SELECT count(*) FROM opt_out WHERE since > $1::timestamptz - interval '1 day') AS opt_outs,
       (SELECT count(*) FROM inbound_message
        WHERE late AND received_at > $1::timestamptz - interval '1 day') AS late
"""

SENDERS = "SELECT name, closed_until IS NOT NULL AS stopped FROM sender"

FILTERED = 30007


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Which parts answer. Without the database this process can do nothing.

    Without the queue texts go out a little later; what the carrier refuses waits in the database; and while
    the languages are loaded, for seconds after a start, parents' texts wait.
    """
    try:
        senders = await sql(SENDERS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Response({"status": "unavailable", "database": "away"}, status_code=503)
    if not request.app.state.languages_are_loaded():
        return Response({"status": "starting", "database": "ok", "languages": "loading"}, status_code=503)
    parts = {
        "database": "ok",
        "queue": "ok" if await request.app.state.queue_answers() else "away",
        "carrier": "refusing" if any(row["stopped"] for row in senders) else "ok",
    }
    whole = set(parts.values()) == {"ok"}
    return Response({"status": "ok" if whole else "degraded", **parts})


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Prometheus text format. What all processes share is counted now."""
    now = request.app.state.clock()
    _set_unsettled({row["status"]: row for row in await sql(UNSETTLED, now)})
    _set_texts_of_a_day(await sql(OF_A_DAY, now))
    phones = (await sql(PHONES, now))[0]
    opted_out.set(phones["opted_out"])
    opt_outs_of_a_day.set(phones["opt_outs"])
    late_texts.set(phones["late"])
    for row in await sql(SENDERS):
        sending_stopped.labels(row["name"]).set(row["stopped"])
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def _set_unsettled(rows: Mapping[str, Mapping[str, Any]]) -> None:
    for status in ("pending", "sending", "unknown", "parked"):
        outbox_texts.labels(status).set(rows[status]["n"] if status in rows else 0)
    oldest_due.set(max(0.0, float(rows["pending"]["waited"])) if "pending" in rows else 0.0)


def _set_texts_of_a_day(rows: Any) -> None:
    texts_of_a_day.clear()
    errors_of_a_day.clear()
    for row in rows:
        texts_of_a_day.labels(row["status"], row["kind"]).inc(row["n"])
        if row["error_code"]:
            errors_of_a_day.labels(row["error_code"]).inc(row["n"])
    ended = sum(row["n"] for row in rows if row["ended"])
    caught = sum(row["n"] for row in rows if row["error_code"] == FILTERED)
    filtered.set(caught / ended if ended else 0)


def router() -> Router:
    """What monitoring asks."""
    return Router("/", route_handlers=[live, ready, metrics])
