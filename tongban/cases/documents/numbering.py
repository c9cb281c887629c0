"""Numbers of documents: one row of them for each authority and year, without gaps."""

from datetime import datetime

from django.db import connection

from tongban.basics.refusals import NotFound
from tongban.cases.permissions import authority_name
from tongban.cases.standing import BEIJING
from tongban.jurisdictions import queries as jurisdictions

# The row stays locked until the caller's transaction ends: the next number waits for this one to be
# kept or given back, so none is ever left out.
_RAISE = """
INSERT INTO cases_documentcounter (authority, year, last) VALUES (%s, %s, %s)
ON CONFLICT (authority, year) DO UPDATE SET last = cases_documentcounter.last + excluded.last
RETURNING last
"""


def allot(authority: str, *, count: int, at: datetime) -> tuple[int, list[int]]:
    """The next numbers of an authority in the year of a moment (Beijing); gives year and serials.

    To be called in the transaction that keeps the documents; rolled back, the numbers are free again.
    """
    year = at.astimezone(BEIJING).year
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [authority, year, count])
        (last,) = cursor.fetchone()
    return year, list(range(last - count + 1, last + 1))


_RAISE_TO = """
INSERT INTO cases_documentcounter (authority, year, last) VALUES (%s, %s, %s)
ON CONFLICT (authority, year) DO UPDATE
SET last = greatest(cases_documentcounter.last, excluded.last)
"""


def raise_to(authority: str, year: int, serial: int) -> None:
    """See to it that a number which was given is never given again; never lowers a counter."""
    with connection.cursor() as cursor:
        cursor.execute(_RAISE_TO, [authority, year, serial])


def written(authority: str, year: int, serial: int) -> str:
    """A number as documents have it: 吉林市公安局通办〔2026〕12号."""
    return f"{_short(authority)}通办〔{year}〕{serial}号"


def _short(authority: str) -> str:
    try:
        return jurisdictions.authority(authority).short_name
    except NotFound:
        return authority_name(authority)
