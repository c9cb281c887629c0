"""What is told of a parcel on its way: by its courier, or by an office that asked."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.delivery import queries, states
from tongban.delivery.couriers import News
from tongban.delivery.models import CourierNews, Parcel
from tongban.delivery.operations import writing
from tongban.delivery.permissions import check_may_move, check_may_prove
from tongban.parties.models import Officer
from tongban.record.chains import Author

_TOLD = {move.name: move for move in states.TOLD}
DUPLICATE = "duplicate"


@transaction.atomic
def take_news(*, courier: str, news: News, at: datetime) -> str:
    """Take what a courier tells of a parcel that this node handed to it.

    Gives written, passed (to the node that holds the pen), late, or duplicate: the same news
    again, by its id, has no second effect. Refused: NotFound for a waybill that is not ours,
    FieldsRefused for news of no kind or bad news without a reason.
    """
    found = Parcel.objects.filter(
        courier=courier, waybill=news.waybill, from_node=settings.NODE_ID
    ).first()
    if found is None or not news.waybill:
        raise NotFound(_("本节点没有这个运单号的包裹"))
    move = _TOLD.get(news.kind)
    if move is None or (move.name in states.WANTS_REASON and not news.reason.strip()):
        raise FieldsRefused({"kind": [_("不认识这种消息，或者缺少原因")]})
    parcel = queries.lock_parcel(found.number)
    if CourierNews.objects.filter(courier=courier, news_id=news.id).exists():
        return DUPLICATE
    effect = "late"
    if move is not states.SIGNED_FOR or parcel.recipient.is_applicant:
        by = Author(settings.NODE_ID, "courier")
        effect = writing.write_told(parcel, move, by=by, at=news.at, personal=_personal(news))
    CourierNews.objects.create(
        courier=courier, news_id=news.id, parcel=parcel, kind=news.kind, at=news.at,
        taken_at=at, effect=effect,
    )  # fmt: skip
    return effect


def _personal(news: News) -> dict[str, str]:
    said = {"where": news.where.strip()[:100], "reason": news.reason.strip()[:300]}
    return {name: words for name, words in said.items() if words}


@transaction.atomic
def register_receipt(
    *, number: str, officer: Officer, signed_by: str, proof: str, at: datetime
) -> str:
    """Write down the courier's receipt of a parcel to an applicant, where no connector tells it.

    `signed_by` is whose name stands on it, `proof` how the office knows. Only the sending office
    may; refused without either, for a parcel to an office, and where nothing travels any more.
    Where the pen is with the other node, that one writes it.
    """
    parcel = queries.lock_parcel(number)
    check_may_prove(officer, parcel)
    errors: dict[str, list[str]] = {}
    if not signed_by.strip():
        errors["signed_by"] = [_("写快递回执上的签收人")]
    if not proof.strip():
        errors["proof"] = [_("写明怎么知道的，例如“快递公司网站查询，11月20日10:12签收”")]
    if errors:
        raise FieldsRefused(errors)
    said = _("快递回执：%(who)s签收；%(proof)s") % {
        "who": signed_by.strip()[:40],
        "proof": proof.strip()[:200],
    }
    by = writing.officer_author(officer, "office")
    return writing.write_told(parcel, states.SIGNED_FOR, by=by, at=at, personal={"note": said})


@transaction.atomic
def report(*, number: str, officer: Officer, move: str, reason: str, at: datetime) -> str:
    """Either office writes down what it learnt of a parcel: lost, damaged, found, on its way back.

    Where the pen is with the other node, that one writes it. Refused without a reason, for a move
    nobody can report, and where it is not possible.
    """
    parcel = queries.lock_parcel(number)
    told = _TOLD.get(move)
    if told is None or told is states.SIGNED_FOR:
        raise FieldsRefused({"move": [_("选发生了什么")]})
    check_may_move(officer, parcel, told)
    if not reason.strip():
        raise FieldsRefused({"reason": [_("写明是怎么知道的，例如“快递客服11月20日电话告知”")]})
    by = writing.officer_author(officer, "office")
    return writing.write_told(parcel, told, by=by, at=at, personal={"reason": reason.strip()})
