"""People who hand in and do not give up: `python -m tongban.console.tests.applicants COUNT TOKEN PORT`.

Runs as a node (its settings are in the environment). Each application is sent until it is acknowledged,
always under its own key; what was acknowledged is printed at once, as a line of JSON. Meanwhile a node
may break off or say "come back later", and nothing else.
"""

import itertools
import json
import secrets
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

import httpx  # noqa: E402 - settings must be in place first
from django.utils.timezone import now  # noqa: E402

from tongban.cases.operations import uploads  # noqa: E402
from tongban.console.benching import applications  # noqa: E402

AT_ONCE, PATIENCE, PAUSE = 4, 90.0, 0.3
_printing = threading.Lock()


def main(count: int, token: str, port: int) -> None:
    file = uploads.keep_upload(
        owner="client:bench",
        source=applications.paper(),
        name="证明.pdf",
        size=len(applications.PDF),
        at=now(),
    )
    requests = applications.requests(
        applications.online(), file, token=token, port=port, run=secrets.token_hex(4)
    )
    made = list(itertools.islice(requests, count))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda request: hand_in(request, port), made))


def hand_in(request: bytes, port: int) -> None:
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    began = time.monotonic()
    refused = broken = 0
    while time.monotonic() - began < PATIENCE:
        try:
            answer = httpx.post(
                f"http://127.0.0.1:{port}/api/v1/cases", content=body, headers=headers, timeout=60
            )
        except httpx.HTTPError:
            broken += 1
            time.sleep(PAUSE)
            continue
        if answer.status_code in {200, 201}:
            acknowledged(answer.json()["number"], began=began, refused=refused, broken=broken)
            return
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
        refused += 1
        time.sleep(PAUSE)
    raise AssertionError(f"not acknowledged after {PATIENCE} s")


def acknowledged(number: str, *, began: float, **tries: int) -> None:
    at = time.monotonic()
    with _printing:
        print(json.dumps({"number": number, "at": at, "took": at - began, **tries}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
