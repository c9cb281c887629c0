"""The frame around every page, filled in by those above.

The frame knows no node, no door and no officer. Whoever does registers with it, once, in its
`AppConfig.ready`:

    frame.name_this_node(lambda: frame.NodeName(place="吉林省", zone="吉林省政务服务…"))
    frame.name_the_person(lambda request: request.user.display_name)
    frame.add_link("portal", frame.Link(_("我的办件"), "portal:cases", order=20))

Registering the same link twice changes nothing, so reloading an app does no harm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.basics import prepared
from tongban.basics.prepared import Count

LARGE_TYPE_COOKIE = "large_type"
# Where links may hang: the three doors with pages, the foot of every page, the sandbox banner.
AREAS = ("portal", "desk", "oversight", "foot", "banner")


@dataclass(frozen=True)
class NodeName:
    """What the brand of this node says: its place, and the name of its zone."""

    place: str | Promise
    zone: str | Promise


@dataclass(frozen=True)
class Link:
    """One entry of a navigation. `count` answers how much stands beside it, `shown` how it is said.

    What the database has yet to count is asked for all links of an area at once.
    """

    label: str | Promise
    url_name: str
    order: int = 50
    visible: Callable[[HttpRequest], bool] = field(default=lambda _request: True, compare=False)
    count: Callable[[HttpRequest], Count | int | None] = field(
        default=lambda _request: None, compare=False
    )
    shown: Callable[[int], int | str | None] = field(default=lambda number: number, compare=False)


@dataclass(frozen=True)
class ShownLink:
    """A link as this request sees it."""

    label: str | Promise
    url: str
    current: bool
    count: int | str | None


_DEFAULT_NAME = NodeName(place=_("本地"), zone=_("“跨省通办”服务专区"))
_links: dict[str, list[Link]] = {area: [] for area in AREAS}
_node_name: list[Callable[[], NodeName]] = []
_person_name: list[Callable[[HttpRequest], str]] = []
_sign_in: list[str] = []


def name_this_node(answer: Callable[[], NodeName]) -> None:
    """Say who names this node; the last to register wins."""
    _node_name[:] = [answer]


def name_the_person(answer: Callable[[HttpRequest], str]) -> None:
    """Say who names the person signed in, as the frame shows it; the last to register wins."""
    _person_name[:] = [answer]


def sign_in_at(url_name: str) -> None:
    """Send people to this page to sign in, instead of the ordinary one."""
    _sign_in[:] = [url_name]


def sign_in_url(back: str) -> str:
    """The page to sign in on, leading back to an address of this site afterwards."""
    page = reverse(_sign_in[0] if _sign_in else "account_login")
    return f"{page}?next={quote(back, safe='/')}"


def add_link(area: str, link: Link) -> None:
    """Hang a link into one of `AREAS`. A second link to the same page replaces the first."""
    others = [other for other in _links[area] if other.url_name != link.url_name]
    _links[area] = sorted([*others, link], key=lambda one: one.order)


class Frame:
    """What the base templates ask for; nothing is looked up until a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def node(self) -> NodeName:
        return _node_name[0]() if _node_name else _DEFAULT_NAME

    @property
    def sandbox(self) -> bool:
        return bool(settings.SANDBOX)

    @property
    def large_type(self) -> bool:
        return self.request.COOKIES.get(LARGE_TYPE_COOKIE) == "1"

    @cached_property
    def person(self) -> str:
        """The name of whoever is signed in, or nothing."""
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return ""
        return _person_name[0](self.request) if _person_name else str(user.get_username())

    @property
    def here(self) -> str:
        """This page's address, to come back to; the home page when this one was a POST."""
        return self.request.get_full_path() if self.request.method == "GET" else "/"

    @property
    def sign_in_url(self) -> str:
        return sign_in_url(self.here)

    @cached_property
    def portal(self) -> list[ShownLink]:
        return self._shown("portal")

    @cached_property
    def desk(self) -> list[ShownLink]:
        return self._shown("desk")

    @cached_property
    def oversight(self) -> list[ShownLink]:
        return self._shown("oversight")

    @cached_property
    def foot(self) -> list[ShownLink]:
        return self._shown("foot")

    @cached_property
    def banner(self) -> list[ShownLink]:
        return self._shown("banner")

    def _shown(self, area: str) -> list[ShownLink]:
        visible = [link for link in _links[area] if link.visible(self.request)]
        urls = [reverse(link.url_name) for link in visible]
        # The deepest link that this page lies under, so /desk/ is not current on /desk/decided/.
        under = [url for url in urls if self.request.path.startswith(url) and url != "/"]
        current = max(under, key=len, default="/" if self.request.path == "/" else "")
        return [
            ShownLink(link.label, url, current=url == current, count=count)
            for link, url, count in zip(visible, urls, self._counts(visible), strict=True)
        ]

    def _counts(self, links: Sequence[Link]) -> list[int | str | None]:
        asked = [link.count(self.request) for link in links]
        counted = iter(prepared.counts([one for one in asked if isinstance(one, Count)]))
        numbers = (next(counted) if isinstance(one, Count) else one for one in asked)
        return [
            None if number is None else link.shown(number)
            for link, number in zip(links, numbers, strict=True)
        ]
