"""Questions put together once: the same answers as the queryset they are written as."""

from datetime import date

import pytest

from tongban.basics import prepared
from tongban.basics.selecting import Selection
from tongban.parties.models import Absence, Account, Officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Three officers, the third away with the first standing in."""
    made = [
        Officer.objects.create(
            account=Account.objects.create(username=f"person-{n}"), name=f"测试{n}",
            staff_number=f"S-{n}", roles=["operator"], pseudonym=f"p{n}",
        )
        for n in (1, 2, 3)
    ]  # fmt: skip
    Absence.objects.create(
        officer=made[2], substitute=made[0], from_on=date(2026, 11, 1), until_on=date(2026, 11, 30),
        entered_by=made[2], entered_at="2026-11-01T00:00Z",
    )  # fmt: skip
    return made


BY_NUMBER = Selection(
    lambda p: Officer.objects.select_related("account", "authority").filter(
        staff_number=p("number")
    )
)
STOOD_IN_FOR = Selection(
    lambda p: Absence.objects.filter(
        substitute=p("officer"), from_on__lte=p("day"), until_on__gte=p("day")
    ).values_list("officer_id", flat=True)
)
TWO = Selection(lambda p: Officer.objects.filter(staff_number__in=["S-1", "S-2"]))


def test_objects_come_with_their_columns_read_and_what_is_selected_beside_them(
    people, django_assert_num_queries
):
    with django_assert_num_queries(0):
        found = BY_NUMBER.first(number="S-3")
        account, authority = found.account, found.authority

    assert found == people[2]
    assert found.roles == ["operator"]
    assert account == people[2].account
    assert authority is None


def test_nothing_is_none_and_an_empty_list(people):
    assert BY_NUMBER.first(number="S-9") is None
    assert BY_NUMBER.all(number="S-9") == []


def test_a_name_may_stand_in_it_twice_and_each_time_has_its_own_values(people):
    first, _second, third = people

    assert STOOD_IN_FOR.column(officer=first.pk, day=date(2026, 11, 22)) == [third.pk]
    assert STOOD_IN_FOR.column(officer=first.pk, day=date(2026, 12, 22)) == []
    assert STOOD_IN_FOR.column(officer=third.pk, day=date(2026, 11, 22)) == []


def test_values_that_stand_in_the_queryset_stay_and_rows_are_counted(people):
    assert TWO.count().now() == 2
    assert {one.staff_number for one in TWO.all()} == {"S-1", "S-2"}


def test_a_limit_counts(people):
    few = Selection(lambda p: Officer.objects.exclude(name=p("but")).order_by("pk")[:1])

    assert few.count(but="测试1").now() == 1
    assert few.all(but="测试1") == [people[1]]


def test_what_is_asked_may_not_become_part_of_the_question(people):
    assert BY_NUMBER.all(number="' OR 1 = 1 --") == []


def test_the_database_plans_it_once(people):
    for _ in range(8):
        BY_NUMBER.first(number="S-1")

    known = [text for (text,) in prepared.rows("SELECT statement FROM pg_prepared_statements", {})]

    assert sum('"parties_officer"."staff_number" = ($1)' in text for text in known) == 1


def test_a_value_that_is_missing_is_a_mistake_of_whoever_asks(people):
    with pytest.raises(KeyError):
        BY_NUMBER.first()
