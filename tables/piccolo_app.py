"""Piccolo's description of the app: where its tables and its migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

AREAS = (
    "people",
    "places",
    "vaccines",
    "accounts",
    "appointments",
    "messages",
    "registrations",
    "claims",
    "audit",
)

APP_CONFIG = AppConfig(
    app_name="tables",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(modules=[f"tables.{area}" for area in AREAS]),
    migration_dependencies=[],
)
