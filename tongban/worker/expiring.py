"""Clocks that ran out: deemed acceptance, lapses, alarms, names kept long enough; now and then."""

from django.utils.timezone import now

from tongban.cases.inquiries import operations as inquiries
from tongban.cases.operations import alarming, expiring
from tongban.cases.operations.expiring import Done
from tongban.counters import forgetting
from tongban.worker.looking import Looking


class Expiring(Looking):
    """Acts once for every clock that ran out, also after a day of downtime."""

    # Clocks turn with the day; what a look costs is a query when nothing has turned.
    SECONDS = 300.0

    async def look(self) -> Done:
        """One look; gives what was done."""
        return await self._hands.run(_act)


def _act() -> Done:
    inquiries.remind_due(at=now())
    done = expiring.act_on_expired(at=now())
    alarming.escalate_due(at=now())
    forgetting.forget_due(at=now())
    return done
