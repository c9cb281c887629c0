"""A draft from its first word to law, and every way in which it is refused."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tongban.basics.refusals import NotFound, may
from tongban.catalogue import drafting, permissions, queries, snapshot
from tongban.catalogue.models import (
    Draft,
    Implementation,
    ItemVersion,
    Publication,
)
from tongban.catalogue.operations import drafts, publishing
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.managers import (
    ITEM,
    MONDAY,
    SHIPPED,
    STRICTER,
    TUESDAY,
    WEDNESDAY,
    a_manager,
    edited,
    handed_in,
    published,
    shipped,
)
from tongban.jurisdictions.queries import NoSuchDivision
from tongban.parties.models import Role
from tongban.parties.permissions import RoleMissing

pytestmark = pytest.mark.django_db
CITY = "220100"


@pytest.fixture
def catalogue():
    with managers.few_standards():
        yield


@pytest.fixture
def hub(catalogue, settings):
    """This node as the hub, with two managers."""
    settings.NODE_ID, settings.IS_HUB = "00", True
    return a_manager("甲"), a_manager("乙")


@pytest.fixture
def jilin(catalogue):
    """The two managers of 吉林."""
    return a_manager("丙"), a_manager("丁")


def standard_of(content):
    return {k: v for k, v in shipped().content.items() if k not in drafting.ITS_OWN} | content


def test_a_standard_goes_from_draft_to_law_from_its_day_on(hub):
    drafter, reviewer = hub
    draft = published(drafter, reviewer)

    assert (draft.state, draft.published_number) == ("published", SHIPPED + 1)
    row = ItemVersion.objects.get(item=ITEM, number=SHIPPED + 1)
    assert (row.from_day, row.published_at) == (TUESDAY, MONDAY)
    assert (row.drafted_by, row.published_by) == (drafter.pseudonym, reviewer.pseudonym)
    assert queries.version_in_force(ITEM, MONDAY.date()).number == SHIPPED
    in_force = queries.version_in_force(ITEM, TUESDAY)
    assert (in_force.number, in_force.consultation) == (SHIPPED + 1, "户政大厅")
    assert in_force.digest == row.digest
    assert queries.version(ITEM, SHIPPED).consultation == "户政"


def test_a_draft_disturbs_nothing_until_it_is_published(hub, django_assert_num_queries):
    drafter, _ = hub
    before = [queries.version_in_force(ITEM, day).digest for day in (MONDAY.date(), WEDNESDAY)]
    stamp = snapshot.current().stamp
    draft = handed_in(drafter)

    snapshot.look_again()
    assert [
        queries.version_in_force(ITEM, day).digest for day in (MONDAY.date(), WEDNESDAY)
    ] == before
    assert snapshot.current().stamp == stamp
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED
    assert not Publication.objects.exists()
    assert Draft.objects.get(pk=draft.pk).content["consultation"] == "户政大厅"


def test_a_place_writes_its_own_rules_over_the_standard(jilin):
    drafter, reviewer = jilin
    published(drafter, reviewer, place=CITY, content={"consultation": "户政大厅"} | STRICTER)

    implementation = Implementation.objects.get()
    assert (implementation.division_code, implementation.level) == (CITY, "3")
    assert implementation.authority_name == "长春市公安局"
    asked = queries.version_in_force(ITEM, TUESDAY, deciding=CITY)
    assert asked.local == "220100:1"
    assert asked.material("no-record").issuer == "公安机关"
    assert queries.version_in_force(ITEM, MONDAY.date(), deciding=CITY).local == ""
    assert queries.version_in_force(ITEM, TUESDAY, deciding="350100").local == ""
    assert queries.version_in_force(ITEM, TUESDAY).material("no-record") is None

    again = published(
        drafter, reviewer, place=CITY, content={"consultation": "户籍科"}, from_day=WEDNESDAY
    )
    assert (again.base, again.published_number) == (1, 2)
    assert "materials" in again.content
    assert queries.version_in_force(ITEM, WEDNESDAY, deciding=CITY).local == "220100:2"
    assert queries.version(ITEM, SHIPPED, "220100:1").consultation == "户政大厅"


def test_starting_twice_leads_to_the_same_draft_and_a_colleague_is_told(jilin):
    drafter, other = jilin
    draft = drafts.start_draft(item=ITEM, division_code=CITY, officer=drafter, at=MONDAY)
    assert drafts.start_draft(item=ITEM, division_code=CITY, officer=drafter, at=MONDAY) == draft
    with pytest.raises(drafts.OpenDraftExists, match="正在编写") as refusal:
        drafts.start_draft(item=ITEM, division_code=CITY, officer=other, at=MONDAY)
    assert refusal.value.facts()["draft"] == draft.pk
    drafts.drop(draft_id=draft.pk, officer=other, at=MONDAY)
    assert drafts.start_draft(item=ITEM, division_code=CITY, officer=other, at=MONDAY) != draft


def test_a_draft_needs_a_standard_and_an_item(jilin, hub, settings):
    with pytest.raises(drafts.NothingToStartFrom, match="还没有全国标准"):
        drafts.start_draft(item="2020-3-03", division_code="", officer=hub[0], at=MONDAY)
    settings.NODE_ID, settings.IS_HUB = "22", False
    with pytest.raises(drafts.NothingToStartFrom):
        drafts.start_draft(item="2020-3-03", division_code=CITY, officer=jilin[0], at=MONDAY)
    with pytest.raises(queries.NoSuchItem):
        drafts.start_draft(item="2020-9-99", division_code=CITY, officer=jilin[0], at=MONDAY)


def test_what_is_wrong_is_said_with_its_place_and_saved_nevertheless(hub):
    drafter, _ = hub
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    limits = {**draft.content["limits"], "decide": {"days": 99, "kind": "promised", "basis": ""}}
    saved = edited(draft, drafter, content={"limits": limits, "fee": {"is_charged": False}})

    said = {problem.place: problem.sentence for problem in saved.problems}
    assert said["/limits/decide/days"] == "不能大于60"
    assert said["/fee/text"] == "没有填写"
    assert Draft.objects.get(pk=draft.pk).content["limits"]["decide"]["days"] == 99
    with pytest.raises(drafts.DraftHasProblems, match="要改") as refusal:
        drafts.hand_in(draft_id=draft.pk, officer=drafter, at=MONDAY)
    assert {"place": "/limits/decide/days", "says": "不能大于60"} in refusal.value.facts()[
        "problems"
    ]


@pytest.mark.parametrize(
    ("parts", "place", "says"),
    [
        ({"from_day": None}, "/from_day", "写明从哪一天起施行"),
        ({"from_day": MONDAY.date()}, "/from_day", "最早从公布的第二天起施行"),
        ({"from_day": date(2026, 8, 1)}, "/from_day", "最早从公布的第二天起施行"),
        ({"why": " "}, "/why", "写明为什么修改"),
        ({"content": {"consultation": "户政"}}, "/", "和上一版一样，没有改动"),
        ({"running": {"rule": "all"}}, "/running/rule", "只能选择“保持原规定”或“改按新规定”"),
    ],
)
def test_a_draft_that_lacks_something_is_not_handed_in(hub, parts, place, says):
    drafter, _ = hub
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    saved = edited(draft, drafter, **{"content": {"consultation": "户政大厅"}, **parts})
    assert [(one.place, one.sentence) for one in saved.problems] == [(place, says)]
    with pytest.raises(drafts.DraftHasProblems):
        drafts.hand_in(draft_id=draft.pk, officer=drafter, at=MONDAY)


def test_a_day_is_a_day_in_beijing(hub):
    drafter, _ = hub
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    late = MONDAY.replace(hour=17)  # 1 o'clock on Tuesday in Beijing
    saved = edited(draft, drafter, content={"consultation": "户政大厅"}, at=late)
    assert [one.place for one in saved.problems] == ["/from_day"]


def test_of_two_tabs_the_second_is_refused_and_nothing_is_overwritten(hub):
    drafter, _ = hub
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    edited(draft, drafter, content={"consultation": "户政大厅"})
    with pytest.raises(drafts.StaleDraft, match="别的页面改过了") as refusal:
        drafts.save_draft(
            draft_id=draft.pk, revision=1, content={}, wording={}, from_day=None, why="",
            running={}, officer=drafter, at=MONDAY,
        )  # fmt: skip
    assert refusal.value.facts()["revision"] == 2
    assert Draft.objects.get(pk=draft.pk).content["consultation"] == "户政大厅"


@pytest.mark.parametrize(
    "content",
    [{"fee": 1.5}, {"name": "a\x00b"}, {"name": "\ud800"}, {"x": "长" * 200_000}, {"n": 2**60}],
    ids=["a fraction", "NUL", "half a character", "too long", "a number too large"],
)
def test_what_no_node_could_read_is_not_even_saved(hub, content):
    drafter, _ = hub
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    with pytest.raises(drafts.judging.NotJson):
        edited(draft, drafter, content=content)
    assert Draft.objects.get(pk=draft.pk).revision == 1


def test_what_was_handed_in_is_not_changed_until_it_is_sent_back(hub):
    drafter, reviewer = hub
    draft = handed_in(drafter)
    assert drafts.hand_in(draft_id=draft.pk, officer=drafter, at=MONDAY) == draft
    with pytest.raises(drafts.NotInThisState, match="等待审核"):
        edited(draft, drafter)
    with pytest.raises(drafts.ReasonMissing):
        drafts.send_back(draft_id=draft.pk, why=" ", officer=reviewer, at=MONDAY)
    back = drafts.send_back(draft_id=draft.pk, why="依据不够", officer=reviewer, at=MONDAY)
    assert (back.state, back.sent_back_why) == ("editing", "依据不够")
    with pytest.raises(drafts.NotInThisState):
        drafts.send_back(draft_id=draft.pk, why="再退", officer=reviewer, at=MONDAY)
    edited(back, drafter, content={"consultation": "户籍科"})
    drafts.hand_in(draft_id=draft.pk, officer=drafter, at=MONDAY)
    drafts.send_back(draft_id=draft.pk, why="还缺一处", officer=reviewer, at=MONDAY)
    drafts.hand_in(draft_id=draft.pk, officer=drafter, at=MONDAY)
    drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY)
    assert queries.version_in_force(ITEM, TUESDAY).consultation == "户籍科"
    assert list(draft.sent_back.values_list("why", "by")) == [
        ("依据不够", reviewer.pseudonym),
        ("还缺一处", reviewer.pseudonym),
    ]


def test_nobody_reviews_what_he_drafted(hub):
    drafter, _ = hub
    draft = handed_in(drafter)
    for act in (
        lambda: drafts.publish(draft_id=draft.pk, officer=drafter, at=MONDAY),
        lambda: drafts.send_back(draft_id=draft.pk, why="自己退", officer=drafter, at=MONDAY),
    ):
        with pytest.raises(permissions.DraftedByYourself, match="另一位"):
            act()
    with pytest.raises(IntegrityError, match="reviewed_by_another"), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(reviewed_by=drafter.pseudonym)
    with pytest.raises(IntegrityError, match="published_after_review"), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(state="published", reviewed_by="")


def test_nobody_changes_what_another_drafts(hub):
    drafter, other = hub
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    with pytest.raises(permissions.DraftedByAnother, match="不能修改"):
        edited(draft, other)
    with pytest.raises(permissions.DraftedByAnother):
        drafts.hand_in(draft_id=draft.pk, officer=other, at=MONDAY)


def test_pressed_twice_it_is_published_once(hub):
    drafter, reviewer = hub
    draft = handed_in(drafter)
    first = drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY)
    again = drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY + timedelta(seconds=1))
    assert first.published_number == again.published_number == SHIPPED + 1
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED + 1
    assert Publication.objects.count() == 1


def test_a_draft_whose_day_has_come_is_not_published(hub):
    drafter, reviewer = hub
    draft = handed_in(drafter)
    with pytest.raises(drafts.DraftHasProblems):
        drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY + timedelta(days=1))
    assert Draft.objects.get(pk=draft.pk).state == "in-review"
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED


def test_a_draft_whose_basis_is_no_longer_the_last_is_not_published(hub):
    drafter, reviewer = hub
    draft = handed_in(drafter)
    row = shipped()
    row.pk, row.number, row.from_day = None, SHIPPED + 1, WEDNESDAY
    row.save(force_insert=True)
    with pytest.raises(drafts.BasisMovedOn, match=f"第{SHIPPED + 1}版"):
        drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY)


def test_what_fails_half_way_is_not_published_at_all(hub, monkeypatch):
    drafter, reviewer = hub
    draft = handed_in(drafter)

    def fails(*_args, **_more):
        raise OSError("the key cannot be read")

    monkeypatch.setattr(publishing.signing, "load_signer", fails)
    with pytest.raises(OSError), transaction.atomic():  # noqa: PT011 - any failure will do
        drafts.publish(draft_id=draft.pk, officer=reviewer, at=MONDAY)
    assert Draft.objects.get(pk=draft.pk).state == "in-review"
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED


def test_a_dropped_draft_stays_readable_and_gives_way(hub):
    drafter, other = hub
    draft = handed_in(drafter)
    for _ in range(2):
        assert drafts.drop(draft_id=draft.pk, officer=other, at=MONDAY).state == "dropped"
    assert drafting.draft(draft.pk).content["consultation"] == "户政大厅"
    with pytest.raises(drafts.NotInThisState):
        drafts.publish(draft_id=draft.pk, officer=other, at=MONDAY)
    done = published(drafter, other)
    with pytest.raises(drafts.NotInThisState, match="已公布"):
        drafts.drop(draft_id=done.pk, officer=other, at=MONDAY)


def test_a_draft_that_is_not_there_is_refused(hub):
    with pytest.raises(NotFound):
        drafting.draft(0)
    with pytest.raises(NotFound):
        drafts.publish(draft_id=0, officer=hub[0], at=MONDAY)


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        ("", permissions.OnlyAtTheHub),
        ("350100", permissions.PlaceIsNotYours),
        ("220200", permissions.PlaceIsNotYours),
        ("220000", permissions.PlaceIsNotYours),
        ("229999", NoSuchDivision),
    ],
)
def test_a_manager_writes_only_where_his_authority_reaches(catalogue, place, refusal):
    """He is of 长春 at the node of 吉林: neither 福建, nor 吉林市, nor the province is his."""
    manager = a_manager("戊", CITY)
    with pytest.raises(refusal):
        drafts.start_draft(item=ITEM, division_code=place, officer=manager, at=MONDAY)
    assert drafts.start_draft(item=ITEM, division_code="220104", officer=manager, at=MONDAY)


def test_the_hub_writes_no_place_s_rules(hub):
    with pytest.raises(permissions.PlaceIsNotYours, match="不由本节点服务"):
        drafts.start_draft(item=ITEM, division_code=CITY, officer=hub[0], at=MONDAY)


def test_only_managers_manage(jilin):
    clerk = a_manager("己", roles=(Role.DECIDER,))
    with pytest.raises(RoleMissing, match="事项管理"):
        drafts.start_draft(item=ITEM, division_code=CITY, officer=clerk, at=MONDAY)
    draft = handed_in(jilin[0], place=CITY)
    for check in (permissions.check_may_edit, permissions.check_may_review):
        assert not may(check, clerk, draft)
    assert may(permissions.check_may_review, jilin[1], draft)
    assert drafting.drafts_for(clerk) == []
    assert drafting.drafts_for(jilin[1]) == [draft]
    assert drafting.drafts_for(a_manager("庚", "220200")) == []


def test_a_place_s_rules_that_no_longer_fit_are_named_to_who_writes_the_standard(jilin, settings):
    published(*jilin, place=CITY, content={"materials": {"drop": ["marriage-certificate"]}})
    settings.NODE_ID, settings.IS_HUB = "00", True
    drafter = a_manager("甲")
    draft = drafts.start_draft(item=ITEM, division_code="", officer=drafter, at=MONDAY)
    kept = [one for one in draft.content["materials"] if one["spec"] != "marriage-certificate"]
    saved = edited(draft, drafter, content={"materials": kept})
    assert not saved.problems
    ((place, said),) = drafting.unfit(saved.draft)
    assert (place, said[0].place) == (CITY, "/materials/drop/0")


def test_a_place_s_rules_are_judged_against_a_standard_that_is_still_to_come(jilin, settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    kept = [one for one in standard_of({})["materials"] if one["spec"] != "marriage-certificate"]
    published(a_manager("甲"), a_manager("乙"), content={"materials": kept}, from_day=WEDNESDAY)
    settings.NODE_ID, settings.IS_HUB = "22", False
    draft = drafts.start_draft(item=ITEM, division_code=CITY, officer=jilin[0], at=MONDAY)
    saved = edited(draft, jilin[0], content={"materials": {"drop": ["marriage-certificate"]}})
    assert [one.place for one in saved.problems] == ["/materials/drop/0"]


def test_a_city_s_rules_lie_over_its_province_s(jilin):
    """What the province adds a city may leave out, and what both ask is what is compared."""
    published(*jilin, place="220000", content=STRICTER)
    draft = drafts.start_draft(item=ITEM, division_code=CITY, officer=jilin[0], at=MONDAY)
    dropping = {"materials": {"drop": ["no-record"]}}
    assert edited(draft, jilin[0], content=dropping, from_day=WEDNESDAY).problems == []
    assert drafting.merged(drafting.draft(draft.pk))["materials"][-1]["spec"] != "no-record"
    too_early = edited(draft, jilin[0], content=dropping, from_day=MONDAY.date())
    assert "/materials/drop/0" in [one.place for one in too_early.problems]
    before, after = drafting.versions_of(
        edited(draft, jilin[0], content=dropping, from_day=WEDNESDAY).draft
    )
    assert before.material("no-record")
    assert after.material("no-record") is None
