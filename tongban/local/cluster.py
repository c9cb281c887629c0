"""Several nats-servers that stand in for each other: who they are, how they meet, and with what TLS.

Three servers keep every stream three times (R3) and go on when one of them is lost; two of three
must be there for anything to be acknowledged, which is what makes an acknowledgement worth
something. Values in, values out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tongban.local.trouble import WrongWords

CLIENT_PORT = 4222
ROUTE_PORT = 6222


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: who signed the servers' certificates, and this server's own and its key."""

    authority: Path
    certificate: Path
    key: Path

    def section(self, *, mutual: bool = False) -> dict[str, object]:
        """The tls section of nats-server; `mutual` asks the other side for a certificate too."""
        return {
            "ca_file": str(self.authority),
            "cert_file": str(self.certificate),
            "key_file": str(self.key),
            "verify": mutual,
        }


@dataclass(frozen=True)
class Server:
    """One server of a cluster: a name, the host that the others reach it at, and its ports."""

    name: str
    host: str
    port: int = CLIENT_PORT
    route_port: int = ROUTE_PORT

    @property
    def client_address(self) -> str:
        """Where nodes connect to it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Cluster:
    """Servers that know each other by a password that only they have."""

    servers: Sequence[Server]
    password: str
    name: str = "tongban"

    def __post_init__(self) -> None:
        names = {server.name for server in self.servers}
        if len(self.servers) < 3 or len(self.servers) % 2 == 0 or len(names) != len(self.servers):
            raise WrongWords(
                "集群要有奇数台服务器，至少三台，名称各不相同：两台中坏一台，另一台也不能确认任何内容。",
                "A cluster takes an odd number of servers with different names, three at least: "
                "of two, one that is left cannot acknowledge anything.",
            )

    @property
    def replicas(self) -> int:
        """How many times a stream is kept; more than three cost much and save little."""
        return 3

    def section(self, me: Server, certificates: Certificates | None) -> dict[str, object]:
        """The cluster section of one server's configuration."""
        others = [server for server in self.servers if server.name != me.name]
        scheme = "tls" if certificates else "nats"
        found: dict[str, object] = {
            "name": self.name,
            "listen": f"{me.host}:{me.route_port}",
            "authorization": {"user": "route", "password": self.password, "timeout": 5},
            "routes": [
                f"{scheme}://route:{self.password}@{one.host}:{one.route_port}" for one in others
            ],
        }
        if certificates:
            # Routes carry everything, so both ends show who they are.
            found["tls"] = certificates.section(mutual=True)
        return found

    def server(self, name: str) -> Server:
        """A server by its name; refused when it is none of these."""
        for server in self.servers:
            if server.name == name:
                return server
        known = "、".join(server.name for server in self.servers)
        raise WrongWords(
            f"集群里没有名为 {name} 的服务器，有的是：{known}。",
            f"No server of the cluster is called {name}; there are {known}.",
        )


def servers(text: str) -> list[Server]:
    """`a=10.0.0.1,b=10.0.0.2:4222,c=…`: names and addresses of servers, client ports optional."""
    found = []
    for part in text.split(","):
        name, has_host, address = part.strip().partition("=")
        host, has_port, port = address.partition(":")
        if not (name and has_host and host) or (has_port and not port.isdecimal()):
            raise WrongWords(
                f"“{part}”不是“名称=地址”或“名称=地址:端口”。",
                f"{part!r} is neither name=address nor name=address:port.",
            )
        found.append(Server(name, host, int(port) if has_port else CLIENT_PORT))
    return found
