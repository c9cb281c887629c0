"""The name of this file is Django's: it looks for a database engine here."""

from types import TracebackType

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.utils import DatabaseErrorWrapper, OperationalError
from django.utils.functional import cached_property
from psycopg import Error
from psycopg.errors import ReadOnlySqlTransaction

TAKES_WRITES = "SELECT current_setting('transaction_read_only') = 'off'"


class ErrorWrapper(DatabaseErrorWrapper):
    """A refusal to write means that another server leads now: nothing of ours is wrong."""

    def __init__(self, wrapper: PostgreSQL) -> None:
        super().__init__(wrapper)
        self._link = wrapper

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, ReadOnlySqlTransaction):
            self._link.errors_occurred = True
            raise OperationalError(*error.args).with_traceback(traceback) from error
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(PostgreSQL):
    """A connection that is of use only while its server takes writes.

    A new one finds such a server by itself (`target_session_attrs`); one that was kept may have come
    through a balancer to a server that lost its lead. It is given up before the next request.
    """

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """What turns the driver's errors into Django's."""
        return ErrorWrapper(self)

    def is_usable(self) -> bool:
        """Whether the server answers and takes writes; asked once a request of a kept connection."""
        if self.connection is None:
            return False
        try:
            row = self.connection.execute(TAKES_WRITES).fetchone()
        except Error:
            return False
        return bool(row and row[0])
