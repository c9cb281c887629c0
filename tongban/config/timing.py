"""How long a request took inside this process, told to whoever measures."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class ServerTiming:
    """Adds Server-Timing (W3C), in milliseconds; what waited before this process is not in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        took = (time.perf_counter() - began) * 1000
        response["Server-Timing"] = f"app;dur={took:.2f}"
        return response
