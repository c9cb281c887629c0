"""A database for each node, copied from one that is prepared once; no role can open another's."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tongban.local.trouble import Trouble

# Stands where otherwise the code of a node does.
TEMPLATE = "template"
OURS = "tongban"


@dataclass(frozen=True)
class Databases:
    """The databases of the demo: on a server of ours, or on one that somebody else keeps.

    On ours every node has a role of its own; `passwords` has theirs and the template's. On another
    (`passwords` is None) all databases belong to the user of the given address.
    """

    address: str
    base: str = OURS
    passwords: Mapping[str, str] | None = None

    def name(self, node: str) -> str:
        """The database of a node, and on our own server its role."""
        return f"{self.base}_{node}"

    def url(self, node: str) -> str:
        """The address of a node's database."""
        parts = urlsplit(_with_database(self.address, self.name(node)))
        if self.passwords is None:
            return urlunsplit(parts)
        who = f"{quote(self.name(node), safe='')}:{quote(self.passwords[node], safe='')}"
        return urlunsplit(parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}"))

    def make_roles(self) -> None:
        """Make the role of every node that has none, and set its password; nothing elsewhere."""
        if self.passwords is None:
            return
        with self._maintenance() as connection:
            _only_owner_may_connect(connection, "postgres")
            for node, password in self.passwords.items():
                role = sql.Identifier(self.name(node))
                if not _exists(connection, "pg_roles", "rolname", self.name(node)):
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password))
                )

    def missing(self, nodes: Iterable[str]) -> list[str]:
        """Those of these nodes that have no database yet."""
        with self._maintenance() as connection:
            rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        there = {name for (name,) in rows}
        return [node for node in nodes if self.name(node) not in there]

    def make_empty(self, node: str) -> None:
        """Make a database anew; what was in one of that name is gone."""
        name = sql.Identifier(self.name(node))
        with self._maintenance() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            owner = sql.SQL("CREATE DATABASE {0} OWNER {0}")
            plain = sql.SQL("CREATE DATABASE {0}")
            connection.execute((plain if self.passwords is None else owner).format(name))
            if self.passwords is not None:
                _only_owner_may_connect(connection, self.name(node))

    def copy_template(self, node: str) -> None:
        """Make a node's database as a copy of the template, its own in every part.

        It gets its name when it is complete, so an interrupted copy is never taken for one. Several
        may be made at once; nobody may be connected to the template meanwhile.
        """
        fresh = f"{self.name(node)}_new"
        fresh_name, final = sql.Identifier(fresh), sql.Identifier(self.name(node))
        template = sql.Identifier(self.name(TEMPLATE))
        with self._maintenance() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(fresh_name)
            )
            # Files are copied as they are: through the log each page would be written twice.
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    fresh_name, template
                )
            )
            if self.passwords is not None:
                _only_owner_may_connect(connection, fresh)
                self._hand_over(connection, fresh, node)
            connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(fresh_name, final))

    def _hand_over(self, connection: psycopg.Connection, fresh: str, node: str) -> None:
        """Let the node's role own the copy and everything in it."""
        from_role, to_role = sql.Identifier(self.name(TEMPLATE)), sql.Identifier(self.name(node))
        with psycopg.connect(_with_database(self.address, fresh), autocommit=True) as inside:
            inside.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(from_role, to_role))
        connection.execute(
            sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(fresh), to_role)
        )

    def close_template(self) -> None:
        """Make the template ready to be copied, and let nobody into it but who copies it."""
        with psycopg.connect(self._template_address, autocommit=True) as inside:
            # Done once here instead of in every copy: what planners know, and marks on rows.
            inside.execute("VACUUM (FREEZE, ANALYZE)")
        if self.passwords is None:
            return
        with self._maintenance() as connection:
            # The owner of the databases in a copy would otherwise take this one with them.
            connection.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO CURRENT_USER").format(
                    sql.Identifier(self.name(TEMPLATE))
                )
            )

    def template_identity(self) -> str:
        """Tells this template from one that is made anew later."""
        return identity(self._template_address)

    @property
    def _template_address(self) -> str:
        """As whoever keeps the server sees it: its own role has no way in after it is closed."""
        return _with_database(self.address, self.name(TEMPLATE))

    @contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection]:
        """A connection to any database of the server: the named one need not exist yet."""
        try:
            with _maintenance_connection(self.address) as connection:
                yield connection
        except psycopg.Error as error:
            raise Trouble(
                f"无法使用 DATABASE_URL 指定的数据库（{_safe(self.address)}）：{_first_line(error)}。"
                "请检查地址、密码，以及该用户是否有建库权限。",
                f"Cannot use the server in DATABASE_URL ({_safe(self.address)}): "
                f"{_first_line(error)}. "
                "Check address and password, and that the user may create databases.",
            ) from error


def at(given_url: str) -> Databases:
    """The databases on a server of one's own: the given name with `_<node>` behind it.

    Of several servers, separated by commas, the one that takes writes is meant.
    """
    parts = urlsplit(given_url)
    base = unquote(parts.path.strip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not base:
        raise Trouble(
            f"DATABASE_URL 的写法不对，应类似 postgresql://用户:密码@主机:5432/库名，现在是“{_safe(given_url)}”。",
            "DATABASE_URL must look like postgresql://user:password@host:5432/name.",
        )
    if "," in parts.netloc and "target_session_attrs" not in parts.query:
        query = "&".join(filter(None, [parts.query, "target_session_attrs=read-write"]))
        given_url = urlunsplit(parts._replace(query=query))
    return Databases(given_url, base)


def identity(url: str) -> str:
    """Tells one database from another that stands at the same address later."""
    try:
        with psycopg.connect(url, connect_timeout=15) as connection:
            row = connection.execute(
                "SELECT oid, (SELECT count(*) FROM pg_class WHERE relname = 'django_migrations') "
                "FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.Error as error:
        raise Trouble(
            f"数据库没有响应（{_safe(url)}）：{_first_line(error)}。请稍后再试。",
            f"The database does not answer ({_safe(url)}): {_first_line(error)}. Try again.",
        ) from error
    return "-".join(str(value) for value in row or ())


def _maintenance_connection(url: str) -> psycopg.Connection:
    try:
        return psycopg.connect(_with_database(url, "postgres"), autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(database, safe="")))


def _exists(connection: psycopg.Connection, table: str, column: str, value: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = {}").format(
        sql.Identifier(table), sql.Identifier(column), sql.Literal(value)
    )
    return connection.execute(query).fetchone() is not None


def _only_owner_may_connect(connection: psycopg.Connection, database: str) -> None:
    connection.execute(
        sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
    )


def _safe(url: str) -> str:
    """An address without its password, fit for the terminal."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
