"""What the environment says; each missing value fails at start with what to do."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def required(name: str, why: str) -> str:
    """The value of a variable without which the node cannot run."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {why}")
    return value


def flag(name: str, default: bool = False) -> bool:
    """A yes or no; anything but 1, true, yes and on is no."""
    value = os.environ.get(name)
    return default if value is None else value.lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """A whole number from 0 on."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} must be a whole number from 0 on: {value}")
    return int(value)


def words(name: str) -> list[str]:
    """Values separated by blanks; none when the variable is not set."""
    return os.environ.get(name, "").split()


def networks(name: str) -> list[str]:
    """Networks separated by blanks: 10.20.0.0/16 fd00::/8."""
    try:
        return [str(ip_network(word)) for word in words(name)]
    except ValueError as wrong:
        raise ImproperlyConfigured(f"{name} must be networks like 10.20.0.0/16: {wrong}") from wrong


def folder(name: str, default: Path) -> Path:
    """A folder that the node may write to."""
    return Path(os.environ.get(name) or default).expanduser().resolve()


def file(name: str) -> Path | None:
    """A file that must be there when it is named."""
    value = os.environ.get(name, "")
    if not value:
        return None
    path = Path(value).expanduser().resolve()
    if not path.is_file():
        raise ImproperlyConfigured(f"{name} names {path}, and there is no such file")
    return path


def choice(name: str, default: str, known: set[str]) -> str:
    """One of a few words."""
    value = os.environ.get(name) or default
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(sorted(known))}")
    return value


def scanner(name: str) -> str:
    """The address of a malware scanner, tcp://host:3310 or unix:///path; empty for none."""
    url = os.environ.get(name, "")
    if url and not re.fullmatch(r"tcp://[^/:]+(:[0-9]+)?|unix:///.+", url):
        raise ImproperlyConfigured(
            f"{name} must look like tcp://host:3310 or unix:///run/clamd.sock"
        )
    return url


# For connections to the database. One whose other end is gone is found out within half a minute, by us
# and by the server: by default that would wait two hours, with all the locks of a node that vanished.
BOTH_ENDS_WATCH = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "options": (
        "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
        " -c tcp_user_timeout=30000"
    ),
}


_HOST = re.compile(r"(?P<host>\[[^\]]+\]|[^:\[\]]*)(:(?P<port>[0-9]+))?")


def database(url: str) -> dict[str, Any]:
    """Django's connection settings from a `postgresql://user:password@host:port/name` address.

    A Unix socket folder may stand percent-encoded in the host's place. Several servers of one cluster
    are separated by commas. Whatever stands there, only a server that takes writes is connected to.
    What libpq understands besides may follow a question mark, such as `sslmode=verify-full`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise _not_an_address()
    who, _, places = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    servers = [_HOST.fullmatch(place) for place in places.split(",")]
    hosts = [unquote(found["host"].strip("[]")) for found in servers if found]
    ports = [found["port"] or "" for found in servers if found]
    if len(hosts) < len(servers):
        raise _not_an_address()
    return {
        "ENGINE": "tongban.basics.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": ",".join(hosts),
        "PORT": ",".join(ports) if any(ports) else "",
        # Also for one address: behind it may be a balancer, and behind that a server that only reads.
        "OPTIONS": {"target_session_attrs": "read-write"} | dict(parse_qsl(parts.query)),
    }


def _not_an_address() -> ImproperlyConfigured:
    return ImproperlyConfigured(
        "DATABASE_URL must look like postgresql://user:password@host:5432/name"
    )
