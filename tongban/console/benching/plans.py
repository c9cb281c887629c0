"""How the database goes about what pages ask: through which indexes, and whether it reads whole tables.

A page that costs the same among a million cases as among ten thousand is one whose plans did not
change in between, so the plans themselves are what is compared.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tongban.basics import prepared
from tongban.parties.models import Account

# Tables that grow with every case; none of these is ever read whole for a page.
GROWING = frozenset(
    {"cases_case", "cases_material", "cases_submission", "record_entry", "record_sealed"}
)
_LITERAL = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+\b")
_LIST = re.compile(r"\(\?(?:, \?)*\)")


@dataclass(frozen=True)
class Step:
    """One step of a plan on a growing table: how it is read, and through which index."""

    kind: str
    table: str
    index: str

    def __str__(self) -> str:
        return f"{self.kind} {self.index or self.table}"


Plans = dict[str, frozenset[Step]]


def of_pages(username: str, paths: Iterable[str]) -> Plans:
    """The plans of every statement behind some pages, by statement without its values."""
    account = Account.objects.get(username=username)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account, backend="tongban.parties.backends.AccountBackend")
    found: Plans = {}
    for path in paths:
        with CaptureQueriesContext(connection) as seen, _prepared() as planned_once:
            answer = client.get(path)
        if answer.status_code != 200:
            raise LookupError(f"{path}: {answer.status_code}")
        asked = [query["sql"] for query in seen.captured_queries]
        found |= {_shape(sql): _steps(f"EXPLAIN (FORMAT JSON) {sql}") for sql in _selects(asked)}
        # What is planned once is planned without values, so that is the plan that counts.
        found |= {
            sql: _steps(f"EXPLAIN (FORMAT JSON, GENERIC_PLAN) {_with_numbers(sql)}")
            for sql in _selects(planned_once)
        }
    return found


def _selects(statements: Iterable[str]) -> Iterator[str]:
    return (sql for sql in statements if sql.startswith("SELECT"))


@contextmanager
def _prepared() -> Iterator[set[str]]:
    """The statements that pass by `connection.queries` (tongban.basics.prepared)."""
    seen: set[str] = set()
    rows = prepared.rows

    def seeing(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        seen.add(statement)
        return rows(statement, values)

    with patch.object(prepared, "rows", seeing):
        yield seen


def _with_numbers(sql: str) -> str:
    return re.sub(r"%\((\w+)\)s", _numbered(), sql)


def _numbered() -> Any:
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return number


def _shape(sql: str) -> str:
    """A statement without its values, so that two of them can be compared."""
    return _LIST.sub("(?)", _LITERAL.sub("?", sql))


def _steps(explaining: str) -> frozenset[Step]:
    with connection.cursor() as cursor:
        # Sent as it is: a percent sign in it is one.
        cursor.cursor.execute(explaining)
        (found,) = cursor.fetchone()
    plans = json.loads(found) if isinstance(found, str) else found
    return frozenset(_walk(plans[0]["Plan"]))


def _walk(plan: dict[str, Any]) -> Iterator[Step]:
    table, index = plan.get("Relation Name", ""), plan.get("Index Name", "")
    if plan["Node Type"] == "Bitmap Index Scan" or table in GROWING:
        yield Step(plan["Node Type"].replace("Index Only Scan", "Index Scan"), table, index)
    for below in plan.get("Plans", ()):
        yield from _walk(below)


def whole(plans: Plans) -> list[str]:
    """The statements that read a growing table from one end to the other."""
    return [sql for sql, steps in plans.items() if any(one.kind == "Seq Scan" for one in steps)]


def changed(before: Plans, after: Plans) -> list[str]:
    """The statements that go another way than they went before."""
    return [sql for sql in before.keys() & after.keys() if before[sql] != after[sql]]
