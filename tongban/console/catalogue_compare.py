"""`./run catalogue differences|compare|guide|worklist`: places beside the standard and each other."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tongban.console.exits import Exit

if TYPE_CHECKING:
    from tongban.api.guides import GuideOut
    from tongban.catalogue.comparison import Comparison, Standing

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。 As JSON, for a machine.")]
Item = Annotated[str, typer.Option(help="事项编码，例如 2020-2-06。 The code of an item.")]
On = Annotated[str, typer.Option(help="哪一天，默认今天。 The day, today by default.")]
Province = Annotated[str, typer.Option(help="省，例如 35 或 350000。 A province.")]


def mount(app: typer.Typer) -> None:
    """Give the noun these commands."""
    app.command(
        help="一个地方和全国标准有什么不同。 How a place differs from the national standard."
    )(differences)
    app.command(help="全国清单和一个省的清单对照。 The national lists beside a province's.")(
        compare
    )
    app.command(help="两地之间的办事指南。 The guide of an item for two places.")(guide)
    app.command(
        help="一个省要处理的差异和毛病，最要紧的在前。 What a province has to mend, worst first."
    )(worklist)


def differences(
    item: Item,
    place: Annotated[str, typer.Option(help="六位行政区划代码。 A division of six digits.")],
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """Each difference with its kind and ground; code 1 when one contradicts the standard."""
    from tongban.api.differences import difference_out
    from tongban.catalogue import conformance
    from tongban.catalogue.conformance import Kind

    found = conformance.differences(item, place=place, on=_day(on))
    if as_json:
        _print([difference_out(one).model_dump(mode="json") for one in found])
    else:
        _say(f"{one.kind.label}  {one.section_name}  {one.sentence}" for one in found)
        print(f"{len(found)} 处不同 differences")
    is_bad = any(one.kind == Kind.CONTRADICTORY for one in found)
    raise typer.Exit(Exit.REFUSED if is_bad else Exit.DONE)


def compare(province: Province, on: On = "", as_json: AsJson = False) -> None:
    """What is listed, absent, renamed or added, and what nobody knows."""
    from tongban.catalogue import comparison

    found = comparison.compare(province, on=_day(on))
    if as_json:
        _print(_comparison(found))
        return
    for standing, count in found.standings.items():
        print(f"{standing.label} {standing.value}: {count}")
    for carried, count in found.carried.items():
        print(f"{carried.label} {carried.value}: {count}")
    _say(
        f"  改名 renamed {row.item.code} {row.item.name} → {row.local_name}"
        for row in found.renamed
    )
    _say(f"  {words}。" for words in found.why)


def _comparison(found: "Comparison") -> dict[str, Any]:
    return {
        "province": found.province,
        "document": found.document.key if found.document else None,
        "standings": {standing.value: n for standing, n in found.standings.items()},
        "carried": {carried.value: n for carried, n in found.carried.items()},
        "by_lead": _tally(found.by_lead()),
        "by_mode": _tally(found.by_mode()),
        "by_deadline": _tally(found.by_deadline()),
        "gaps": [
            {"batch": str(gap.batch), "declared": gap.declared, "known": gap.known}
            for gap in found.gaps
        ],
        "why": list(found.why),
        "items": [
            {
                "item": row.item.code,
                "name": row.item.name,
                "standing": row.standing.value,
                "carried": row.carried.value,
                "local_name": row.local_name,
                "form": row.form,
                "modes": list(row.modes),
                "deadline": row.deadline,
            }
            for row in found.rows
        ],
    }


def _tally(counted: "dict[str, Counter[Standing]]") -> dict[str, dict[str, int]]:
    return {
        name: {standing.value: n for standing, n in counts.items()}
        for name, counts in counted.items()
    }


def guide(
    item: Item,
    here: Annotated[str, typer.Option(help="在哪里申请。 Where one applies.")],
    there: Annotated[str, typer.Option(help="由哪里办理。 Which place decides.")],
    on: On = "",
    answer: Annotated[
        list[str] | None,
        typer.Option(help="情形问题的回答，写成 问题:选项。 An answer, question:option."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """All that the page says; with --answer also what that situation needs. Code 1: not open."""
    from tongban.api import guides as api
    from tongban.basics.refusals import FieldsRefused
    from tongban.catalogue import guides

    found = guides.guide(item, here=here, there=there, on=_day(on))
    try:
        facts = api.guide_out(found, api.answers_of(answer or []))
    except FieldsRefused as refused:
        said = (words for each in refused.errors.values() for words in each)
        raise typer.BadParameter("；".join(said), param_hint="--answer") from refused
    if as_json:
        _print(facts.model_dump(mode="json"))
    else:
        _say(_guide(facts))
    raise typer.Exit(Exit.DONE if found.found.is_open else Exit.REFUSED)


def _guide(facts: "GuideOut") -> Iterable[str]:
    yield f"{facts.name}：{facts.here.name} → {facts.there.name}"
    yield facts.availability.reason
    names = {one.spec: one for one in facts.version.materials} if facts.version else {}
    if facts.situation:
        for spec in facts.situation.asked:
            required = "必交" if names[spec].is_required else "可以不交"
            default = "" if names[spec].basis else f"（{facts.default_note}）"
            yield f"  材料 {names[spec].name}，{required}{default}"
        for one in facts.situation.unsettled:
            yield f"  看情形 {names[one.spec].name}：{'、'.join(one.waits_for)}"
        if question := facts.situation.next:
            options = "、".join(
                f"{question.key}:{one.value} {one.label}" for one in question.options
            )
            yield f"  请回答 {question.label} --answer {options}"
    for term in facts.terms:
        yield f"  {term.key} {term.limit.days} 个工作日，最迟 {term.last_day}"
    for difference in facts.differences:
        yield f"  {difference.plain}"
    for ground in facts.bases:
        yield f"  依据 {ground.title} {ground.place}"


def worklist(
    province: Province,
    on: On = "",
    everything: Annotated[
        bool, typer.Option("--all", help="连更便利的也列出。 Also what is only to be known.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="最多几条。 At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Differences from the standard and faults of the place's own lists, in one order."""
    from tongban.catalogue import worklist as lists

    kinds = tuple(lists.Urgency) if everything else lists.TO_DO
    found = lists.worklist(province, on=_day(on), kinds=kinds, limit=limit)
    if as_json:
        _print(
            {
                "total": found.total,
                "counts": {kind.value: n for kind, n in found.counts.items()},
                "tasks": [
                    {
                        "key": one.key, "item": one.item.code, "place": one.place,
                        "urgency": one.urgency.value, "origin": one.origin, "code": one.code,
                        "section": one.section, "sentence": one.sentence, "mend": one.mend,
                    }
                    for one in found.tasks
                ],
            }
        )  # fmt: skip
        return
    _say(
        f"{one.urgency.label}  {one.item.code} {one.item.name}  {one.place_name}  {one.sentence}"
        for one in found.tasks
    )
    print(f"{found.total} 条 tasks")


def _day(on: str) -> date:
    from django.utils.timezone import localdate

    try:
        return date.fromisoformat(on) if on else localdate()
    except ValueError as error:
        raise typer.BadParameter(f"{on}：日期写成 2026-11-23。 A date like 2026-11-23.") from error


def _print(facts: Any) -> None:
    print(json.dumps(facts, ensure_ascii=False, indent=2))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
