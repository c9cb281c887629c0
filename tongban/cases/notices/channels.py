"""The channels of this node, as its operator has set them up; each is one address for apprise.

`{to}` in an address stands for the phone number or mail address of whoever is told.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from logging import WARNING
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.cases.notices.models import Channel

TO = "{to}"
_LONGEST_TROUBLE = 200


class NotSent(Exception):
    """A channel did not take a message; the words say why and hold nothing personal."""


@dataclass(frozen=True)
class Letter:
    """What is to be sent: to whom, not before which moment, in which words."""

    to: str
    not_before: datetime
    title: str
    text: str


@dataclass(frozen=True)
class Way:
    """One channel that is set up, its addresses, and what is wrong with them, if anything is."""

    channel: Channel
    urls: tuple[str, ...]

    @property
    def trouble(self) -> str:
        """Why this channel cannot work as it is set up; empty when it can."""
        if any(_service(url.replace(TO, _SAMPLES[self.channel])) is None for url in self.urls):
            return _("地址读不懂，没有这种服务或者少了一部分")
        if self.channel is not Channel.WEBHOOK and any(TO not in url for url in self.urls):
            return _("地址里没有{to}，不知道发给谁")
        return ""

    @property
    def shown(self) -> str:
        """Where it leads, without the secrets that such addresses hold."""
        parts = [urlsplit(url) for url in self.urls]
        return "、".join(f"{one.scheme}://{one.hostname or ''}" for one in parts)


_SAMPLES = {
    Channel.SMS: "13900000000",
    Channel.MAIL: "someone@example.invalid",
    Channel.WEBHOOK: "",
}


def ways() -> dict[Channel, Way]:
    """The channels that this node has; none means that there is only the inbox."""
    found: Mapping[str, list[str]] = settings.NOTICE_CHANNELS
    return {Channel(name): Way(Channel(name), tuple(urls)) for name, urls in found.items() if urls}


def send(channel: Channel, *, to: str, title: str, text: str) -> None:
    """Hand a message to a channel; raises NotSent. Returns when the service has taken it."""
    way = ways().get(channel)
    if way is None:
        raise NotSent(_("这个渠道已经停用"))
    for url in way.urls:
        _hand_over(url.replace(TO, quote(to, safe="")), title, text)


def pushed_words(facts: Mapping[str, Any]) -> tuple[str, str]:
    """What another system is told, as title and text: a word for the log, JSON for the machine."""
    return str(_("通办")), json.dumps(facts, ensure_ascii=False)


def _hand_over(url: str, title: str, text: str) -> None:
    import apprise  # half a second to read, and only workers with channels need it

    service = _service(url)
    if service is None:
        raise NotSent(_("地址读不懂"))
    with apprise.LogCapture(level=WARNING) as said:  # type: ignore[no-untyped-call]
        taken = service.notify(body=text, title=title)
        words = said.getvalue() if said is not None else ""
    if not taken:
        raise NotSent(_harmless(words) or _("对方没有接收"))


def _service(url: str) -> Any:
    import apprise

    return apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)


@cache
def _asset() -> Any:
    import apprise

    # Nothing of ours is templated, kept on disk or sent from threads that outlive the call.
    return apprise.AppriseAsset(app_id="Tongban", async_mode=False, plugin_paths=[])


def _harmless(said: str) -> str:
    """The last thing that the service said, without numbers and addresses of people."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    last = re.sub(r"\S+@\S+", "…", last)
    return re.sub(r"\d{5,}", "…", last)[:_LONGEST_TROUBLE]
