"""What comes to its end: keys of nodes, certificates; and what the directory says of this node.

The hub watches the keys of all nodes, every other node its own and the hub's. A key with a successor that
lasts longer is no worry; one without an end never is.
"""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tongban.exchange.conditions import Finding, checks
from tongban.jurisdictions import adopting, keys, queries
from tongban.jurisdictions.adopting import Ending
from tongban.jurisdictions.edition import HUB
from tongban.jurisdictions.models import Node
from tongban.trust.suites import Purpose

# Defaults of this platform: time for two people, the node and its authority to exchange something.
NEAR = timedelta(days=30)
REFUSALS_SHOWN_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A file with certificates, and when the first of them ends; None when it cannot be read."""

    path: Path
    ends_at: datetime | None


def key_endings(*, at: datetime) -> list[Ending]:
    """When the last key of each node and purpose ends, or did; those without an end are left out."""
    found = []
    for node in _watched():
        for purpose in Purpose:
            every = keys.keys_of(node.code, purpose=purpose)
            valid = [key for key in every if key.is_valid(at)]
            rows = [(node.code, purpose.value, key.valid_until) for key in valid]
            gone = [key.revoked_at or key.valid_until or at for key in every]
            found += adopting.endings(rows)
            if every and not valid:
                found.append(Ending(node.code, purpose.value, max(gone)))
    return found


def certificates() -> list[Certificate]:
    """The certificates that this node is told to watch, and those that it trusts servers by."""
    files = [settings.NATS_CA_FILE, settings.TSA_CA_FILE, *settings.WATCHED_CERTIFICATES]
    return [Certificate(Path(file), _first_end(Path(file))) for file in files if file]


def _first_end(path: Path) -> datetime | None:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError, ssl.SSLError):
        return None
    return min((one.not_valid_after_utc for one in found), default=None)


def _watched() -> list[Node]:
    joined = [node for node in queries.nodes() if node.is_connected]
    if settings.IS_HUB:
        return joined
    return [node for node in joined if node.code in (settings.NODE_ID, HUB)]


@checks
def keys_near_their_end(at: datetime) -> Iterable[Finding]:
    """Keys that end soon and have no successor, or ended: then nothing more is signed or opened."""
    for one in key_endings(at=at):
        if not one.is_near(at, NEAR):
            continue
        facts = {
            "node": one.node,
            "what": _("签名密钥") if one.purpose == Purpose.SIGN else _("加密密钥"),
            "day": localdate(one.ends_at).isoformat(),
        }
        if one.ends_at <= at:
            code, words = "key-ended", _("节点%(node)s的%(what)s已于%(day)s到期，没有接替的")
        else:
            code, words = "key-ends", _("节点%(node)s的%(what)s%(day)s到期，还没有接替的")
        remedy = _(
            "节点用./run key new准备新密钥，./run node introduce写登记文件，枢纽批准后./run key rotate启用"
        )
        yield Finding(code, words % facts, remedy, node=one.node)


@checks
def certificates_near_their_end(at: datetime) -> Iterable[Finding]:
    """TLS certificates that end soon, or cannot be read."""
    for one in certificates():
        facts = {"file": str(one.path)}
        if one.ends_at is None:
            yield Finding(
                "certificate-unreadable",
                _("证书文件%(file)s读不出来") % facts,
                _("检查文件在不在、能不能读，是不是PEM格式"),
            )
        elif one.ends_at - at <= NEAR:
            facts["day"] = localdate(one.ends_at).isoformat()
            words = (
                _("证书%(file)s已于%(day)s到期")
                if one.ends_at <= at
                else _("证书%(file)s%(day)s到期")
            )
            yield Finding(
                "certificate-ends",
                words % facts,
                _("向签发机构换新证书，放到原处，再重启用它的服务"),
            )


@checks
def standing_in_the_directory(at: datetime) -> Iterable[Finding]:
    """Whether this node takes part, and whether somebody brought a directory that is not the hub's."""
    me = {node.code: node for node in queries.nodes()}.get(settings.NODE_ID)
    if me is not None and me.is_out:
        yield Finding(
            "node-suspended",
            _("节点名录写明本节点“%(state)s”，报文不收不发") % {"state": me.get_state_display()},
            _("与枢纽的运维人员联系；本地的办件照常，恢复接入后自动补发"),
        )
    refused = adopting.refusals_since(at - REFUSALS_SHOWN_FOR, limit=1)
    if refused:
        yield Finding(
            "directory-refused",
            _("有一份节点名录没有采用：%(why)s") % {"why": refused[0].reason},
            _("在“节点名录”页查看；不是自己误拿了旧文件的，请与枢纽核实"),
            refused[0].first_at,
        )
