"""Who can be signed in as, for the sign-in page and for the terminal."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.parties import permissions
from tongban.parties.models import Account
from tongban.parties.queries import acting_of, officer_of
from tongban.sandbox import people

GROUPS = ("applicant", "receiver", "decider", "leader", "manager", "operator")


@dataclass(frozen=True)
class Card:
    """One account of the sandbox: who, in which office, what to try, and at which door."""

    username: str
    name: str
    group: str
    office: str
    place: str
    try_this: str
    door: str

    def as_dict(self) -> dict[str, str]:
        """For a machine that asked."""
        return asdict(self)


def accounts() -> list[Card]:
    """The cast of this node as it stands in the database, in order; none before it is loaded."""
    parts = {part.username: part for part in people.cast(settings.NODE_ID)}
    rows = {row.username: row for row in Account.objects.filter(username__in=parts)}
    return [_card(part, rows[name]) for name, part in parts.items() if name in rows]


def groups() -> list[tuple[str, list[Card]]]:
    """The same under their headings, empty headings left out."""
    titles = {
        "applicant": _("申请人"),
        "receiver": _("窗口收件"),
        "decider": _("审批"),
        "leader": _("科室负责人"),
        "manager": _("事项管理"),
        "operator": _("运维"),
    }
    cards = accounts()
    found = [(titles[key], [card for card in cards if card.group == key]) for key in GROUPS]
    return [(title, members) for title, members in found if members]


def _card(part: people.Part, account: Account) -> Card:
    officer = officer_of(account)
    office, place, name = "", "", part.name
    if officer:
        roles = "、".join(permissions.roles_of(officer))
        office = f"{officer.authority.name} {roles}" if officer.authority else roles
        place = officer.place
    else:
        for row in acting_of(account)[:1]:
            name, place = row.applicant.name, row.applicant.division_code
            office = row.get_capacity_display()
    door = {"applicant": "/", "manager": "/oversight/", "operator": "/oversight/"}.get(
        part.group, "/desk/"
    )
    return Card(part.username, name, part.group, office, place, str(part.try_this), door)
