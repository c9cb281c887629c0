"""A question on a page: its words, and how they are wired to its control."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongban.ui.tags.marks import icon
from tongban.ui.tags.markup import element, glue


@dataclass(frozen=True)
class Question:
    """What is asked, however it came here."""

    id: str
    label: str
    hint: str = ""
    errors: tuple[str, ...] = ()
    optional: bool = False

    @property
    def classes(self) -> str:
        return "field bad" if self.errors else "field"

    @property
    def described_by(self) -> str:
        ids = ((f"{self.id}-h", self.hint), (f"{self.id}-e", self.errors))
        return " ".join(own_id for own_id, present in ids if present)

    @property
    def aria(self) -> dict[str, str]:
        """What the control itself carries."""
        invalid = "true" if self.errors else ""
        return {"aria-describedby": self.described_by, "aria-invalid": invalid}

    @property
    def label_words(self) -> str:
        return self.label + _("（可以不填）") if self.optional else self.label

    @property
    def hint_line(self) -> SafeString:
        if not self.hint:
            return SafeString("")
        return element("p", {"class": "hint", "id": f"{self.id}-h"}, self.hint)

    @property
    def error_line(self) -> SafeString:
        if not self.errors:
            return SafeString("")
        words = element("span", {}, "；".join(self.errors))
        attrs = {"class": "err", "id": f"{self.id}-e"}
        return element("p", attrs, glue(icon("alert-triangle"), words))

    def field(self, control: SafeString) -> SafeString:
        """A labelled control."""
        label = element("label", {"for": self.id}, self.label_words)
        inside = glue(label, self.hint_line, self.error_line, control)
        return element("div", {"class": self.classes}, inside)

    def group(self, choices: SafeString, *, boxed: bool) -> SafeString:
        """A fieldset of choices, on which an error summary can put the focus."""
        legend = element("legend", {}, self.label_words)
        box = element("div", {"class": "choices boxed" if boxed else "choices"}, choices)
        attrs = {"class": self.classes, "id": self.id, "tabindex": "-1"}
        described = {"aria-describedby": self.described_by}
        inside = glue(legend, self.hint_line, self.error_line, box)
        return element("fieldset", attrs | described, inside)
