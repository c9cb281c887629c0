"""How a result reaches its applicant: at any window of the province, by post, or by the courier's receipt."""

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import casebook, queries, reconciling
from tongban.delivery.choices import Way
from tongban.delivery.operations import choosing, packing, receiving
from tongban.delivery.operations.packing import Packed, PaperNotHere
from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes

pytestmark = pytest.mark.django_db

ELSEWHERE = "220106"  # 绿园区, another county of the applicant's province


@pytest.fixture
def decided():
    """A case with a decision, whose result is still with the deciding office."""
    return scenes.with_result(scenes.handed_over())


def choose(scene, way, **said):
    return choosing.choose(
        account=scene.filled.account, case=scene.case.number, way=way, at=MONDAY, **said
    )


def result(scene):
    return [Packed(scene.case.number, "准予迁入证明", is_original=True)]


def test_a_result_goes_to_the_window_that_was_chosen_and_is_handed_out_there(decided):
    window = world.a_clerk(ELSEWHERE, name="钱七")
    to = {
        "to": window.authority.code,
        "purpose": Purpose.RESULT,
        "officer": decided.decider,
        "papers": result(decided),
    }
    with pytest.raises(NotAllowed):
        scenes.packed(decided, **to)
    choose(decided, Way.WINDOW, place=ELSEWHERE)
    parcel = scenes.sent(decided, **to)
    receiving.receive(number=parcel.number, officer=window, seen={"s1": "ok"}, note="", at=MONDAY)
    assert queries.waits_at_counter(window, parcel_now(parcel))
    assert not queries.waits_at_counter(decided.clerk, parcel_now(parcel))

    out = {"number": parcel.number, "officer": window, "at": MONDAY}
    with pytest.raises(FieldsRefused):
        receiving.hand_out(**out, taken_by=" ")
    with pytest.raises(NotAllowed):
        receiving.hand_out(**(out | {"officer": decided.clerk}), taken_by="李四，本人")
    given = receiving.hand_out(**out, taken_by="李四，本人")
    with pytest.raises(PaperNotHere):
        receiving.hand_out(**out, taken_by="李四，本人")

    assert not queries.waits_at_counter(window, parcel_now(parcel))
    assert queries.said(given) == {"note": "窗口领取：李四，本人"}
    (paper,) = reconciling.papers_of(casebook.facts(decided.case.number), today=MONDAY.date())
    assert paper.holder.is_applicant


def parcel_now(parcel):
    return queries.Parcel.objects.get(pk=parcel.pk)


def test_a_window_that_is_not_chosen_any_more_keeps_what_it_has(decided):
    window = world.a_clerk(ELSEWHERE, name="钱七")
    choose(decided, Way.WINDOW, place=ELSEWHERE)
    parcel = scenes.sent(
        decided, officer=decided.decider, papers=result(decided), to=window.authority.code,
        purpose=Purpose.RESULT,
    )  # fmt: skip
    choose(decided, Way.ELECTRONIC)
    facts = casebook.facts(decided.case.number)
    assert queries.parcels_of(facts) == [parcel]
    receiving.receive(number=parcel.number, officer=window, seen={"s1": "ok"}, note="", at=MONDAY)


def test_a_result_sent_by_post_may_be_signed_for_by_its_applicant_only(decided):
    parcel = scenes.sent(
        decided, officer=decided.decider, papers=result(decided), to="", address=scenes.HOME,
        purpose=Purpose.RESULT,
    )  # fmt: skip
    sign = {"account": decided.filled.account, "case": decided.case.number, "at": MONDAY}
    sign |= {"number": parcel.number, "seen": {"s1": "ok"}, "note": ""}
    other, stranger = world.a_case(serial=970)
    with pytest.raises(queries.NotFound):
        receiving.receive_own(**(sign | {"account": stranger.account}))
    with pytest.raises(queries.NotFound):
        receiving.receive_own(**(sign | {"account": stranger.account, "case": other.number}))
    assert receiving.receive_own(**sign).state == "received"


def test_a_choice_is_whole_and_not_changed_after_the_end(decided):
    for wrong in ({"way": Way.POST}, {"way": Way.WINDOW, "place": "350100"}, {"way": Way.WINDOW}):
        with pytest.raises(FieldsRefused):
            choose(decided, **wrong)
    choose(decided, Way.POST, address=scenes.HOME)
    Case.objects.filter(pk=decided.case.pk).update(state="closed", holder="nobody")
    with pytest.raises(NotAllowed):
        choose(decided, Way.ELECTRONIC)


def test_the_counter_gives_nothing_of_several_cases_at_once(decided):
    other = scenes.handed_over()
    with pytest.raises(packing.NotOneWay):
        packing.pack_for_counter(
            officer=decided.clerk, papers=result(decided) + result(other), at=MONDAY
        )
