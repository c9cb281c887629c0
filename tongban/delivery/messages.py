"""What nodes say to each other about parcels besides their chains."""

from typing import Any

from tongban.basics.refusals import Refused

NEWS = "parcel.news.v1"


class NewsRefused(Refused):
    """News of a parcel that its sender has no business with, or that cannot be read."""

    code = "parcel-news-refused"


def news_data(
    *, move: str, at: str, by: dict[str, str], personal: dict[str, str]
) -> dict[str, Any]:
    """What a courier or an office told at the other end of a parcel, for the node with the pen."""
    return {"move": move, "at": at, "by": by, "personal": personal}
