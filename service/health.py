"""Whether this process is alive, whether it is of use, and its figures."""

from typing import Any

import asyncpg
from litestar import Request, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from service.database import sql

outbox_texts = Gauge(
    "doseline_outbox_texts", "Texts in the outbox that are not settled, by status", ["status"]
)
oldest_due = Gauge("doseline_outbox_oldest_due_seconds", "How long the longest-waiting due text has waited")

UNSETTLED = """
SELECT status, count(*) AS n,
       coalesce(extract(epoch FROM max($1 - not_before) FILTER (WHERE status = 'pending')), 0) AS waited
FROM outbox_message WHERE status IN ('pending', 'sending', 'unknown', 'parked') GROUP BY status
"""


@get("/health/live", include_in_schema=False)
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", include_in_schema=False)
async def ready() -> Response[dict[str, str]]:
    """The process can do its work: the database answers."""
    try:
        await sql("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Response({"status": "unavailable", "database": "away"}, status_code=503)
    return Response({"status": "ok", "database": "ok"})


@get("/metrics", include_in_schema=False)
async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Prometheus text format. The outbox is counted now: it is shared by all processes."""
    rows = {row["status"]: row for row in await sql(UNSETTLED, request.app.state.clock())}
    for status in ("pending", "sending", "unknown", "parked"):
        outbox_texts.labels(status).set(rows[status]["n"] if status in rows else 0)
    oldest_due.set(max(0.0, float(rows["pending"]["waited"])) if "pending" in rows else 0.0)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def router() -> Router:
    """What monitoring asks."""
    return Router("/", route_handlers=[live, ready, metrics])
