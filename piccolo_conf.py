"""Piccolo's entry point: the engine on DATABASE_URL, and the registry of tables.

The engine connects when it is built, so this module is imported only once the address is known.
"""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine

DB = PostgresEngine(
    config={"dsn": os.environ["DATABASE_URL"], "server_settings": {"timezone": "UTC"}},
    # The schema needs none, so that any PostgreSQL serves.
    extensions=(),
)

APP_REGISTRY = AppRegistry(apps=["tables.piccolo_app"])
