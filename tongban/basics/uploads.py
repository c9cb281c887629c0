"""Reading uploaded files with the names they were really sent under.

Django cuts a path off a file's name before anybody sees it. A path in a name is a mistake or an
attack, and the sender is told so; hence this parser keeps what was sent beside what is left of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict


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


def keep_sent_names(request: HttpRequest) -> None:
    """Let `sent_name` know the names in a request whose body nobody has read yet."""

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


def sent_name(file: UploadedFile[bytes]) -> str:
    """The name as it came, path and all."""
    return str(getattr(file, "sent_name", file.name) or "")
