"""The kinds of renewal as tests make them: prepared by somebody else, confirmed by `officer`."""

from tongban.catalogue.models import ItemChange
from tongban.catalogue.operations import renewing
from tongban.catalogue.operations.renewing import NewBatch, Renewal

Kind = ItemChange.Kind
ANOTHER = "another-manager"


def add_item(*, item, under, **by):
    return _renew(Renewal(Kind.ADD, under, after=(item.code,), item=item), **by)


def merge_items(*, codes, into, under, **by):
    return _renew(Renewal(Kind.MERGE, under, tuple(codes), (into,)), **by)


def split_item(*, code, into, under, **by):
    return _renew(Renewal(Kind.SPLIT, under, (code,), tuple(into)), **by)


def rename_item(*, code, name, under, **by):
    return _renew(Renewal(Kind.RENAME, under, (code,), (code,), name), **by)


def retire_item(*, code, under, **by):
    return _renew(Renewal(Kind.RETIRE, under, (code,)), **by)


def open_batch(*, officer, at, **batch):
    return renewing.open_batch(NewBatch(**batch), prepared_by=ANOTHER, officer=officer, at=at)


def _renew(renewal, *, officer, at):
    return renewing.renew(renewal, prepared_by=ANOTHER, officer=officer, at=at)
