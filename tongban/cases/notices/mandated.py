"""Notices about mandates: one who is offered one hears of it, and each side what the other did.

They lie in the same inbox as those about cases. What a mandate says is read from it when somebody
reads the notice; outside the portal nothing is said but that there is news.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases.notices import telling
from tongban.cases.notices.models import Notice
from tongban.parties import queries as parties
from tongban.parties.mandates import happenings, queries
from tongban.parties.mandates.models import Kind, Mandate, MandateEntry
from tongban.parties.models import Account

# What the words may name, to whoever is one side of the mandate.
INSIDE = frozenset({"principal", "agent", "until"})


@dataclass(frozen=True)
class Words:
    """What is said of one thing that happened to a mandate."""

    title: str | Promise
    text: str | Promise
    asks: bool = False


WORDS: dict[str, Words] = {
    "mandate_given": Words(
        _("有人请您代办"),
        _(
            "%(principal)s授权您替他办事，到%(until)s。看过范围，愿意再接受；不接受，什么也不会发生。"
        ),
        asks=True,
    ),
    "mandate_helped": Words(
        _("窗口帮您办事"),
        _(
            "%(agent)s在窗口登记了您同意帮办，只在当天有效。不是您同意的，打开来结束它，并告诉窗口。"
        ),
    ),
    "mandate_accepted": Words(
        _("代办人接受了授权"),
        _("%(agent)s接受了您的授权，到%(until)s前可以替您办。您随时可以结束。"),
    ),
    "mandate_declined": Words(
        _("代办人没有接受授权"), _("%(agent)s没有接受您的授权。可以请别人，或者自己办。")
    ),
    "mandate_ended_by_principal": Words(
        _("授权结束了"),
        _("%(principal)s结束了给您的授权。已经替他交的申请仍然有效，新的不能再交。"),
    ),
    "mandate_ended_by_agent": Words(
        _("代办人结束了授权"), _("%(agent)s结束了您给的授权。已经交的申请仍然有效。")
    ),
}


@happenings.on_entry
def tell_of(mandate: Mandate, entry: MandateEntry) -> None:
    """Put a notice into the inboxes of the other side, once for each thing that happened."""
    kind = _kind(mandate, entry)
    seq = mandate.entries.count()
    for account in _other_side(mandate, entry):
        notice, is_new = Notice.objects.get_or_create(
            account=account,
            number=subject(mandate),
            kind=kind,
            seq=seq,
            defaults={"mandate": mandate, "at": entry.at},
        )
        if is_new:
            telling.owe(notice, None, at=entry.at)


def _kind(mandate: Mandate, entry: MandateEntry) -> str:
    if entry.what == MandateEntry.What.GIVEN and mandate.kind == Kind.WINDOW:
        return "mandate_helped"
    return f"mandate_{entry.what}"


def subject(mandate: Mandate) -> str:
    """What stands in the place of a case's number: enough of the mandate's own to be its only one."""
    return f"m{mandate.pk.hex[:20]}"


def _other_side(mandate: Mandate, entry: MandateEntry) -> Sequence[Account]:
    to_agent = {MandateEntry.What.GIVEN, MandateEntry.What.ENDED_BY_PRINCIPAL}
    if mandate.kind == Kind.WINDOW or entry.what not in to_agent:
        found = parties.accounts_of(mandate.principal)
    elif mandate.agent is not None:
        found = [mandate.agent]
    else:
        found = queries.accounts_offered(mandate)
    return [one for one in found if one != entry.by]


@dataclass(frozen=True)
class Told:
    """A notice about a mandate in words."""

    title: str | Promise
    text: str
    asks: bool


def in_words(row: Notice) -> Told | None:
    """What a notice says; None where its mandate is gone or its kind unknown."""
    words = WORDS.get(row.kind)
    if words is None or row.mandate is None:
        return None
    facts = {
        "principal": row.mandate.principal.name,
        "agent": row.mandate.agent_name,
        "until": date_format(row.mandate.until_on, "Y年n月j日"),
    }
    is_open = row.mandate.accepted_at is None and row.mandate.ended_at is None
    return Told(words.title, str(words.text) % facts, words.asks and is_open)
