"""One test for many values of the same kind, all of which are tried, whatever became of the first.

`pytest.mark.parametrize` makes a test of each value. For thousands of values, each tried within a
millisecond, collecting, handing out and reporting them takes much longer than trying them.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def of_all(
    names: str | tuple[str, ...],
    values: Iterable[Any],
    *,
    called: Callable[[Any], object] = lambda value: value,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Try the test below with each of the values; it fails with all errors, each with its value.

    With one name a value is given as it is, with several as a tuple of as many. `called` says how a
    value is called in an error. Fixtures are made once for all values. No values at all fail.
    """
    keys = (names,) if isinstance(names, str) else names
    given = list(values)

    def made(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def tried(*of: Any, **fixtures: Any) -> None:
            assert given, f"there is no {names} to try"
            wrong: list[Exception] = []
            for value in given:
                row = dict(zip(keys, [value] if isinstance(names, str) else value, strict=True))
                try:
                    test(*of, **fixtures, **row)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - told below
                    error.add_note(f"with {', '.join(keys)} = {called(value)}")
                    wrong.append(error if isinstance(error, Exception) else _as_error(error))
            if wrong:
                raise ExceptionGroup(f"{len(wrong)} of {len(given)} are wrong", wrong)

        asked = inspect.signature(test)
        left = [one for name, one in asked.parameters.items() if name not in keys]
        tried.__signature__ = asked.replace(parameters=left)
        return tried

    return made


class Wrong(AssertionError):
    """What `pytest.fail` said, which is no Exception itself."""


def _as_error(failed: BaseException) -> Wrong:
    wrong = Wrong(str(failed)).with_traceback(failed.__traceback__)
    for note in failed.__notes__:
        wrong.add_note(note)
    return wrong
