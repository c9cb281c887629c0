"""Loopback ports: which are taken, and waiting until something answers on one."""

import os
import random
import socket
from collections.abc import Sequence

from tongban.local.trouble import Trouble, WrongWords

LOOPBACK = "127.0.0.1"
# Below those that systems lend to outgoing connections: while a server is away, none of these comes
# to sit on its port.
NOT_LENT = range(20_000, 32_000)
_given: set[int] = set()


def port_from(variable: str, default: int) -> int:
    """A port that the environment may name."""
    text = os.environ.get(variable, "")
    if not text:
        return default
    if not text.isdecimal() or not 0 < int(text) < 65536 - 100:
        raise WrongWords(
            f"环境变量 {variable} 应为端口号，现在是“{text}”。",
            f"{variable} must be a port number, not {text!r}.",
        )
    return int(text)


def web_port(node: str) -> int:
    """The port of a node's pages: 8000 and the node's number, or as TONGBAN_WEB_PORT says."""
    return port_from("TONGBAN_WEB_PORT", 8000) + int(node)


def database_port() -> int:
    """The port of the demo's PostgreSQL."""
    return port_from("TONGBAN_DATABASE_PORT", 5490)


def broker_port() -> int:
    """The port of the demo's nats-server."""
    return port_from("TONGBAN_BROKER_PORT", 4290)


def answers(port: int, *, timeout: float = 0.2) -> bool:
    """Whether anything accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(timeout)
        return probe.connect_ex((LOOPBACK, port)) == 0


def is_free(port: int) -> bool:
    """Whether we could listen on this loopback port now."""
    with socket.socket() as probe:
        # Without this a port that was closed a moment ago counts as taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(further_on: Sequence[int] = ()) -> int:
    """A port that is free now, and so are those so many further on; none is given out twice.

    Drawn at random: another process that looks for one at the same time hardly finds the same.
    """
    tries = random.SystemRandom()
    while True:
        first = tries.choice(NOT_LENT)
        wanted = {first, *(first + step for step in further_on)}
        if not wanted & _given and all(map(is_free, wanted)):
            _given.update(wanted)
            return first


def check_free(wanted: dict[int, tuple[str, str, str]]) -> None:
    """Refuse when a port is taken. A port's purpose in Chinese and English, and its variable."""
    for port, (chinese, english, variable) in wanted.items():
        if not is_free(port):
            raise Trouble(
                f"端口 {port}（{chinese}）已被其他程序占用。请结束那个程序，"
                f"或用环境变量 {variable} 换一个端口。",
                f"Port {port} ({english}) is taken by another program: end that program, "
                f"or choose another port with {variable}.",
            )
