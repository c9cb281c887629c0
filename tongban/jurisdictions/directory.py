"""What the directory says of one node: who it is, where, with which keys, and whether it takes part.

{"code": "22", "name": "吉林", "serves": ["22"], "suite": "intl", "state": "active",
 "base_url": "https://…", "contact": {"office": …, "person": …, "phone": …, "mail": …},
 "public_key": the key that signs now, "introduced_at": …,
 "keys": [{"public_key": …, "from": …, "until": …, "revoked": …}, …]}

A key says itself what it is for (`trust.suites`); moments are ISO 8601 with a zone, or null. Nothing
here touches the database.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from tongban.basics.refusals import Refused
from tongban.trust import suites
from tongban.trust.suites import KeyRefused, PublicKey, Purpose

_CODE = re.compile(r"^[0-9]{2}$")
_FIELDS = frozenset(
    {
        "code", "name", "serves", "suite", "state", "base_url", "contact", "public_key",
        "introduced_at", "keys",
    }
)  # fmt: skip
MOST_KEYS = 50
LONGEST_NAME, LONGEST_CONTACT, LONGEST_URL = 40, 80, 200


class DirectoryMalformed(Refused):
    """A directory of nodes that cannot be believed; nothing of it was taken."""

    code = "directory-malformed"
    status = 422


class State(StrEnum):
    """Whether a node takes part. Who is suspended comes back as it was; who left joins anew."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


@dataclass(frozen=True)
class Key:
    """One key of a node, as the directory has it."""

    public: PublicKey
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    def said(self) -> dict[str, str | None]:
        """As the directory writes it."""
        return {
            "public_key": self.public.text,
            "from": _text(self.valid_from),
            "until": _text(self.valid_until),
            "revoked": _text(self.revoked_at),
        }


@dataclass(frozen=True)
class Contact:
    """Whom to ask at a node when something is wrong (工作联络): an office and who answers there."""

    office: str = ""
    person: str = ""
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True)
class Entry:
    """One node, as the directory has it; its first key is the one that signs now."""

    code: str
    base_url: str = ""
    keys: tuple[Key, ...] = ()
    name: str = ""
    serves: tuple[str, ...] = ()
    state: State = State.ACTIVE
    contact: Contact = Contact()
    introduced_at: datetime | None = None

    @property
    def public_key(self) -> str:
        return self.keys[0].public.text if self.keys else ""

    @property
    def key_id(self) -> str:
        return self.keys[0].public.key_id if self.keys else ""

    @property
    def suite(self) -> str:
        return self.keys[0].public.suite if self.keys else ""

    def signing_keys(self) -> list[Key]:
        """Its keys for signatures, the one that signs now first."""
        return [key for key in self.keys if key.public.purpose is Purpose.SIGN]

    def said(self) -> dict[str, Any]:
        """As the directory writes it."""
        return {
            "code": self.code,
            "name": self.name,
            "serves": list(self.serves),
            "suite": self.suite,
            "state": self.state.value,
            "base_url": self.base_url,
            "contact": asdict(self.contact),
            "public_key": self.public_key,
            "introduced_at": _text(self.introduced_at),
            "keys": [key.said() for key in self.keys],
        }


def entries(rows: object) -> list[Entry]:
    """The nodes of a list, each once. Refused whole, with the first thing wrong: DirectoryMalformed."""
    try:
        found = [entry(row) for row in _list(rows)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as wrong:
        raise DirectoryMalformed(f"节点名录不是约定的格式：{type(wrong).__name__}") from wrong
    codes = [one.code for one in found]
    if len(set(codes)) != len(codes):
        raise DirectoryMalformed("节点名录里有节点出现了两次")
    return found


def whole_entry(row: object) -> Entry:
    """A node said with all that belongs to it and nothing else: DirectoryMalformed otherwise."""
    if not isinstance(row, dict) or set(row) != _FIELDS:
        raise DirectoryMalformed("节点名录里有一条多了或少了内容")
    [found] = entries([row])
    _check_whole(found)
    if found.said() != row:
        raise DirectoryMalformed(f"节点{found.code}的内容不是约定的写法")
    return found


def _check_whole(found: Entry) -> None:
    wrong = [code for code in found.serves if not _CODE.fullmatch(code)]
    is_sorted = list(found.serves) == sorted(set(found.serves))
    if not _CODE.fullmatch(found.code) or wrong or not is_sorted:
        raise DirectoryMalformed("节点代码和它负责的地方要用两位数字，从小到大")
    if not 0 < len(found.name) <= LONGEST_NAME or len(found.base_url) > LONGEST_URL:
        raise DirectoryMalformed(f"节点{found.code}的名称或地址长度不对")
    if any(len(word) > LONGEST_CONTACT for word in asdict(found.contact).values()):
        raise DirectoryMalformed(f"节点{found.code}的工作联络太长")
    if len(found.keys) > MOST_KEYS:
        raise DirectoryMalformed(f"节点{found.code}的公钥超过{MOST_KEYS}把")


def entry(row: dict[str, Any]) -> Entry:
    """One node as it is said; what is not said of it is empty. Refused: DirectoryMalformed."""
    code, base_url = str(row["code"]), row["base_url"].rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        raise DirectoryMalformed(f"节点{code}的地址不是http或https地址：{base_url[:80]}")
    return Entry(
        code,
        base_url,
        keys_of(code, row),
        name=_word(row.get("name", "")),
        serves=tuple(_word(one) for one in _list(row.get("serves", []))),
        state=State(row.get("state", State.ACTIVE)),
        contact=Contact(**{name: _word(said) for name, said in row.get("contact", {}).items()}),
        introduced_at=_moment(row.get("introduced_at")),
    )


def keys_of(code: str, row: dict[str, Any]) -> tuple[Key, ...]:
    """The keys that are said of a node, the one that signs now first. Refused: DirectoryMalformed."""
    current = _public(code, row["public_key"])
    if current.purpose is not Purpose.SIGN:
        raise DirectoryMalformed(f"节点{code}的公钥不是签名公钥")
    keys = [_key(code, one) for one in _list(row.get("keys", []))]
    first = [key for key in keys if key.public == current] or [Key(current)]
    others = [key for key in keys if key.public != current]
    if len({key.public.text for key in others}) != len(others) or len(first) != 1:
        raise DirectoryMalformed(f"节点{code}的同一把公钥出现了两次")
    return (*first, *others)


def served_twice(nodes: Iterable[Entry]) -> str:
    """The first place that two nodes which take part both serve; empty when there is none."""
    seen: set[str] = set()
    for node in nodes:
        for place in node.serves if node.state is not State.LEFT else ():
            if place in seen:
                return place
            seen.add(place)
    return ""


def _key(code: str, said: dict[str, Any]) -> Key:
    return Key(
        _public(code, said["public_key"]),
        _moment(said.get("from")),
        _moment(said.get("until")),
        _moment(said.get("revoked")),
    )


def _public(code: str, text: object) -> PublicKey:
    if not isinstance(text, str):
        raise DirectoryMalformed(f"节点{code}没有公钥")
    try:
        return suites.public_key(text)
    except KeyRefused as wrong:
        raise DirectoryMalformed(f"节点{code}的公钥读不出来：{wrong}") from wrong


def _list(said: object) -> Sequence[Any]:
    if not isinstance(said, list):
        raise TypeError("not a list")
    return said


def _word(said: object) -> str:
    if not isinstance(said, str) or "\x00" in said:
        raise TypeError("not a word")
    return said


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return at


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
