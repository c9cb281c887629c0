"""An item that a place has split: each part has rules of its own to draft, publish and compare."""

import pytest

from tongban.catalogue import conformance, drafting, implementations, queries
from tongban.catalogue.models import Implementation, ImplementationVersion, Publication
from tongban.catalogue.operations import drafts
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.local import an_implementation
from tongban.catalogue.tests.managers import (
    ITEM,
    MONDAY,
    STRICTER,
    TUESDAY,
    WEDNESDAY,
    a_manager,
    edited,
)

pytestmark = pytest.mark.django_db
PLACE = "220000"
MOVED = {"rule": "move", "states": ["pending"], "why": "材料减少"}


@pytest.fixture
def jilin():
    """The two managers of 吉林, whose list has split the item into two parts."""
    with managers.few_standards():
        for part, name in (("01", "配偶投靠"), ("02", "子女随迁")):
            an_implementation(ITEM, PLACE, part=part, name=name)
        yield a_manager("丙"), a_manager("丁")


def drafted(officer, content, *, part="01", day=TUESDAY, **more):
    draft = drafts.start_draft(
        item=ITEM, division_code=PLACE, part=part, officer=officer, at=MONDAY
    )
    return edited(draft, officer, content=content, from_day=day, **more)


def published(two, content, **more):
    saved = drafted(two[0], content, **more)
    assert not saved.problems, saved.problems
    drafts.hand_in(draft_id=saved.draft.pk, officer=two[0], at=MONDAY)
    return drafts.publish(draft_id=saved.draft.pk, officer=two[1], at=MONDAY)


def test_each_part_goes_from_draft_to_law_by_itself(jilin):
    published(jilin, STRICTER)
    row = ImplementationVersion.objects.get()
    assert (row.implementation.part, row.implementation.name) == ("01", "配偶投靠")
    assert Publication.objects.get().body["changes"][0]["part"] == "01"
    found = implementations.part_in_force(ITEM, PLACE, "01", TUESDAY)
    assert found.content == STRICTER
    assert implementations.part_in_force(ITEM, PLACE, "01", MONDAY.date()) is None
    assert implementations.part_in_force(ITEM, PLACE, "02", TUESDAY) is None
    assert Implementation.objects.count() == 2

    again = drafted(jilin[0], {"consultation": "二号厅"}, day=WEDNESDAY)
    assert (again.draft.base, again.problems) == (1, [])
    assert set(again.draft.content) == {"materials", "consultation"}


def test_a_part_changes_nothing_for_who_applies(jilin):
    before = queries.version_in_force(ITEM, TUESDAY, deciding="220100")
    published(jilin, STRICTER)
    after = queries.version_in_force(ITEM, TUESDAY, deciding="220100")
    assert (after.local, after.digest) == ("", before.digest)


def test_parts_are_drafted_beside_each_other_and_beside_the_whole(jilin):
    drafter, other = jilin
    begun = [
        drafts.start_draft(item=ITEM, division_code=PLACE, part=part, officer=drafter, at=MONDAY)
        for part in ("", "01", "02")
    ]
    assert len({one.pk for one in begun}) == 3
    assert [drafting.part_name(one) for one in begun[1:]] == ["配偶投靠", "子女随迁"]
    with pytest.raises(drafts.OpenDraftExists):
        drafts.start_draft(item=ITEM, division_code=PLACE, part="02", officer=other, at=MONDAY)


@pytest.mark.parametrize("part", ["03", "1", "x" * 300])
def test_a_part_that_the_list_does_not_name_is_not_drafted(jilin, part):
    with pytest.raises(drafts.NoSuchPart, match="要先导入实施清单"):
        drafts.start_draft(item=ITEM, division_code=PLACE, part=part, officer=jilin[0], at=MONDAY)


def test_a_part_that_was_given_up_is_not_drafted(jilin):
    Implementation.objects.filter(part="02").update(retired_on=MONDAY.date())
    with pytest.raises(drafts.NoSuchPart):
        drafted(jilin[0], STRICTER, part="02")


def test_no_running_case_follows_a_part(jilin):
    saved = drafted(jilin[0], {"materials": {"drop": ["marriage-certificate"]}}, running=MOVED)
    assert [one.place for one in saved.problems] == ["/running/rule"]
    assert "办件按整个事项的规定办" in saved.problems[0].sentence


def test_every_part_is_compared_by_its_content_with_the_standard(jilin):
    published(jilin, STRICTER)
    first, second = conformance.parts(ITEM, place=PLACE, on=TUESDAY)
    assert (first.part, first.name, second.part, second.name) == (
        "01", "配偶投靠", "02", "子女随迁",
    )  # fmt: skip
    assert [(one.section, one.change, one.kind) for one in first.differences] == [
        ("materials", "added", conformance.Kind.STRICTER)
    ]
    assert second.differences == ()
    assert conformance.parts(ITEM, place=PLACE, on=MONDAY.date())[0].differences == ()
    assert conformance.parts(ITEM, place="350000", on=TUESDAY) == ()


def test_a_part_lies_over_the_rules_of_the_wider_place(jilin):
    whole = drafts.start_draft(item=ITEM, division_code=PLACE, officer=jilin[0], at=MONDAY)
    edited(whole, jilin[0], content=STRICTER)
    drafts.hand_in(draft_id=whole.pk, officer=jilin[0], at=MONDAY)
    drafts.publish(draft_id=whole.pk, officer=jilin[1], at=MONDAY)
    an_implementation(ITEM, "220100", {"consultation": "长春"}, part="01", from_day=TUESDAY)
    [found] = conformance.parts(ITEM, place="220100", on=TUESDAY)
    said = "".join(one.sentence for one in found.differences)
    assert "无犯罪记录证明" in said


def test_changes_that_no_longer_fit_are_left_out_of_the_comparison(jilin):
    an_implementation(ITEM, PLACE, {"materials": {"drop": ["not-there"]}, "limits": 3}, part="01")
    first, _second = conformance.parts(ITEM, place=PLACE, on=TUESDAY)
    assert first.differences == ()
