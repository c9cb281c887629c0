"""A database and a role for each node; no role can open another's database."""

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tongban.local.trouble import Trouble


def name(node: str) -> str:
    """The database, and the role, of a node of the demo."""
    return f"tongban_{node}"


def make_for_nodes(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Make role and database of every node that has none, and set the role's password."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _only_owner_may_connect(connection, "postgres")
        for node, password in passwords.items():
            role = name(node)
            if not _exists(connection, "pg_roles", "rolname", role):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
            if not _exists(connection, "pg_database", "datname", role):
                connection.execute(
                    sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(role))
                )
            _only_owner_may_connect(connection, role)


def make_at(given_url: str, node: str) -> str:
    """The address of a node's database on a server of one's own; makes the database if missing.

    The database takes the given name with `_<node>` behind it, and the given user owns it.
    """
    parts = urlsplit(given_url)
    base = unquote(parts.path.strip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not base:
        raise Trouble(
            f"DATABASE_URL 的写法不对，应类似 postgresql://用户:密码@主机:5432/库名，现在是“{_safe(given_url)}”。",
            "DATABASE_URL must look like postgresql://user:password@host:5432/name.",
        )
    wanted = f"{base}_{node}"
    try:
        with _maintenance_connection(given_url) as connection:
            if not _exists(connection, "pg_database", "datname", wanted):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(wanted)))
    except psycopg.Error as error:
        raise Trouble(
            f"无法使用 DATABASE_URL 指定的数据库（{_safe(given_url)}）：{_first_line(error)}。"
            "请检查地址、密码，以及该用户是否有建库权限。",
            f"Cannot use the server in DATABASE_URL ({_safe(given_url)}): {_first_line(error)}. "
            "Check address and password, and that the user may create databases.",
        ) from error
    return _with_database(given_url, wanted)


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
    """A connection to any database of the server: the named one need not exist yet."""
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
