"""Everything that passes a broker, as its administrator can see it."""

import asyncio
import base64
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import nats


class Watcher:
    """Subscribed to every subject there is: messages, their headers, papers, answers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._seen: list[bytes] = []
        self._ready, self._leaving = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()))

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(60)

    def stop(self) -> None:
        self._leaving.set()
        self._thread.join(10)

    async def _watch(self) -> None:
        link = await nats.connect(self._url, allow_reconnect=False)
        await link.subscribe(">", cb=self._take)
        await link.flush()
        self._ready.set()
        while not self._leaving.is_set():
            await asyncio.sleep(0.02)
        await link.flush()
        await link.close()

    async def _take(self, message) -> None:
        parts = [message.subject.encode(), message.data, repr(message.headers).encode()]
        self._seen += [*parts, *_decoded(message.data)]

    def everything(self) -> bytes:
        """All of it in one, also as it reads once its base64 and its escapes are taken off."""
        return b"\n".join(self._seen)

    def found(self, words: Iterable[str]) -> set[str]:
        """Which of these words passed the broker in any form that can be read."""
        seen = self.everything()
        return {word for word in words if any(form in seen for form in _forms(word))}


def _forms(word: str) -> list[bytes]:
    escaped = json.dumps(word)[1:-1].encode()
    return [word.encode(), escaped, word.encode("gb18030"), word.encode("utf-16-le")]


def _decoded(data: bytes) -> list[bytes]:
    """What lies in the base64 of an envelope or of a broker's answer, where there is any."""
    try:
        message = json.loads(data)
    except ValueError:
        return []
    found = []
    for value in _texts(message):
        try:
            found.append(base64.b64decode(value, validate=True))
        except ValueError:
            continue
    return found


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


@contextmanager
def watching(url: str) -> Iterator[Watcher]:
    """Watch a broker from here to the end of the block."""
    watcher = Watcher(url)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()
