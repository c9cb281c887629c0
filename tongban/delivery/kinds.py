"""The two kinds of chain that this domain keeps with other nodes: parcels and choices."""

from collections.abc import Iterable

from django.db.models import Q

from tongban.delivery import casebook, choices, standing
from tongban.delivery.choices import Chosen
from tongban.delivery.models import Choice, Parcel, ParcelSheet
from tongban.delivery.standing import Standing
from tongban.exchange import shared_chains
from tongban.exchange.shared_chains import Kind
from tongban.record.chains import Event


def _parcel_head(number: str) -> Standing | None:
    row = Parcel.objects.select_for_update().filter(pk=number).first()
    return row.standing() if row else None


def _keep_parcel(after: Standing, event: Event) -> None:
    row = Parcel.objects.filter(pk=after.number).first()
    is_new = row is None
    row = row or Parcel(number=after.number)
    row.take(after)
    row.save(force_insert=is_new)
    if is_new:
        ParcelSheet.objects.bulk_create(
            ParcelSheet(parcel=row, **{name: getattr(sheet, name) for name in sheet.__slots__})
            for sheet in after.sheets
        )
    else:
        for sheet in after.sheets:
            row.rows.filter(key=sheet.key).exclude(outcome=sheet.outcome).update(
                outcome=sheet.outcome
            )
    casebook.tell(row, event)


def _mend_parcel(after: Standing) -> None:
    """Rows of a parcel and of its papers, exactly as the fold has them; orders to couriers stay."""
    row, _is_new = Parcel.objects.get_or_create(number=after.number, defaults=_columns(after))
    row.take(after)
    row.save()
    row.rows.exclude(key__in=[sheet.key for sheet in after.sheets]).delete()
    for sheet in after.sheets:
        values = {name: getattr(sheet, name) for name in sheet.__slots__ if name != "key"}
        row.rows.update_or_create(key=sheet.key, defaults=values)


def _columns(after: Standing) -> dict[str, object]:
    fresh = Parcel(number=after.number)
    fresh.take(after)
    concrete = Parcel._meta.concrete_fields
    return {one.attname: getattr(fresh, one.attname) for one in concrete if not one.primary_key}


def _choice_head(number: str) -> Chosen | None:
    row = Choice.objects.select_for_update().filter(pk=number).first()
    return chosen_of(row) if row else None


def chosen_of(row: Choice) -> Chosen:
    """The fold that a row holds."""
    plain = {name: getattr(row, name) for name in Chosen.__slots__ if name != "nodes"}
    return Chosen(**plain, nodes=tuple(row.nodes))


def _keep_choice(after: Chosen, _event: Event) -> None:
    values = {name: getattr(after, name) for name in Chosen.__slots__ if name != "number"}
    Choice.objects.update_or_create(
        number=after.number, defaults=values | {"nodes": list(after.nodes)}
    )


def _parcel_nodes(parcel: Standing) -> list[str]:
    return parcel.nodes


def _choice_nodes(chosen: Chosen) -> list[str]:
    return list(chosen.nodes)


def _parcels_with(node: str) -> Iterable[str]:
    rows = Parcel.objects.filter(Q(from_node=node) | Q(to_node=node))
    return rows.values_list("number", flat=True)


def _choices_with(node: str) -> Iterable[str]:
    return Choice.objects.filter(nodes__contains=[node]).values_list("number", flat=True)


PARCEL: Kind[Standing] = shared_chains.register(
    Kind(
        "parcel",
        "p",
        _parcel_head,
        standing.apply,
        _keep_parcel,
        _parcel_nodes,
        mend=_mend_parcel,
        shared_with=_parcels_with,
    )
)
CHOICE: Kind[Chosen] = shared_chains.register(
    Kind(
        "choice of delivery",
        "d",
        _choice_head,
        choices.apply,
        _keep_choice,
        _choice_nodes,
        shared_with=_choices_with,
    )
)
