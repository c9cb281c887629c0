"""Folding the chains beside the cases anew: their rows must be exactly what their events say."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.exchange import shared_chains
from tongban.exchange.shared_chains import Kind
from tongban.record import queries as recorded


@dataclass(frozen=True)
class Difference:
    """One column in which the rows of a chain are not what its events say.

    "row" when the chain has no row at all.
    """

    chain: str
    column: str
    tables: Any
    record: Any


def chains() -> Iterator[str]:
    """Every chain of a registered kind, in the order in which they began."""
    return (name for name in recorded.chain_names() if shared_chains.kind_of(name) is not None)


@transaction.atomic
def rebuild(*, chain: str, write: bool = False) -> list[Difference]:
    """Fold a chain's events and compare with its rows; with `write`, make the rows so.

    Nothing is found the second time; nobody is told anything. Refused (NotFound) for a chain without
    events or of a kind that this node does not keep. Raises NotInTable when the events themselves are
    not what the judge of their kind allows.
    """
    kind = shared_chains.kind_of(chain)
    before = kind.head(chain) if kind else None
    events = recorded.events(chain)
    if kind is None or not events:
        raise NotFound(_("本节点没有这份往来记录"))
    after = shared_chains.fold(kind, events)
    found = list(_differences(chain, before, after))
    if found and write:
        _mend(kind, after, events)
    return found


def _mend(kind: Kind[Any], after: Any, events: list[Any]) -> None:
    if kind.mend is not None:
        kind.mend(after)
    else:
        kind.keep(after, events[-1])


def _differences(chain: str, before: Any, after: Any) -> Iterator[Difference]:
    if before is None:
        yield Difference(chain, "row", None, "there")
        return
    for column in fields(after):
        ours, theirs = getattr(before, column.name), getattr(after, column.name)
        if _plain(ours) != _plain(theirs):
            yield Difference(chain, column.name, ours, theirs)


def _plain(value: Any) -> Any:
    """Lists that came out of a column, and tuples that the fold makes, say the same."""
    return list(value) if isinstance(value, tuple) else value
