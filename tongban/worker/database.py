"""Connections to this node's database for parts that speak SQL from the asyncio loop."""

from typing import Any

from django.db import connection
from psycopg import AsyncConnection, InterfaceError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction

# What the driver raises while the database is away, or while another server leads than the one that
# we are connected to: the connection is given up, and the next one finds the leader.
AWAY = (OperationalError, InterfaceError, ReadOnlySqlTransaction)


async def connect(purpose: str) -> AsyncConnection[Any]:
    """A connection of one's own, each statement a transaction unless one is opened."""
    settings = connection.settings_dict
    return await AsyncConnection.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        dbname=settings["NAME"],
        user=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        application_name=f"tongban {purpose}",
        autocommit=True,
        **{**settings["OPTIONS"], "prepare_threshold": 2},
    )
