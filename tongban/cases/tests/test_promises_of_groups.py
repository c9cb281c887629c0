"""What a group of places promises each other counts for the cases between them."""

from datetime import date

import pytest

from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.catalogue import snapshot
from tongban.catalogue.models import Item, Loaded, PolicyDocument, RollOut

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise():
    """长春 and 吉林市 promise each other to decide within so many working days."""

    def agree(days: int) -> None:
        document = PolicyDocument.objects.all()[0]
        agreed = RollOut.objects.create(
            key="try-out", kind=RollOut.Kind.GROUP, name="示例两市", members=["220100", "220200"],
            modes=["ONLINE"], from_day=date(2026, 1, 1), limit_days=days,
            document=document, place="第1行", line=1, sentence="示例两市承诺更快",
        )  # fmt: skip
        agreed.items.add(Item.objects.get(pk=world.MEDICAL))
        Loaded.objects.create(file="try-out", digest=str(days))
        snapshot.look_again()

    return agree


def an_online_case():
    case, _ = world.a_case(
        item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers(), serial=31
    )
    return case


def test_the_shorter_promise_of_a_group_is_the_limit_of_its_cases(promise):
    promise(1)
    assert an_online_case().limits["decide"] == 1


def test_a_group_cannot_take_longer_than_everybody_may(promise):
    promise(90)
    assert an_online_case().limits["decide"] < 90
