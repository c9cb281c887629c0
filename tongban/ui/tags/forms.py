"""Questions: from a Django form's BoundField, or from plain arguments.

Order in every field: label, hint, error, input (GUIDE §5–7). Hint and error are wired with
`aria-describedby`, an error also sets `aria-invalid`; the same words stand in `{% errsum %}`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.forms import BaseForm, BoundField, CheckboxInput, Field, Select, Textarea
from django.forms.widgets import ChoiceWidget
from django.template import Library
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from tongban.ui.tags.markup import element, escaped, glue, one_of, void
from tongban.ui.tags.question import Question

register = Library()

WIDTHS = ("", "4", "12", "20", "full")
Words = str | Sequence[str]
Option = Sequence[object]  # value, label, and for choices perhaps a hint


@register.simple_tag
def field(
    bound: BoundField | None = None,
    *,
    name: str = "",
    label: str = "",
    hint: str = "",
    error: Words = "",
    value: object = "",
    type: str = "text",
    options: Iterable[Option] = (),
    width: str = "",
    optional: bool = False,
    id: str = "",
    **attrs: object,
) -> SafeString:
    """`{% field form.house width="20" %}`, or `{% field name="house" label="门牌号" error=… %}`.

    Types: text, tel, email, date, number, password, search, file, textarea, select (with
    `options` of value and label). Widths: 4, 12, 20 characters, full. Other arguments become
    attributes of the control, `_` written for `-`.
    """
    one_of(width, WIDTHS, "field")
    if bound is not None:
        return _bound(bound, width=width)
    asked = _plain("field", name, label, hint, error, optional=optional, given_id=id)
    look = {"class": "in", "id": asked.id, "name": name, "data-w": width, "autocomplete": "off"}
    given = {key.replace("_", "-"): one for key, one in attrs.items()}
    return asked.field(_control(type, value, options, look | given | asked.aria))


@register.simple_tag
def choice(
    bound: BoundField | None = None,
    *,
    name: str = "",
    label: str = "",
    options: Iterable[Option] = (),
    value: object = "",
    hint: str = "",
    error: Words = "",
    multiple: bool = False,
    boxed: bool = False,
    optional: bool = False,
    id: str = "",
) -> SafeString:
    """`{% choice form.kind boxed=True %}`, or from `options` of value, label and perhaps a hint.

    With `multiple` they are ticks, and `value` is a list. Nothing is chosen unless `value` says so.
    """
    if bound is not None:
        return _bound(bound, boxed=boxed)
    asked = _plain("choice", name, label, hint, error, optional=optional, given_id=id)
    chosen = {str(one) for one in value} if isinstance(value, list | tuple | set) else {str(value)}
    kind = "checkbox" if multiple else "radio"
    items = []
    for number, (key, words, *more) in enumerate(options):
        own = f"{asked.id}_{number}"
        described = f"{own}-h" if more and more[0] else ""
        attrs = {"type": kind, "name": name, "id": own, "value": str(key)}
        asks = {"checked": str(key) in chosen, "aria-describedby": described}
        items.append(_one_choice(void("input", attrs | asks), own, words, *more))
    return asked.group(glue(*items), boxed=boxed)


@register.simple_tag
def tick(
    bound: BoundField | None = None,
    *,
    name: str = "",
    label: str = "",
    value: str = "1",
    checked: bool = False,
    hint: str = "",
    error: Words = "",
    id: str = "",
) -> SafeString:
    """One box to tick: a declaration, a consent. Never ticked beforehand for a consent."""
    if bound is not None:
        return _bound(bound)
    asked = _plain("tick", name, label, hint, error, optional=False, given_id=id)
    attrs = {"type": "checkbox", "name": name, "id": asked.id, "value": value, "checked": checked}
    return _tick(asked, void("input", attrs | asked.aria))


@register.simple_tag
def errsum(
    *forms: BaseForm, errors: Iterable[tuple[str, str]] = (), focus: bool = True
) -> SafeString:
    """`{% errsum form %}` or `{% errsum errors=pairs_of_id_and_words %}`, first in block main.

    Nothing when there is nothing to change; an empty id makes no link. ui.js puts the focus on it,
    unless `focus` is False because the page only shows what one looks like.
    """
    said = [*errors, *(one for form in forms for one in _errors_of(form))]
    if not said:
        return SafeString("")
    title = ngettext("有%(count)s处要改", "有%(count)s处要改", len(said)) % {"count": len(said)}
    items = [
        element("li", {}, element("a", {"href": f"#{place}"}, words) if place else words)
        for place, words in said
    ]
    head = element("h2", {"id": "errsum-title"}, title)
    attrs = {"class": "errsum", "aria-labelledby": "errsum-title", "tabindex": "-1"}
    spoken = {"role": "alert", "data-js": "focus"} if focus else {"role": "group"}
    return element("div", attrs | spoken, glue(head, element("ul", {}, glue(*items))))


def _plain(
    tag: str, name: str, label: str, hint: str, error: Words, *, optional: bool, given_id: str
) -> Question:
    if not (name and label):
        raise ValueError(f"{{% {tag} %}} needs a BoundField, or a name and a label")
    errors = (error,) if isinstance(error, str) else tuple(error)
    told = tuple(str(one) for one in errors if one)
    return Question(given_id or f"id_{name}", label, hint, told, optional)


def _control(
    kind: str, value: object, options: Iterable[Option], attrs: dict[str, object]
) -> SafeString:
    if kind == "select":
        offered = tuple((str(key), escaped(words)) for key, words in options)
        return element("select", attrs, _offered(offered, str(value)))
    if kind == "textarea":
        # A browser drops the first line break inside, so one that may be dropped goes before.
        return element("textarea", {"rows": "3"} | attrs, glue("\n", str(value)))
    known = {} if kind in {"file", "password"} else {"value": str(value)}
    return void("input", {"type": kind} | attrs | known)


# The same hundreds of items and places stand on every page of a queue.
@lru_cache(maxsize=256)
def _offered(options: tuple[tuple[str, str], ...], picked: str) -> SafeString:
    """The options of a select; their words are markup already."""
    return glue(
        *(
            element("option", {"value": key, "selected": key == picked}, SafeString(words))
            for key, words in options
        )
    )


def _one_choice(control: SafeString, own_id: str, words: object, hint: object = "") -> SafeString:
    less = element("p", {"class": "hint", "id": f"{own_id}-h"}, hint) if hint else ""
    label = element("label", {"for": own_id}, words)
    return element("div", {"class": "choice"}, glue(control, label, less))


def _tick(asked: Question, control: SafeString) -> SafeString:
    label = element("label", {"for": asked.id}, asked.label_words)
    box = element("div", {"class": "choice"}, glue(control, label, asked.hint_line))
    return element("div", {"class": asked.classes}, glue(asked.error_line, box))


def _bound(bound: BoundField, *, width: str = "", boxed: bool = False) -> SafeString:
    widget, asked = bound.field.widget, _question(bound)
    if widget.is_hidden:
        return SafeString(bound.as_widget())
    if isinstance(widget, CheckboxInput):
        return _tick(asked, SafeString(bound.as_widget(attrs=_given(asked.aria))))
    if isinstance(widget, ChoiceWidget) and not isinstance(widget, Select):
        choices = (
            _one_choice(SafeString(str(one.tag())), str(one.id_for_label), one.choice_label)
            for one in bound.subwidgets
        )
        return asked.group(glue(*choices), boxed=boxed)
    # The form's own attributes win over ours; the wiring of hints and errors does not yield.
    usual = {"class": "in", "data-w": width, "autocomplete": "off"}
    usual |= {"rows": "3"} if isinstance(widget, Textarea) else {}
    attrs = {key: one for key, one in usual.items() if key == "rows" or key not in widget.attrs}
    return asked.field(SafeString(bound.as_widget(attrs=_given(attrs | asked.aria))))


def _given(attrs: dict[str, str]) -> dict[str, str | bool]:
    """Django writes empty attributes out, so they go before it sees them."""
    return {key: value for key, value in attrs.items() if value}


def _question(bound: BoundField) -> Question:
    return Question(
        id=bound.auto_id or bound.html_name,
        label=str(bound.label),
        hint=str(bound.help_text),
        errors=tuple(str(error) for error in bound.errors),
        optional=_is_optional(bound.field),
    )


def _errors_of(form: BaseForm) -> Iterable[tuple[str, str]]:
    for words in form.non_field_errors():
        yield "", str(words)
    for bound in form:
        place = "" if bound.is_hidden else bound.auto_id or bound.html_name
        for words in bound.errors:
            yield place, str(words)


def _is_optional(field: Field) -> bool:
    """Whether to say that it may be left empty. A box that need not be ticked is no open question.

    Nor is a field with `hangs_on`: the answer to that other one may ask for it, and whoever left
    it empty because it was called optional would be refused.
    """
    is_asked = field.required or bool(getattr(field, "hangs_on", ""))
    return not is_asked and not isinstance(field.widget, CheckboxInput)
