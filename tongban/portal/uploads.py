"""Reading uploaded files with the names they were really sent under.

Django cuts a path off a file's name before anybody sees it. A path in a name is a mistake or an
attack, and the sender is told so; hence this parser keeps what was sent beside what is left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.http.response import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from django.views.decorators.csrf import csrf_exempt, csrf_protect

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class _Parser(MultiPartParser):
    """Notes which names were cut."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cut: dict[str, str] = {}

    def sanitize_file_name(self, file_name: str) -> str | None:
        left = super().sanitize_file_name(file_name)
        if left is not None and any(mark in file_name for mark in ("/", "\\")):
            self.cut[left] = file_name
        return left


def with_sent_names(view: View[P]) -> View[P]:
    """Let a view see the names that files were sent under, by `sent_name`.

    The body is read when the CSRF check looks for its token, so that check runs inside.
    """
    checked: View[P] = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def reading(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        def parse(
            meta: Mapping[str, Any], post_data: Any
        ) -> tuple[QueryDict, MultiValueDict[str, UploadedFile[bytes]]]:
            parser = _Parser(meta, post_data, request.upload_handlers, request.encoding)
            post, files = parser.parse()
            for name in files:
                for file in files.getlist(name):
                    file.sent_name = parser.cut.get(file.name or "", file.name)
            return post, files

        request.parse_file_upload = parse  # type: ignore[method-assign,assignment]
        return checked(request, *args, **kwargs)

    return reading


def sent_name(file: UploadedFile[bytes]) -> str:
    """The name as it came, path and all."""
    return str(getattr(file, "sent_name", file.name) or "")
