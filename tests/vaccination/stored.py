"""What is stored of a child's needs, and a schedule that differs from one that comes along by one line."""

from uuid import UUID

from msgspec import json

from service.database import sql
from service.forecasting.loading import SHIPPED
from service.vaccination.forecasts import StoredForecast

Planned = dict[str, str]
"""The planned doses of a visit: labels by CVX."""


async def stored_forecast(child_id: UUID) -> dict[str, StoredForecast]:
    """A child's forecasts by vaccine group."""
    rows = await sql("SELECT groups FROM forecast WHERE child = $1", child_id)
    return {one.vaccine_group: one for one in json.decode(rows[0]["groups"], type=list[StoredForecast])}


async def planned_for(appointment_id: UUID) -> Planned:
    """What a visit is for, as it is stored."""
    rows = await sql("SELECT cvx, label FROM planned_dose WHERE appointment = $1", appointment_id)
    return {row["cvx"]: row["label"] for row in rows}


def kenya_but(*changes: tuple[str, str]) -> str:
    """Kenya's schedule, with some of its words exchanged."""
    text = (SHIPPED / "ke.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
