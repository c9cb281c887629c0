"""Where a node may call: the public internet by https, and what its operator has opened besides.

Whoever subscribes names an address, and the node calls it from inside: so an address is looked up
here, judged, and called by the very number that was judged. A name that leads inward, now or later,
reaches nothing that the operator has not opened (HOOK_NETWORKS).
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused

Address = IPv4Address | IPv6Address
LONGEST = 500
_PORTS = {"https": 443, "http": 80}
# Addresses of IPv4 written in IPv6, which a gateway would translate back.
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class NotReachable(Exception):
    """An address that must not be called, or that has no number; the words hold nothing secret."""


@dataclass(frozen=True)
class Target:
    """An address taken apart: whom to ask for, and by which number it is called."""

    url: SplitResult
    address: str

    @property
    def host(self) -> str:
        """The name that the certificate must carry."""
        return self.url.hostname or ""

    @property
    def netloc(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.url.port}" if self.url.port else host

    @property
    def called(self) -> str:
        """The address with the number in the name's place."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        port = self.url.port or _PORTS[self.url.scheme]
        return self.url._replace(netloc=f"{host}:{port}", fragment="").geturl()


def check(url: str) -> None:
    """Refuse what no hook can be, before anything is called. Refused: FieldsRefused("url")."""
    if wrong := _wrong_with(url):
        raise FieldsRefused({"url": [wrong]})


def _wrong_with(url: str) -> str:
    if len(url) > LONGEST or not url.isascii() or any(one.isspace() for one in url):
        return _("地址写成https://…，最多%(most)d个字符，不含空格") % {"most": LONGEST}
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return _("地址读不懂，写成https://…")
    if parts.scheme not in _PORTS or not is_whole or parts.fragment:
        return _("地址写成https://…，不带“#”")
    if parts.username is not None or parts.password is not None:
        return _("地址里不要写用户名和口令，推送用签名来核对")
    return _of_number(parts)


def _of_number(parts: SplitResult) -> str:
    """A number in place of a name can be judged at once; a name is judged whenever it is called."""
    try:
        number = ip_address(parts.hostname or "")
    except ValueError:
        if parts.scheme == "http" and not opened():
            return _("要用https。内网地址要由运维人员先开通")
        return ""
    if not may_call(number, scheme=parts.scheme):
        return _("这个地址在内部网络，不能推送。要推送的，请运维人员先开通这个网段")
    return ""


def opened() -> list[str]:
    """The networks that the operator has opened for hooks."""
    return list(settings.HOOK_NETWORKS)


def may_call(address: Address, *, scheme: str) -> bool:
    """Whether an address may be called: what was opened, else what is public, and that by https."""
    if any(_within(address, network) for network in opened()):
        return True
    return scheme == "https" and _is_public(address)


def _within(address: Address, network: str) -> bool:
    # The v4 in a v6 is the same machine, so it is opened and closed with it.
    return _plain(address) in ip_network(network)


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_public(address: Address) -> bool:
    plain = _plain(address)
    if isinstance(plain, IPv6Address) and (
        plain.sixtofour or plain.teredo or any(plain in one for one in _NAT64)
    ):
        return False
    return plain.is_global and not plain.is_multicast and not plain.is_reserved


def resolve(url: str) -> Target:
    """An address with the number to call it by; raises NotReachable.

    Every number of the name must be allowed: one that leads inward among others is no accident.
    """
    if wrong := _wrong_with(url):
        raise NotReachable(wrong)
    parts = urlsplit(url)
    numbers = list(_numbers(parts.hostname or "", parts.port or _PORTS[parts.scheme]))
    if not numbers:
        raise NotReachable(_("域名解析不到地址"))
    if not all(may_call(number, scheme=parts.scheme) for number in numbers):
        raise NotReachable(_("域名指向内部网络，没有推送"))
    return Target(parts, str(numbers[0]))


def _numbers(host: str, port: int) -> Iterable[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    # A scope (%eth0) is no part of a number that can be judged.
    return dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found)
