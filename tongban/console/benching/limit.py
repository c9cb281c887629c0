"""The database's own limit: pgbench with the submission's very statement and values.

Each run writes what a submission writes, into the same tables with the same indexes and triggers,
prepared as the application prepares it. Only what must differ from row to row is made from a random
number; everything else are the values that the application computed for a real submission.
"""

import os
import re
import subprocess
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tongban.basics import canonical
from tongban.cases import rules
from tongban.cases.operations import submission
from tongban.cases.rules import Intake
from tongban.local import postgres
from tongban.local.trouble import Trouble

_PARAMETER = re.compile(r"%\((\w+)\)s")
# What a constraint wants to be another each time.
_UNIQUE = {
    "number": "('B' || :n)",
    "case_number": "('B' || :n)",
    "key": "('k' || :n)",
    "sealed": "('s' || :n)",
    "case_particulars": "('s' || :n)",
}


def script(values: dict[str, Any]) -> str:
    """The statement for pgbench: unique values from its random number, the others as variables."""

    def place(found: re.Match[str]) -> str:
        name = found[1]
        if name in _UNIQUE:
            return _UNIQUE[name]
        if values[name] is None:
            return "NULL"
        return "''" if values[name] == "" else f":{name}"

    statement = _PARAMETER.sub(place, submission.statement(tells=bool(values["outgoing"])))
    return f"\\set n random(1, 9000000000000000)\n{' '.join(statement.split())};\n"


def values_of(intake: Intake) -> dict[str, Any]:
    """What the application would write for an application."""
    at = datetime.now(UTC)
    judged = rules.check_intake(intake, on=at.date())
    route = rules.route(intake, judged.version, judged.limits)
    written = submission.written(intake, judged.answers, route, at=at)
    digest = canonical.digest(intake.canonical())
    return written | {"owner": "bench:limit", "key": "", "digest": digest}


def variables(values: dict[str, Any]) -> list[str]:
    """The values as pgbench takes them, in PostgreSQL's own writing."""
    words = []
    for name, value in values.items():
        # pgbench has no variable for nothing; those values stand in the statement.
        if value not in (None, "") and name not in _UNIQUE:
            words += ["-D", f"{name}={_written(value)}"]
    return words


def _written(value: Any) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def run(values: dict[str, Any], *, conninfo: str, connections: int, seconds: int) -> float:
    """Submissions a second that the database alone does; no transaction may fail."""
    done = subprocess.run(
        [
            str(postgres.wheel_programs() / "bin" / "pgbench"), "-n", "-M", "prepared", "-j", "1",
            "-c", str(connections), "-T", str(seconds), "-f", "-", *variables(values),
        ],
        input=script(values), env=os.environ | _where(conninfo),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    rate = re.search(r"tps = ([0-9.]+)", done.stdout)
    failed = re.search(r"failed transactions: ([0-9]+)", done.stdout)
    if done.returncode or not rate or (failed and failed[1] != "0"):
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise Trouble(f"pgbench 失败：{' '.join(last)}", "pgbench failed.")
    return float(rate[1])


def forget(conninfo: str) -> None:
    """Take out of the tables what runs left there: no record of ours would fold to such cases."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("DELETE FROM cases_material WHERE case_id LIKE 'B%'")
        connection.execute("DELETE FROM cases_case WHERE number LIKE 'B%'")


def _where(conninfo: str) -> dict[str, str]:
    """The address as libpq finds it in the environment, where no list of processes shows it."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
             "dbname": "PGDATABASE"}  # fmt: skip
    found = conninfo_to_dict(conninfo)
    return {variable: str(found[name]) for name, variable in names.items() if found.get(name)}
