"""The ways out: names that resolve, ports that answer, certificates that hold, the hub's clock."""

import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from cryptography import x509
from django.conf import settings
from django.db import DatabaseError

from tongban.console.doctoring.diagnosis import Diagnosis, doubtful, ill, skipped, well
from tongban.jurisdictions import queries as jurisdictions

PATIENCE = 5.0
# The hub's answer names a whole second, and took a while to travel.
CLOCK_OFF_BY = 3.0
RENEW_WITHIN_DAYS = 30
PORTS = {"nats": 4222, "tls": 4222, "http": 80, "https": 443}

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def check() -> Iterator[Diagnosis]:
    """The broker's address and the hub's."""
    if settings.NATS_URL:
        for address in settings.NATS_URL.split(","):
            yield from _way("broker", urlsplit(address))
    else:
        remedy = "设置 NATS_URL：没有它，后台进程不能收发报文"
        yield ill("broker-address", "没有消息服务器的地址", remedy)
    if settings.IS_HUB:
        return
    hub = _hub_url()
    if not hub:
        yield skipped("hub", "目录里没有枢纽节点的网址，没有检查它的时钟")
        return
    found = list(_way("hub", urlsplit(hub)))
    yield from found
    if all(one.level != "ill" for one in found):
        yield _clock_of(hub)


def _hub_url() -> str:
    try:
        return next((node.base_url for node in jurisdictions.nodes() if node.is_hub), "")
    except DatabaseError:
        return ""


def _way(what: str, url: SplitResult) -> Iterator[Diagnosis]:
    """Name, port and certificate of one address, each only if the one before is well."""
    host, port = url.hostname or "", url.port or PORTS.get(url.scheme, 0)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        remedy = "检查地址有没有写错，以及本机的 DNS 设置"
        yield ill(f"{what}-dns", f"解析不了 {host}：{error.strerror}", remedy)
        return
    yield well(f"{what}-dns", f"{host} → {found[0][4][0]}")
    try:
        with socket.create_connection((host, port), timeout=PATIENCE):
            pass
    except OSError as error:
        remedy = "检查对方是否在运行，以及中间的防火墙是否放行"
        yield ill(f"{what}-port", f"{host}:{port} 连不上：{error.strerror or error}", remedy)
        return
    yield well(f"{what}-port", f"{host}:{port} 有应答")
    if url.scheme == "https":
        yield _certificate(what, host, port)
    elif url.scheme != "tls" and not _is_loopback(str(found[0][4][0])):
        remedy = "改用 tls:// 或 https:// 的地址，并在对方配置证书"
        yield doubtful(f"{what}-tls", f"到 {host} 的连接没有加密", remedy)


def _is_loopback(address: str) -> bool:
    return ip_address(address.split("%", 1)[0]).is_loopback


def _certificate(what: str, host: str, port: int) -> Diagnosis:
    check = f"{what}-tls"
    try:
        with (
            socket.create_connection((host, port), timeout=PATIENCE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as safe,
        ):
            encoded = safe.getpeercert(binary_form=True) or b""
    except ssl.SSLError as error:
        remedy = "更换对方的证书，或把签发它的机构加入本机信任"
        return ill(check, f"{host} 的证书不可信：{error.reason}", remedy)
    except OSError as error:
        return ill(check, f"{host} 没有完成握手：{error}", "检查对方的 TLS 配置")
    ends = x509.load_der_x509_certificate(encoded).not_valid_after_utc
    days = (ends - datetime.now(UTC)).days
    says = f"{host} 的证书还有 {days} 天到期"
    if days < RENEW_WITHIN_DAYS:
        return doubtful(check, says, "请对方尽快更新证书")
    return well(check, says)


def _clock_of(hub: str) -> Diagnosis:
    try:
        with _direct.open(f"{hub.rstrip('/')}/health/live", timeout=PATIENCE) as answer:
            said = answer.headers.get("Date", "")
        off = (datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds()
    except (OSError, ValueError, TypeError):
        return skipped("hub-clock", "枢纽节点没有说现在几点，没有检查")
    says = f"本机与枢纽节点的时钟相差 {off:+.0f} 秒"
    if abs(off) > CLOCK_OFF_BY:
        return ill("hub-clock", says, "启用时间同步（NTP）：时钟不准，期限和签名时间都会错")
    return well("hub-clock", says)
