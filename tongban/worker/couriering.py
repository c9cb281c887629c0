"""Couriering: orders that wait are placed, and couriers are asked where parcels are."""

from django.utils.timezone import now

from tongban.delivery import ordering
from tongban.worker.looking import Looking


class Couriering(Looking):
    """Works while the broker is away as well: a courier is another network."""

    SECONDS = 10.0

    async def look(self) -> tuple[int, int]:
        """One look; gives how many orders were placed, and how much was new."""
        placed = await self._hands.run(_place)
        return placed, await self._hands.run(_ask)


def _place() -> int:
    return ordering.place_due(at=now())


def _ask() -> int:
    return ordering.ask_for_news(at=now())
