"""The tables of the catalogue, by subject."""

from tongban.catalogue.models.changes import Change
from tongban.catalogue.models.documents import DocumentRelation, PolicyDocument
from tongban.catalogue.models.drafts import Draft, SentBack
from tongban.catalogue.models.implementations import (
    Implementation,
    ImplementationVersion,
    Level,
)
from tongban.catalogue.models.items import (
    Batch,
    Item,
    ItemList,
    ItemSource,
    ItemVersion,
    Loaded,
    Mode,
    SourceState,
    Subject,
)
from tongban.catalogue.models.publications import Publication, Told
from tongban.catalogue.models.renewal import (
    ItemChange,
    PreparedRenewal,
    ProvinceRole,
    ReportDuty,
)
from tongban.catalogue.models.rollouts import Agreement, RollOut

__all__ = [
    "Agreement",
    "Batch",
    "Change",
    "DocumentRelation",
    "Draft",
    "Implementation",
    "ImplementationVersion",
    "Item",
    "ItemChange",
    "ItemList",
    "ItemSource",
    "ItemVersion",
    "Level",
    "Loaded",
    "Mode",
    "PolicyDocument",
    "PreparedRenewal",
    "ProvinceRole",
    "Publication",
    "ReportDuty",
    "RollOut",
    "SentBack",
    "SourceState",
    "Subject",
    "Told",
]
