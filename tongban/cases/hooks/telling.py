"""Owing an event to the hooks that want it, in the transaction that keeps the event."""

from tongban.basics import prepared
from tongban.cases import happenings
from tongban.cases.hooks.happened import BY_KIND
from tongban.cases.hooks.models import Hook, Push
from tongban.cases.models import Case
from tongban.record.chains import Event


def _anybody_wants(kind: str) -> bool:
    """Whether any hook at all is to be called for events of a kind."""
    ((is_wanted,),) = prepared.rows(_WANTED, {"event": BY_KIND[kind]})
    return bool(is_wanted)


_WANTED = "SELECT EXISTS (SELECT FROM cases_hook WHERE events @> ARRAY[%(event)s::varchar])"


@happenings.on(*BY_KIND, wants=_anybody_wants)
def on_event(case: Case, event: Event) -> None:
    """Owe an event to the systems of the case's two offices; kept again, it is owed once.

    The deciding office hears of a case when it has reached it, as its officers see it.
    """
    wanted = BY_KIND[event.kind]
    offices = {case.receiver_authority} - {""}
    if case.arrived_at is not None:
        offices.add(case.decider_authority)
    hooks = Hook.objects.filter(
        client__authority__in=offices, client__is_active=True, events__contains=[wanted]
    )
    Push.objects.bulk_create(
        [
            Push(
                hook_id=hook,
                number=case.number,
                seq=event.seq,
                event=wanted,
                state=case.state,
                at=event.at,
                next_at=event.at,
            )
            for hook in hooks.values_list("pk", flat=True)
        ],
        ignore_conflicts=True,
    )
