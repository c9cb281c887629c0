"""Loading roll-outs, agreements, duties to report and roles of authorities."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models

from tongban.catalogue.models import Agreement, Item, ProvinceRole, ReportDuty, RollOut

# For the test that compares each row with the line it names; the tables do not keep it.
_FOR_THE_TEST = {"read_in", "quotes", "more_lines"}


def load_rollouts(content: Mapping[str, Any], roles: Sequence[Mapping[str, Any]] = ()) -> None:
    """Bring roll-outs, agreements, duties and roles to what the shipped files say.

    Rows that the files no longer hold go, those that the hub published stay (their keys begin with
    `hub-`). Items are codes, 2020-1-* for a batch, !code for all but this one; an item that is not
    there is a fault of the file (`KeyError`).
    """
    codes = list(Item.objects.values_list("code", flat=True))
    rows = content["rollouts"]
    _put(RollOut, (RollOut(**_columns(one, drop={"items"})) for one in rows))
    _join(
        RollOut.items.through,
        ("rollout_id", "item_id"),
        {one["key"]: expand(one.get("items", ()), codes) for one in rows},
    )
    agreements = content["agreements"]
    _put(Agreement, (Agreement(**_columns(one, drop={"rollouts"})) for one in agreements))
    _join(
        Agreement.rollouts.through,
        ("agreement_id", "rollout_id"),
        {one["key"]: one["rollouts"] for one in agreements},
    )
    _put(ReportDuty, (ReportDuty(**_columns(one)) for one in content["duties"]))
    ProvinceRole.objects.all().delete()
    ProvinceRole.objects.bulk_create(
        ProvinceRole(**{**_columns(one, drop={"item"}), "item_id": one["item"] or None})
        for one in roles
    )


def expand(asked: Iterable[str], codes: Sequence[str]) -> list[str]:
    """The codes that a list of codes, batches and exceptions means, in the order of the lists."""
    wanted = set(asked)
    missing = {one.lstrip("!") for one in wanted if not one.endswith("*")} - set(codes)
    if missing:
        raise KeyError(f"no such item: {', '.join(sorted(missing))}")
    batches = tuple(one.removesuffix("*") for one in wanted if one.endswith("*"))
    return [
        code
        for code in codes
        if f"!{code}" not in wanted and (code in wanted or (batches and code.startswith(batches)))
    ]


def _columns(one: Mapping[str, Any], *, drop: set[str] | frozenset[str] = frozenset()) -> Any:
    """What the file says as columns of the table."""
    kept = {name: value for name, value in one.items() if name not in _FOR_THE_TEST | drop}
    kept["document_id"] = kept.pop("document")
    return kept


def _put(model: type[models.Model], rows: Iterable[Any]) -> None:
    """Insert or update by key, and let go of the shipped rows that are no more."""
    kept = list(rows)
    columns = [one.name for one in model._meta.concrete_fields if not one.primary_key]
    manager = model._default_manager
    manager.exclude(pk__in=[row.pk for row in kept]).exclude(pk__startswith="hub-").delete()
    manager.bulk_create(kept, update_conflicts=True, unique_fields=["key"], update_fields=columns)


def _join(
    through: type[models.Model], names: tuple[str, str], wanted: Mapping[str, Sequence[str]]
) -> None:
    """Write which rows belong together, for the rows of the file alone."""
    one, other = names
    through._default_manager.filter(**{f"{one}__in": list(wanted)}).delete()
    through._default_manager.bulk_create(
        through(**{one: key, other: value}) for key, values in wanted.items() for value in values
    )
