"""How the organ that decides is called; kept in memory, since a list of items asks it hundredfold."""

import threading
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions import snapshot

_MOST = 20_000

Asked = tuple[str, str, str]


@dataclass
class _Memory:
    """Names under one revision of places and authorities; a newer revision forgets them all."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: UUID | None = None
    names: dict[Asked, str] = field(default_factory=dict)


_memory = _Memory()


def name_of(*, department: str, ministry: str, place: str) -> str:
    """The organ of a line of work that decides for a place: 福州市公安局.

    The line is named by its `department` key or, where that is empty, by its `ministry`. Where no
    organ is registered, the place and the line are named: 广州市公安主管部门.
    """
    asked = (department, ministry, jurisdictions.deciding_place(place))
    stamp = snapshot.current().stamp
    with _memory.lock:
        if _memory.stamp != stamp or len(_memory.names) > _MOST:
            _memory.stamp, _memory.names = stamp, {}
        known = _memory.names.get(asked)
    if known is None:
        known = _name_of(*asked)
        with _memory.lock:
            if _memory.stamp == stamp:
                _memory.names[asked] = known
    return known


def _name_of(department: str, ministry: str, place: str) -> str:
    line = (
        jurisdictions.department(department)
        if department
        else jurisdictions.department_of_ministry(ministry)
    )
    there = jurisdictions.short_name(place)
    if line is None:
        return _("%(place)s主管部门") % {"place": there}
    try:
        return jurisdictions.competent_authority(line.key, place).name
    except jurisdictions.NoCompetentAuthority:
        return _("%(place)s%(line)s主管部门") % {"place": there, "line": line.name}
