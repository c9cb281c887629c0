"""Run as a node: seats at which the simulation works there, opened before it and closed afterwards.

A seat is a system registered with the node's API: one that hands cases in and follows them, and one at
the screen of each officer who has a part. Only in a sandbox, whose officers nobody is.
"""

import json
import sys
from typing import Any

from tongban.console import acting

CLIENT = "simulate"
SCOPES = ("submit", "cases", "events")
ACTING = ("cases", "acts")
# Who has a part: the window, and the deciding offices of the items that stand for the figures.
PARTS = {("receiver", "zhengwu"), ("decider", "renshe"), ("decider", "gongan")}


def open_seats() -> dict[str, Any]:
    """Register them anew; secrets of an earlier run stop. Refused: NotASandbox."""
    from django.conf import settings
    from django.utils.timezone import localdate, now

    from tongban.parties import operations
    from tongban.parties.models import Officer
    from tongban.sandbox import people
    from tongban.sandbox.operations import check_is_sandbox

    check_is_sandbox()
    at, node = now(), settings.NODE_ID
    _client, secret = operations.make_client(
        client_id=CLIENT, name="全国一天推演", prefixes=[node], scopes=SCOPES, at=at
    )
    seats = [{"seat": "applicant", "client_id": CLIENT, "client_secret": secret, "officer": ""}]
    for part in people.cast(node):
        role = str(part.role or "")
        if (role, part.department) not in PARTS or any(
            one["seat"] == _name(role, part.department) for one in seats
        ):
            continue
        officer = Officer.objects.select_related("authority").get(account__username=part.username)
        client_id = f"{CLIENT}-{part.department}"
        _client, secret = operations.make_client(
            client_id=client_id, name=f"全国一天推演（{part.name}）", prefixes=[node], scopes=ACTING,
            authority=officer.authority, officers=[officer], at=at,
        )  # fmt: skip
        seats.append(
            {"seat": _name(role, part.department), "client_id": client_id, "client_secret": secret,
             "officer": officer.staff_number}
        )  # fmt: skip
    home = people.home(node, localdate(at))
    return {"city": home.city, "county": home.county, "seats": seats}


def close_seats() -> dict[str, Any]:
    """Stop them; those that were never opened stay as they are."""
    from tongban.parties import operations
    from tongban.parties.models import ApiClient

    names = [CLIENT, *(f"{CLIENT}-{department}" for _role, department in sorted(PARTS))]
    found = list(
        ApiClient.objects.filter(client_id__in=names, is_active=True).values_list(
            "client_id", flat=True
        )
    )
    for name in found:
        operations.stop_client(name)
    return {"closed": sorted(found)}


def _name(role: str, department: str) -> str:
    return role if role == "receiver" else f"{role}-{department}"


def main(word: str) -> None:
    """`open` or `close`; prints JSON."""
    acting.set_up_django()
    print(json.dumps({"open": open_seats, "close": close_seats}[word]()))


if __name__ == "__main__":
    main(sys.argv[1])
