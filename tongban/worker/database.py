"""Connections to this node's database for parts that speak SQL from the asyncio loop."""

from typing import Any

from django.db import connection
from psycopg import AsyncConnection, InterfaceError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction

# What the driver raises while the database is away, or while another server leads than the one that
# we are connected to: the connection is given up, and the next one finds the leader.
AWAY = (OperationalError, InterfaceError, ReadOnlySqlTransaction)


# The outbox is nearly always empty and now and then suddenly full. A plan that was kept since it was
# empty reads all of it for each of its rows: with a hundred rows a look took 156 ms instead of 5, until
# the database counted the table anew. Every question asked here has an index.
_BY_INDEX = "-c enable_seqscan=off"


async def connect(purpose: str) -> AsyncConnection[Any]:
    """A connection of one's own, each statement a transaction unless one is opened."""
    settings = connection.settings_dict
    options = settings["OPTIONS"]
    return await AsyncConnection.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        dbname=settings["NAME"],
        user=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        application_name=f"tongban {purpose}",
        autocommit=True,
        **{
            **options,
            "options": f"{options.get('options', '')} {_BY_INDEX}".strip(),
            "prepare_threshold": 2,
        },
    )
