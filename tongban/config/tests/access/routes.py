"""Every route of this node, and its address with the objects of the scene."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tongban.cases.tests import world

# What a page is asked for besides its address.
ASKED: dict[str, str] = {
    "portal:start": f"?item={world.MOVE_TO_SPOUSE}&from={world.CHANGCHUN}&to={world.JILIN_CITY}",
    "desk:pack": "?case={number}",
    "desk:export": "?shown=all",
    "desk:counter": "?day=2026-11-17",
}
# What stands for an argument of a route where the scene has no object of that kind.
_FIXED: dict[str, Any] = {
    "code": world.MOVE_TO_SPOUSE, "spec": "owner-consent", "point": "x", "name": "extend",
    "kind": "csv", "ref": "1", "prepared_id": 1, "key": "general", "place": "220200", "token": "none",
    "received_id": 1, "sending_id": 1, "proposal_id": 1,
    "act": "extend", "hook_id": "00000000-0000-4000-8000-000000000000",
    "push_id": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
# Where the same name means another object in another route.
_OTHERWISE: dict[str, dict[str, Any]] = {
    "portal:ask": {"kind": "urge"}, "oversight:renew": {"kind": "calendar"},
    "oversight:draft-material": {"spec": "none"}, "desk:parcel-act": {"name": "cancel"},
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One route: its name with namespaces (empty for none), and how its address is written."""

    name: str
    pattern: str
    arguments: tuple[str, ...]

    def address(self, objects: dict[str, Any]) -> str:
        """Where it is for the case of the scene."""
        address = "/" + self.pattern
        for name in self.arguments:
            address = _filled(address, name, str(self._argument(name, objects)))
        return address + ASKED.get(self.name, "").format(**objects)

    def _argument(self, name: str, objects: dict[str, Any]) -> Any:
        if self.name.startswith("desk:joint-") and name == "chain":
            return objects["joint"]
        if self.name.endswith((":document", ":case_document")) and name == "kind":
            return objects["document"]
        if name == "pk":
            return objects["signature" if self.name.endswith("-signature") else "appointment"]
        if self.name == "portal:step" and name == "key":
            return objects["step"]
        if self.name == "portal:draft-paper" and name == "spec":
            return objects["draft_spec"]
        if name == "draft_id" and self.name.startswith("oversight:"):
            return 1
        if self.name == "api-1:version" and name == "number":
            return 1
        if self.name in {"desk:inquiry-paper", "api-1:inquiry_paper"} and name == "digest":
            return objects["inquiry_paper"]
        if self.name in {"desk:request-paper", "api-1:request_paper"} and name == "digest":
            return objects["request_paper"]
        found = _OTHERWISE.get(self.name, {}).get(name)
        return found if found is not None else objects.get(name, _FIXED.get(name))


def _filled(address: str, name: str, value: str) -> str:
    start = min(at for at in (address.find(f":{name}>"), address.find(f"<{name}>")) if at >= 0)
    left = address.rfind("<", 0, start + 1)
    return address[:left] + value + address[address.find(">", start) + 1 :]


def routes() -> list[Route]:
    """All of them; a part of the interface that takes what is left over has no name."""
    return list(_walk(get_resolver().url_patterns, (), ""))


def _walk(patterns: list[Any], spaces: tuple[str, ...], before: str) -> Iterator[Route]:
    for one in patterns:
        written = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inside = (*spaces, one.namespace) if one.namespace else spaces
            yield from _walk(one.url_patterns, inside, written)
        elif isinstance(one, URLPattern):
            name = ":".join((*spaces, one.name)) if one.name else ""
            if written == "api/v1/events":
                name = "api-1:feed"  # the feed of all cases is called like the events of one
            arguments = tuple(one.pattern.regex.groupindex)
            yield Route(name, "api/none" if not name else written, arguments if name else ())
