"""Where a node lets itself be sent: outwards, never inwards, whatever a name says meanwhile."""

import socket
from ipaddress import ip_address

import pytest

from tongban.basics.refusals import FieldsRefused
from tongban.cases.hooks import addresses
from tongban.cases.hooks.addresses import NotReachable

INWARD = [
    "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104 - refused
    "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1",
    "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::1",
    "64:ff9b::7f00:1", "2001:db8::1", "2001:0:7f00:1::1",
]  # fmt: skip


def named(monkeypatch, *numbers):
    """A name that leads to these numbers."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443)) for number in numbers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_how: found)


@pytest.mark.parametrize("number", INWARD)
def test_no_inward_number_is_called_by_whatever_name(number, monkeypatch):
    named(monkeypatch, number)

    assert not addresses.may_call(ip_address(number), scheme="https")
    with pytest.raises(NotReachable):
        addresses.resolve("https://harmless.example/hook")


def test_a_name_with_one_inward_number_among_public_ones_is_not_called(monkeypatch):
    named(monkeypatch, "93.184.216.34", "127.0.0.1")

    with pytest.raises(NotReachable):
        addresses.resolve("https://harmless.example/hook")


def test_a_public_name_is_called_by_the_number_that_was_judged(monkeypatch):
    named(monkeypatch, "93.184.216.34")

    target = addresses.resolve("https://harmless.example:8443/hook?for=us")

    assert target.called == "https://93.184.216.34:8443/hook?for=us"
    assert (target.netloc, target.host) == ("harmless.example:8443", "harmless.example")


def test_a_name_without_a_number_is_said_so(monkeypatch):
    named(monkeypatch)

    with pytest.raises(NotReachable, match="解析不到"):
        addresses.resolve("https://nowhere.example/")


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://a.example/", "file:///etc/passwd", "https://", "https:///x", "//a.example/",
        "https://user@a.example/", "https://user:word@a.example/", "https://a.example/#x",
        "https://a.example:99999/", "https://a.example:0/", "https://例子.example/", "https://a b/",
        "http://a.example/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8:8080/x",
        "https://a.example/" + "x" * 500,
    ],
)  # fmt: skip
def test_what_no_hook_can_be_is_refused_at_once(url):
    with pytest.raises(FieldsRefused) as refusal:
        addresses.check(url)

    assert list(refusal.value.errors) == ["url"]


def test_an_opened_network_is_called_by_http_too_and_nothing_beside_it(settings, monkeypatch):
    settings.HOOK_NETWORKS = ["10.20.0.0/16"]
    addresses.check("http://10.20.3.4:8080/hook")
    addresses.check("http://inside.example/hook")
    named(monkeypatch, "10.20.3.4")
    assert addresses.resolve("http://inside.example/hook").called == "http://10.20.3.4:80/hook"

    named(monkeypatch, "10.21.3.4")
    with pytest.raises(NotReachable):
        addresses.resolve("http://inside.example/hook")
    named(monkeypatch, "93.184.216.34")
    with pytest.raises(NotReachable):
        addresses.resolve("http://inside.example/hook")
