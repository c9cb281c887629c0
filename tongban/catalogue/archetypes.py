"""The default version of every item that has none of its own, made from archetypes.

No guide of these items has been published to us. `data/archetypes` says how a kind of matter is
usually done, `data/archetype_of.json` which kind each item is and what is its own: words, questions,
materials, the place that decides. What comes out is a whole version, marked by `archetype`; only
what a document states carries a basis, all else waits for the lead unit. The same files make the
same versions, on every node.

A version once published stays. Who changes the files after a release first keeps the old result
under `data/versions` and gives the item a higher `number` and a later `from_day`; a test holds the
digests of what has been published.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tongban.catalogue import formparts
from tongban.catalogue.formparts import Parts

_WORD = re.compile(r"\{([a-z_]+)\}")
_LICENSING_LAW = "《行政许可法》"
_PERMIT = "01"

# The places of a list's rows in other words: the fund centre's 缴存地 is an office's 缴存地.
_PLACES = {"住房公积金缴存地": "缴存地", "贷款发放地": "贷款地"}
_VISITS = {
    "ONLINE": (0, ""),
    "RECEIVED_FOR": (1, "到收件地专窗核对身份、交材料"),
    "JOINT": (0, ""),
    "ANYWHERE": (1, "到您选的{organ}核对身份"),
    "PRECHECK_MAIL": (0, ""),
    "ON_SITE": (1, "要本人到场办理"),
}
_RECEIVE = {
    "days": 1,
    "kind": "service",
    "basis": "",
    "note": "收件窗口核对后移交的服务时限",
}
_ACCEPT_NOTE = "参照《行政许可法》第三十二条：5日内一次告知要补的全部内容，逾期不告知的视为受理"


# All that a default version depends on, as files and folders within `data`.
FILES = ("items.json", "documents.json", "archetype_of.json", "archetypes/", "common/")


class ArchetypeBroken(ValueError):
    """An item cannot be made from its archetype: a word is missing, or a part is not there."""


@dataclass(frozen=True)
class Library:
    """All that versions are made of."""

    parts: Parts
    archetypes: Mapping[str, Mapping[str, Any]]
    assigned: Mapping[str, Mapping[str, Any]]
    edition: Mapping[str, Any]


def texts(folder: Path) -> dict[str, str]:
    """The files that default versions are made from, by their path within `folder`."""
    paths = [folder / "archetype_of.json", *sorted((folder / "archetypes").glob("*.json"))]
    found = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}
    return found | formparts.texts(folder)


def library(files: Mapping[str, str]) -> Library:
    """Taken from the texts of the files."""
    assigned = json.loads(files["archetype_of.json"])
    archetypes = {
        Path(name).stem: json.loads(text)
        for name, text in files.items()
        if name.startswith("archetypes/")
    }
    return Library(Parts.load(files), archetypes, assigned["items"], assigned["edition"])


@cache
def names(folder: Path) -> Mapping[str, str]:
    """What each archetype is called on pages, by its key."""
    return {key: str(one["name"]) for key, one in library(texts(folder)).archetypes.items()}


def build(
    library: Library,
    items: Iterable[Mapping[str, Any]],
    documents: Mapping[str, str],
    *,
    without: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """The default version of each of these items, as its content.

    `items` as data/items.json has them, `documents` the short title of each document; items in
    `without` have their own. Refused: ArchetypeBroken with the item's code.
    """
    own = set(without)
    return [
        content_of(item, library, documents=documents) for item in items if item["code"] not in own
    ]


def content_of(
    item: Mapping[str, Any], library: Library, *, documents: Mapping[str, str]
) -> dict[str, Any]:
    """The default version of one item. Refused: ArchetypeBroken."""
    assigned = library.assigned.get(item["code"])
    if assigned is None:
        raise ArchetypeBroken(f"{item['code']} has no archetype")
    try:
        return _Maker(item, assigned, library, documents).content()
    except (KeyError, formparts.PartUnknown) as error:
        raise ArchetypeBroken(f"{item['code']}: {error}") from error


class _Maker:
    """Makes the version of one item; what the item says comes before what its archetype says."""

    def __init__(
        self,
        item: Mapping[str, Any],
        assigned: Mapping[str, Any],
        library: Library,
        documents: Mapping[str, str],
    ) -> None:
        self.item = item
        self.own = assigned
        self.archetype = library.archetypes[assigned["archetype"]]
        self.edition = library.edition
        self.source = item["source"]
        self.row = (
            f"{documents[self.source['document']]}{self.source['part']}第{self.source['row']}项"
        )
        self.kinds = list(item["subjects"])
        self.lead = library.parts.leads[item["lead"]]
        self.place, self.is_place_stated = self._place()
        self.asks_place = library.parts.places[self.place]
        self.parts = _asking(library.parts, self.asks_place)
        self.codes = {
            "catalog_code": "",
            **self.archetype["codes"],
            **assigned.get("codes", {}),
        }
        self.is_permit = bool(
            self.archetype.get("is_permit") and self.codes["item_type"] == _PERMIT
        )
        self.words = self._words()

    def content(self) -> dict[str, Any]:
        """The whole version, with every word filled in."""
        modes = self._modes()
        sentence = [{"text": self._listed(), "basis": self.row}]
        if self.is_permit:
            law = {"text": "《中华人民共和国行政许可法》", "basis": f"{_LICENSING_LAW}第三十二条"}
            sentence.append(law)
        content = {
            "item": self.item["code"],
            "number": self.own.get("number", self.edition["number"]),
            "from_day": self.own.get("from_day", self.edition["from_day"]),
            "archetype": self.own["archetype"],
            "applicant_kinds": self.kinds,
            "modes": modes,
            "department": self.own.get("department", self.lead["department"]),
            "decided_level": "city",
            "codes": self.codes,
            "legal_basis": sentence,
            "competence": self._competence(),
            "limits": self._limits(),
            "visits": {rule["mode"]: self._visits(rule["mode"]) for rule in modes},
            "fee": {**self.own.get("fee", self.archetype["fee"]), "basis": ""},
            "conditions": self._sentences("conditions"),
            "not_for": self._sentences("not_for"),
            "form": formparts.form(self._pages(), self.parts),
            "materials": formparts.materials(self._materials(), self.parts),
            "process": list(self._process()),
            "special_procedures": self.archetype["special_procedures"] if self.is_permit else [],
            "responsibility": self._responsibility(),
            "result": self._result(),
            "consultation": self.own.get("line", self.lead["line"]),
            "contact": {"consult": "", "complain": "", "liaison": ""},
            "questions": self._listed_first("questions"),
            "grounds": [self._ground()],
        }
        if "joint" in self.own:
            content["joint"] = self.own["joint"]
        filled: dict[str, Any] = _filled(content, self.words)
        return filled

    def _place(self) -> tuple[str, bool]:
        """The kind of place that decides, and whether the item's row says so."""
        facts = self.item["facts"]
        said = facts["decides"] or {"place": "", "stated": False}
        named = _PLACES.get(said["place"], said["place"])
        place = self.own.get("place", named)
        return place, bool(said["stated"] and place == named)

    def _words(self) -> dict[str, str]:
        name = re.sub(r"（[^）]*）", "", self.item["name"])
        own = self.own.get("words", {})
        words = {
            "matter": name,
            "place": self.place,
            "organ": own.get("organ", self.lead["organ"]),
            "thing": self.own["thing"],
            "thing_held": self.own["thing"],
            "row": self.row,
            "days": str(self.own.get("decide", self.archetype["decide"])["days"]),
            **self.archetype.get("words", {}),
            **own,
        }
        # Words may speak of the place and the organ, so they are filled in first.
        return {key: _filled(value, words) for key, value in words.items()}

    def _listed(self) -> str:
        if self.item["list"] == "2022":
            return f"列入《国务院办公厅关于扩大政务服务“跨省通办”范围进一步提升服务效能的意见》（{self.row}）"
        return (
            "列入国办发〔2020〕35号的“跨省通办”事项清单"
            f"（第{self.item['batch']}批，据{self.row}转列）"
        )

    def _ground(self) -> dict[str, str]:
        said = self.source["form"] or self.source["deadline"] or "列入清单"
        where = f"{self.source['part']}第{self.source['row']}项"
        return {"document": self.source["document"], "place": where, "says": said}

    def _modes(self) -> list[dict[str, str]]:
        """The ways that the item's own row states, and those that we add to it."""
        province = self.source["province"]
        stated = [
            {"mode": mode, "basis": self.row, "province": province} for mode in self.source["modes"]
        ]
        # What we add is a default of the platform, and stands behind what a document says.
        added = [mode for mode in self.own.get("modes", []) if mode not in self.source["modes"]]
        return [*stated, *({"mode": mode, "basis": "", "province": ""} for mode in added)]

    def _visits(self, mode: str) -> dict[str, Any]:
        times, why = _VISITS[mode]
        in_person = self.item["facts"]["in_person"]
        if in_person and times:
            why = f"本人到当地{{organ}}{in_person}"
        return {"times": times, "why": why, "basis": self.row if in_person and times else ""}

    def _competence(self) -> dict[str, str]:
        asked = self.asks_place
        return {
            "place": self.place,
            "field": asked["field"],
            "question": asked["question"],
            "explain": self.own.get("explain", asked["explain"]),
            "basis": self.row if self.is_place_stated else "",
        }

    def _limits(self) -> dict[str, Any]:
        given = self.own.get("decide", self.archetype["decide"])
        days = given["days"]
        law = {"kind": "legal", "basis": f"{_LICENSING_LAW}第四十二条"}
        said = "法律、行政法规另有规定的，按其规定"
        accept = {"days": 1 if days == 1 else 5, "kind": "promised", "basis": "", "note": ""}
        if self.is_permit:
            accept |= {"kind": "legal", "basis": f"{_LICENSING_LAW}第三十二条", "days": 5}
        elif days > 1:
            accept["note"] = _ACCEPT_NOTE
        decide = {"days": days, "kind": "promised", "basis": "", "note": given["note"]}
        found: dict[str, Any] = {"receive": dict(_RECEIVE), "accept": accept, "decide": decide}
        if self.is_permit:
            if not given["note"]:
                decide |= {**law, "note": said}
            found["legal"] = {"days": 20, "unit": "workday", **law, "note": said}
        return found

    def _sentences(self, section: str) -> list[dict[str, str]]:
        return [
            {"text": one["text"], "basis": one["basis"]}
            for one in self._listed_first(section, archetype_first=True)
            if one.get("only") in {None, *self.kinds}
        ]

    def _listed_first(self, section: str, *, archetype_first: bool = False) -> list[Any]:
        """The item's own and the archetype's; the item's alone where it stands instead."""
        own = list(self.own.get(section, []))
        if section in self.own.get("instead", []):
            return own
        given = list(self.archetype[section])
        return [*given, *own] if archetype_first else [*own, *given]

    def _pages(self) -> list[dict[str, Any]]:
        """The item's pages take the place of the archetype's empty one, or stand after its others.

        The place that decides is asked first of all, wherever nobody else asks for it.
        """
        own = list(self.own.get("steps", []))
        given = self.archetype["form"]
        if "steps" in self.own.get("instead", []):
            pages = own
        else:
            kept = [page for page in given["steps"] if page["fields"]]
            pages = [*kept, *own]
        field = self.asks_place["field"]
        asked = {formparts.Named.read(one).key for page in pages for one in page["fields"]}
        if field not in asked:
            hint = self.own.get("explain", self.asks_place["explain"])
            pages = [{"title": "由哪里办理", "hint": hint, "fields": [field]}, *pages]
        common = [one for one in given["$common"] if one not in self.own.get("without", [])]
        whole = {"steps": pages, "$common": common}
        return formparts.expand(whole, self.parts, kinds=self.kinds)

    def _materials(self) -> list[str]:
        named = [self._identity(one) for one in self.archetype["materials"]]
        pages = self._pages()
        for page in self.archetype["form"]["$common"]:
            part = self.parts.pages[page]
            if any(page_made.get("fields") == part["fields"] for page_made in pages):
                named += part.get("materials", [])
        for one in self.own.get("materials", []):
            key = formparts.Named.read(one.removeprefix("-")).key
            named = [other for other in named if formparts.Named.read(other).key != key]
            if not one.startswith("-"):
                named.append(one)
        return _common_last(named)

    def _identity(self, name: str) -> str:
        if name != "$identity":
            return name
        if len(self.kinds) > 1:
            return "identity-proof"
        return "id-card" if self.kinds == ["person"] else "business-licence"

    def _process(self) -> Iterator[dict[str, Any]]:
        for step in self.own.get("process", self.archetype["process"]):
            only = step.get("only_mode")
            if only is None or only in self.source["modes"]:
                law = step["basis"].startswith(_LICENSING_LAW) and not self.is_permit
                made = {key: value for key, value in step.items() if key != "only_mode"}
                yield {**made, "basis": "" if law else step["basis"]}

    def _responsibility(self) -> dict[str, Any]:
        """Where no window takes papers in, the receiving place only helps."""
        given = self.archetype["responsibility"]
        takes_in = "RECEIVED_FOR" in self.source["modes"]
        receiving = given["receiving"] if takes_in else given.get("helping", given["receiving"])
        return {"receiving": receiving, "deciding": given["deciding"]}

    def _result(self) -> dict[str, Any]:
        given = {**self.archetype["result"], **self.own.get("result", {})}
        sample = "{thing}：写明申请人、办理事项、办理机关和日期，有{organ}的印章。以办理机关实际出具的为准。"
        return {**given, "sample": sample, "basis": ""}


def _asking(parts: Parts, place: Mapping[str, str]) -> Parts:
    """The parts with the field that names the place that decides, in that place's own words."""
    field = {"title": place["title"], "format": "division"}
    field |= {key: place[key] for key in ("hint", "prefill") if place.get(key)}
    return replace(parts, fields={**parts.fields, place["field"]: field})


def _common_last(names: Sequence[str]) -> list[str]:
    """Papers of whoever comes in another's place stand at the end of the list."""
    last = ("agent-mandate", "agent-id-card", "handler-mandate", "handler-id-card")
    return sorted(names, key=lambda name: formparts.Named.read(name).key in last)


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """The value with `{word}` replaced in all its strings; a word that is missing is a KeyError."""
    if isinstance(value, str):
        return _WORD.sub(lambda found: words[found[1]], value)
    if isinstance(value, Mapping):
        return {key: _filled(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, words) for one in value]
    return value
