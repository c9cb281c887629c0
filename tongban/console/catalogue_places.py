"""`./run catalogue availability | rollouts | documents`: where items are open, and who says so."""

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongban.console.exits import Exit

if TYPE_CHECKING:
    from tongban.catalogue.models import PolicyDocument
    from tongban.catalogue.openings import Opening
    from tongban.catalogue.queries import Availability, Listed

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
On = Annotated[
    str, typer.Option("--on", help="按哪一天的规定判断，默认今天。 The day, today by default.")
]
Item = Annotated[str, typer.Option("--item", help="事项编码，例如 2020-2-06。 An item's code.")]
_PLACE = "六位行政区划代码。 Six digits."

VERDICTS = {
    "yes": "能跨地区办 open",
    "no": "不能 not open",
    "on-site": "只能到现场 on the spot only",
    "not-yet": "还没到日子 not yet",
}


def mount(app: typer.Typer) -> None:
    """Give the noun these commands."""
    app.command(
        help="这几个地方之间能不能办，依据是什么。 Whether it can be done between places, and why."
    )(availability)
    app.command(help="哪里从哪天起开通了什么。 Where what is open, since when.")(rollouts)
    app.command(help="政策文件和它们的关系。 The policy documents and how they hang together.")(
        documents
    )


def availability(
    item: Item,
    applicant: Annotated[str, typer.Option("--applicant", help=f"申请人所在地，{_PLACE}")],
    deciding: Annotated[str, typer.Option("--deciding", help=f"办理地，{_PLACE}")],
    receiving: Annotated[
        str, typer.Option("--receiving", help=f"收件地，不写就是申请人所在地，{_PLACE}")
    ] = "",
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """What the documents say, what can be filed here, and what instead; code 1 when it cannot."""
    from tongban.catalogue import queries

    day = _day(on)
    found = queries.availability(item, here=applicant, there=deciding, receiving=receiving, on=day)
    facts = {
        "item": item,
        "name": queries.item(item).name,
        "on": day.isoformat(),
        "applicant": applicant,
        "receiving": receiving or applicant,
        "deciding": deciding,
        **_answer(found),
    }
    if as_json:
        _print(facts)
    else:
        _say_answer(facts)
    raise typer.Exit(Exit.DONE if found.is_open else Exit.REFUSED)


def _answer(found: "Availability") -> dict[str, Any]:
    from tongban.catalogue import queries

    ruling = found.ruling
    limits = found.limits
    return {
        "verdict": ruling.verdict,
        "kind": found.kind,
        "reason": found.reason,
        "modes_said": list(ruling.modes),
        "modes": list(found.modes),
        "begins": found.begins.isoformat() if found.begins else None,
        "limits": {
            name: {"working_days": one.days, "kind": one.kind, "basis": one.basis}
            for name, one in (
                (("receive", limits.receive), ("accept", limits.accept), ("decide", limits.decide))
                if limits
                else ()
            )
        },
        "decides": {
            "place": found.decides,
            "name": queries.place(found.decides).full_name,
            "by": found.decides_kind,
        },
        "rests_on": _rests_on(ruling.opening),
        "grounds": [
            {
                "document": ground.document,
                "title": queries.document(ground.document).short_title,
                "place": ground.place,
                "says": ground.says,
            }
            for ground in found.grounds
        ],
        "notes": list(found.notes),
        "is_default": found.is_default,
        "instead": (
            {
                "text": found.instead.text,
                "action": found.instead.action,
                "item": found.instead.item,
                "places": list(found.instead.places),
            }
            if found.instead
            else None
        ),
    }


def _rests_on(opening: "Opening | None") -> dict[str, Any] | None:
    """The roll-out or row that the ruling rests on, with the line of the text that was read."""
    from tongban.catalogue import queries

    if opening is None:
        return None
    document = queries.document(opening.document)
    return {
        "rollout": opening.key,
        "name": opening.name,
        "document": opening.document,
        "title": document.short_title,
        "kind": document.get_kind_display(),
        "place": opening.place,
        "line": opening.line,
        "from_day": opening.from_day.isoformat(),
        "precision": opening.precision,
        "says": opening.sentence,
    }


def _say_answer(facts: dict[str, Any]) -> None:
    print(f"{facts['item']} {facts['name']}，{facts['on']}")
    print(f"按文件 By the documents: {VERDICTS[facts['verdict']]}")
    print(f"{facts['reason']}")
    for label, value in (
        ("文件写的办法 Modes said", "、".join(facts["modes_said"])),
        ("本平台可以提交 Filed here", "、".join(facts["modes"])),
        ("开始日 Begins", facts["begins"]),
        ("谁决定 Decides", f"{facts['decides']['name']} {facts['decides']['by']}".strip()),
        ("时限 Limits", _limits(facts["limits"])),
        ("改办 Instead", facts["instead"]["text"] if facts["instead"] else ""),
    ):
        if value:
            print(f"{label}: {value}")
    if rests := facts["rests_on"]:
        print(
            f"依据 Rests on: {rests['title']} {rests['place']}"
            f"（{rests['kind']}，原文第{rests['line']}行 line {rests['line']}）：{rests['says']}"
        )
    for ground in facts["grounds"]:
        print(f"  {ground['title']} {ground['place']} {ground['says']}".rstrip())
    for note in facts["notes"]:
        print(f"注意 Note: {note}")


def _limits(limits: dict[str, Any]) -> str:
    from tongban.catalogue.versions import limit_words

    return "，".join(
        f"{name} {limit_words(one['working_days'])}（{one['basis'] or '平台默认值，待牵头单位确认'}）"
        for name, one in limits.items()
    )


def rollouts(
    item: Item = "",
    place: Annotated[str, typer.Option("--place", help=f"只看一个地方的，{_PLACE}")] = "",
    on: Annotated[
        str, typer.Option("--on", help="只看那天有效的。 Only what holds on that day.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """The roll-outs, the earliest first, and how much of them no text names."""
    from tongban.catalogue import queries

    if item:
        queries.item(item)
    found = queries.rollouts(item=item, place=place, on=_day(on) if on else None)
    rows = [_rollout(one) for one in found]
    if as_json:
        _print({"total": len(rows), "rollouts": rows})
        return
    for row in rows:
        print(f"{row['from_day'] or '没有写日期 no day':<12} {row['name']}  {row['says']}")
        unknown = [
            f"{row['unknown_members']}个地方没有列名" if row["unknown_members"] else "",
            f"{row['unknown_items']}项没有列名" if row["unknown_items"] else "",
            row["note"],
        ]
        print(f"{'':<12} {row['title']} {row['place']} 第{row['line']}行", *filter(None, unknown))
    print(f"{len(rows)} 条 roll-outs")


def _rollout(listed: "Listed") -> dict[str, Any]:
    row = listed.rollout
    return {
        "key": row.key,
        "kind": row.kind,
        "name": row.name,
        "from_day": row.from_day.isoformat() if row.from_day else None,
        "precision": row.precision,
        "until": row.until.isoformat() if row.until else None,
        "items": [one.code for one in listed.items],
        "item_words": row.item_words,
        "declared_items": row.declared_items,
        "unknown_items": listed.unknown_items,
        "members": list(listed.members),
        "pairs": row.pairs,
        "is_mutual": row.is_mutual,
        "declared": row.declared,
        "members_known": row.members_known,
        "unknown_members": listed.unknown_members,
        "modes": row.modes,
        "limit_days": row.limit_days,
        "is_start_of_system": row.is_start_of_system,
        "document": row.document_id,
        "title": _title(row.document_id),
        "place": row.place,
        "line": row.line,
        "says": row.sentence,
        "note": row.note,
    }


def _title(document: str) -> str:
    from tongban.catalogue import queries

    return queries.document(document).short_title


def documents(as_json: AsJson = False) -> None:
    """The documents, the oldest first; what no text states is said to be unknown."""
    from tongban.catalogue import queries

    rows = [_document(one) for one in queries.documents()]
    if as_json:
        _print({"total": len(rows), "documents": rows})
        return
    for row in rows:
        number = row["number"] or "没有写文号 no number"
        print(f"{row['issued_on'] or '没有写日期 no day':<12} {row['title']}（{number}）")
        print(f"{'':<12} {row['key']}，{row['kind_name']}，{row['issuer'] or '没有写发文机关'}")
        for relation in row["relations"]:
            print(f"{'':<12} {relation['kind']} {relation['title']}，第{relation['line']}行")
    print(f"{len(rows)} 份 documents")


def _document(row: "PolicyDocument") -> dict[str, Any]:
    from tongban.catalogue import queries

    return {
        "key": row.key,
        "kind": row.kind,
        "kind_name": row.get_kind_display(),
        "number": row.number,
        "title": row.title,
        "issuer": row.issuer,
        "issued_on": row.issued_on.isoformat() if row.issued_on else None,
        "precision": row.precision,
        "province": row.province,
        "text_digest": row.text_digest,
        "text_lines": row.text_lines,
        "stated_in": row.stated_in,
        "note": row.note,
        "relations": [
            {
                "kind": one.get_kind_display(),
                "document": one.other_id,
                "title": one.other.short_title,
                "line": one.line,
            }
            for one in queries.relations(row.key)
            if one.document_id == row.key
        ],
    }


def _day(text: str) -> date:
    from django.utils.timezone import localdate

    try:
        return date.fromisoformat(text) if text else localdate()
    except ValueError as error:
        raise typer.BadParameter(
            f"{text}：日期写成 2026-11-23。 A date like 2026-11-23."
        ) from error


def _print(facts: dict[str, Any]) -> None:
    print(json.dumps(facts, ensure_ascii=False, indent=2))
