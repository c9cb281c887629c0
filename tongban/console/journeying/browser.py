"""A browser without a screen: opens pages, fills in the forms that stand there, sends them.

It knows nothing of our code: fields, tokens, buttons and addresses come from the page itself, so a
form that a person could not fill in cannot be filled in here either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

_WITHOUT_TEXT = {"script", "style", "template", "svg"}
_VALUED = {"hidden", "text", "tel", "email", "search", "number", "date", "password", "url"}
File = tuple[str, bytes, str]


class Stuck(Exception):
    """A person would not get on here: what they see, and where."""


@dataclass
class Form:
    """A form as it stands on its page: values as they are, choices that can be made."""

    action: str = ""
    method: str = "get"
    id: str = ""
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """Everything that can be filled in."""
        return set(self.values) | set(self.choices) | set(self.files)


@dataclass
class Page:
    """One page as somebody sees it."""

    url: str
    status: int
    heading: str
    forms: list[Form]
    links: dict[str, str]
    text: str
    errors: list[str]

    @property
    def path(self) -> str:
        """The address without what is asked of it."""
        return urlsplit(self.url).path

    def form(self, action: str) -> Form:
        """The form that goes to an address ending so. Raises Stuck."""
        for form in self.forms:
            if form.action.partition("?")[0].endswith(action):
                return form
        there = ", ".join(form.action for form in self.forms)
        raise Stuck(f"{self.url}：没有发往 {action} 的表单，只有 {there}")

    def link(self, end: str) -> str:
        """The address of a link that ends so. Raises Stuck."""
        for address in self.links.values():
            if address.partition("?")[0].endswith(end):
                return address
        raise Stuck(f"{self.url}：没有通向 {end} 的链接")


class Browser:
    """One person's browser at one node."""

    def __init__(self, url: str, who: str) -> None:
        self.who = who
        self._client = httpx.Client(base_url=url, follow_redirects=True, timeout=30)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def cookies(self) -> str:
        """What a browser would send along."""
        return "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())

    def open(self, path: str) -> Page:
        """Go to an address. Raises Stuck when there is no page."""
        return self._seen(self._client.get(path))

    def fetch(self, path: str) -> tuple[str, bytes]:
        """Download something: its media type and content. Raises Stuck."""
        answer = self._client.get(path)
        if answer.status_code != 200:
            raise Stuck(f"{answer.url}：{answer.status_code}，{self.who}下载不了")
        return answer.headers["content-type"], answer.content

    def send(
        self,
        page: Page,
        form: Form,
        answers: Mapping[str, str] | None = None,
        *,
        files: Mapping[str, File] | None = None,
        button: tuple[str, str] | None = None,
    ) -> Page:
        """Fill in a form and send it. Raises Stuck when it has no such field or is not taken."""
        filled = _filled(page, form, answers or {}, files or {})
        if button:
            filled[button[0]] = button[1]
        address = urljoin(page.url, form.action or page.url)
        headers = {"Referer": page.url}
        if form.method == "get":
            return self._seen(self._client.get(address, params=filled, headers=headers))
        answer = self._client.post(address, data=filled, files=files or None, headers=headers)
        return self._seen(answer)

    def _seen(self, answer: httpx.Response) -> Page:
        page = read(str(answer.url), answer.status_code, answer.text)
        if answer.status_code >= 400:
            said = "；".join(page.errors) or page.heading or answer.text[:200]
            raise Stuck(f"{answer.request.method} {answer.url}：{answer.status_code}，{said}")
        return page


def _filled(
    page: Page, form: Form, answers: Mapping[str, str], files: Mapping[str, File]
) -> dict[str, str]:
    unknown = (set(answers) | set(files)) - form.names
    if unknown:
        raise Stuck(f"{page.url}：表单里没有 {', '.join(sorted(unknown))}")
    for name, value in answers.items():
        if name in form.choices and value not in form.choices[name]:
            raise Stuck(f"{page.url}：{name} 里没有 {value} 可选")
    return form.values | dict(answers)


def read(url: str, status: int, html: str) -> Page:
    """A page from its HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(
        url, status, " ".join(reader.heading.split()), reader.forms, reader.links,
        " ".join(reader.text.split()), [" ".join(one.split()) for one in reader.errors],
    )  # fmt: skip


class _Reader(HTMLParser):
    """Reads forms with their fields, links, the heading, the error summary and the text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.errors: list[str] = []
        self.heading, self.text = "", ""
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._select, self._area, self._link = "", "", ""
        self._silent, self._in_heading, self._in_errors = 0, False, 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in _WITHOUT_TEXT:
            self._silent += 1
        self._note_errors(tag, at)
        match tag:
            case "form":
                self._form = Form(
                    at.get("action", ""), at.get("method", "get").lower(), at.get("id", "")
                )
                self.forms.append(self._form)
                self._by_id[at.get("id", "")] = self._form
            case "input":
                self._input(at)
            case "button" if at.get("type", "submit") == "submit" and (form := self._of(at)):
                form.buttons.append((at.get("name", ""), at.get("value", "")))
            case "select" if form := self._of(at):
                self._select = at.get("name", "")
                form.choices.setdefault(self._select, [])
                form.values.setdefault(self._select, "")
            case "option" if self._select and self._form:
                self._option(self._form, at)
            case "textarea" if form := self._of(at):
                self._area = at.get("name", "")
                form.values[self._area] = ""
            case "a" if "href" in at:
                self._link = at["href"]
            case "h1":
                self._in_heading = True

    def _of(self, at: Mapping[str, str]) -> Form | None:
        """The form that a field belongs to: the one it names, else the one it stands in."""
        return self._by_id.get(at["form"]) if "form" in at else self._form

    def _note_errors(self, tag: str, at: Mapping[str, str]) -> None:
        if self._in_errors:
            self._in_errors += tag not in {"input", "br", "img", "hr", "link", "meta"}
        elif at.get("role") == "alert":
            self._in_errors = 1
            self.errors.append("")

    def _input(self, at: Mapping[str, str]) -> None:
        form, name, kind = self._of(at), at.get("name", ""), at.get("type", "text")
        if form is None or not name:
            return
        if kind == "file":
            form.files.append(name)
        elif kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(at.get("value", "on"))
            if "checked" in at:
                form.values[name] = at.get("value", "on")
        elif kind in _VALUED:
            form.values[name] = at.get("value", "")
        elif kind == "submit":
            form.buttons.append((name, at.get("value", "")))

    def _option(self, form: Form, at: Mapping[str, str]) -> None:
        form.choices[self._select].append(at.get("value", ""))
        if "selected" in at:
            form.values[self._select] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _WITHOUT_TEXT:
            self._silent -= 1
        if self._in_errors:
            self._in_errors -= 1
        match tag:
            case "form":
                self._form = None
            case "select":
                self._select = ""
            case "textarea":
                self._area = ""
            case "a":
                self._link = ""
            case "h1":
                self._in_heading = False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.text += data + " "
        if self._in_heading:
            self.heading += data
        if self._in_errors:
            self.errors[-1] += data
        if self._area and self._form:
            self._form.values[self._area] += data
        if self._link and data.strip():
            self.links[data.strip()] = self._link
