"""Querysets whose SQL is put together once and planned once, for what every page asks.

Building a statement costs Django more than the database takes to answer it: a page that asks twenty
small questions spends most of its time there. A `Selection` is written as any queryset, with `p("name")`
where a value belongs that is another one each time:

    _OF_ACCOUNT = Selection(lambda p: Officer.objects.filter(account_id=p("account")))
    officer = _OF_ACCOUNT.first(account=account.pk)

For statements whose way through the tables does not depend on their values: by a key or through an
index that fits. What it reads is not in `connection.queries`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators
from psycopg import sql

from tongban.basics import prepared

T = TypeVar("T", bound=Model)


class Parameter(Expression):
    """The place of a value, by its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, *_args: Any, **_kwargs: Any) -> Any:
        """A placeholder, with itself where a value would stand."""
        return "%s", [self]


@dataclass(frozen=True)
class _Compiled:
    """A statement, and what knows how to read its rows."""

    statement: str
    compiler: Any


@dataclass(frozen=True)
class _Reader:
    """How a row becomes an object: its model, which columns are its own, and what stands beside it."""

    model: Any
    columns: slice
    names: list[str]
    beside: list[Any]


class Selection(Generic[T]):
    """One question with some values left open. Put together when it is first asked."""

    def __init__(self, make: Callable[[type[Parameter]], "QuerySet[T, Any]"]) -> None:
        self._make = make

    def all(self, **values: Any) -> list[T]:
        """The objects, with what the queryset selects beside them. Raises Django's errors."""
        return list(self._objects(values))

    def first(self, **values: Any) -> T | None:
        """The first of them, or None; the queryset's own LIMIT says how many are read."""
        return next(self._objects(values), None)

    def count(self, **values: Any) -> prepared.Count:
        """How many rows there are, to be asked for; a LIMIT of the queryset counts."""
        one = self._compiled
        statement = f"SELECT count(*) FROM ({one.statement}) AS found"  # noqa: S608 - Django's own
        return prepared.Count(statement, values)

    def column(self, **values: Any) -> list[Any]:
        """The only column of a queryset of values."""
        return [value for (value,) in self._rows(values)]

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a queryset of values."""
        return list(self._rows(values))

    def _rows(self, values: dict[str, Any]) -> Iterator[Any]:
        one = self._compiled
        found = prepared.rows(one.statement, values)
        rows: Iterator[Any] = one.compiler.results_iter([found], tuple_expected=True)
        return rows

    def _objects(self, values: dict[str, Any]) -> Iterator[T]:
        own = self._reader
        for row in self._rows(values):
            made: T = own.model.from_db(DEFAULT_DB_ALIAS, own.names, row[own.columns])
            for populator in own.beside:
                populator.populate(row, made)
            yield made

    @cached_property
    def _reader(self) -> _Reader:
        # As django.db.models.query.ModelIterable, without what it does to ask. The types are already
        # those of the next Django, which will want to know how fields left out are to be read.
        about = self._compiled.compiler
        fields = about.klass_info["select_fields"]
        columns = slice(fields[0], fields[-1] + 1)
        names = [column[0].target.attname for column in about.select[columns]]
        beside = get_related_populators(about.klass_info, about.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        return _Reader(about.klass_info["model"], columns, names, beside)

    @cached_property
    def _compiled(self) -> _Compiled:
        compiler = self._make(Parameter).query.get_compiler(DEFAULT_DB_ALIAS)
        text, given = compiler.as_sql()
        pieces = [piece.replace("%%", "%") for piece in text.split("%s")]
        between = [*(_in_the_text(value) for value in given), ""]
        statement = "".join(one for pair in zip(pieces, between, strict=True) for one in pair)
        return _Compiled(statement, compiler)


def _in_the_text(value: object) -> str:
    """A value left open by its name; any other as it is.

    Only what stands in the text tells the database that an index over part of a table has all that
    is asked for.
    """
    if isinstance(value, Parameter):
        return f"%({value.name})s"
    return sql.Literal(value).as_string(None)
