"""A refusal is an answer for whoever asked, not an error of ours."""

from collections.abc import Callable, Mapping
from typing import Any


class Refused(Exception):
    """Something that the law, a rule or the state of things does not allow.

    `code` names the kind for machines, `message` says it to a person in Chinese and names the way
    on, `facts()` carries what both need. A subclass sits beside what raises it.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self._facts = facts

    def facts(self) -> dict[str, Any]:
        """What a machine may want to know about this refusal; JSON values only, nothing personal."""
        return dict(self._facts)


class FieldsRefused(Refused):
    """Answers that cannot be taken as they are; one or more sentences for each field."""

    code = "fields-refused"
    status = 422

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        count = sum(len(sentences) for sentences in errors.values())
        super().__init__(f"有{count}处要改")
        self.errors = dict(errors)

    def facts(self) -> dict[str, Any]:
        return {"errors": self.errors}


class NotFound(Refused):
    """There is no such thing, or the asker may not know of it."""

    code = "not-found"
    status = 404


class NotAllowed(Refused):
    """The thing is there, but this person has no power over it."""

    code = "not-allowed"
    status = 403


def may(check: Callable[..., object], *args: Any) -> bool:
    """Whether a check would pass; for showing or hiding what a page offers."""
    try:
        check(*args)
    except Refused:
        return False
    return True
