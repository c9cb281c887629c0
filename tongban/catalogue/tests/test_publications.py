"""What nodes publish to each other: signed, in order, each only for what is its own."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings as live

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import messages, publications, queries
from tongban.catalogue.models import (
    Implementation,
    ImplementationVersion,
    ItemVersion,
    PolicyDocument,
    Publication,
    RollOut,
)
from tongban.catalogue.operations import copying, opening, publishing, taking
from tongban.catalogue.operations.taking import PublicationRefused
from tongban.catalogue.permissions import OnlyAtTheHub
from tongban.catalogue.tests.managers import (
    ITEM,
    MONDAY,
    SHIPPED,
    TUESDAY,
    a_manager,
    shipped,
)
from tongban.catalogue.tests.publishers import (
    CITY,
    FUZHOU,
    KEYS,
    Publisher,
    letter,
    local,
    standard,
    take,
)
from tongban.exchange import attempts, inbox
from tongban.exchange.envelope import Unreadable
from tongban.exchange.models import Received
from tongban.jurisdictions.queries import NoSuchDivision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("publishers_connected")]


def test_a_standard_of_the_hub_is_taken_once_and_holds_from_its_day(hub):
    one = hub.step(standard())
    for _ in range(2):
        take(one)
    assert queries.version_in_force(ITEM, TUESDAY).consultation == "户政大厅"
    assert queries.version_in_force(ITEM, MONDAY.date()).number == SHIPPED
    row = ItemVersion.objects.get(item=ITEM, number=SHIPPED + 1)
    assert (row.came_from, row.drafted_by, row.published_by) == ("00", "a", "b")
    assert Publication.objects.count() == 1
    assert publications.faults("00") == []


def test_a_place_s_rules_come_through_the_hub_signed_by_the_place(fujian):
    take(fujian.step(local()), sender="00")
    asked = queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU)
    assert (asked.local, asked.consultation) == ("350100:1", "户籍科")
    assert ImplementationVersion.objects.get().came_from == "35"


def test_what_was_taken_carries_a_running_case_of_that_version(fujian):
    take(fujian.step(local()))
    take(fujian.step(local(number=2, day=date(2026, 12, 1), content={"consultation": "乙科"})))
    assert queries.version(ITEM, SHIPPED, "350100:1").consultation == "户籍科"
    assert queries.version_in_force(ITEM, date(2026, 12, 1), deciding=FUZHOU).local == "350100:2"


def test_what_comes_too_early_waits_for_what_is_missing(fujian):
    first, second = fujian.step(local()), fujian.step(local(number=2, day=date(2026, 12, 1)))
    with pytest.raises(inbox.Gap) as gap:
        take(second)
    assert gap.value.next_seq == 1
    assert not ImplementationVersion.objects.exists()
    take(first)
    take(second)
    assert ImplementationVersion.objects.count() == 2


def test_rules_judged_with_a_standard_still_on_its_way_wait_for_it(fujian, hub):
    kept = [one for one in shipped().content["materials"] if one["spec"] != "marriage-certificate"]
    added = {**kept[0], "spec": "new-thing", "name": "新的材料"}
    dropping = fujian.step(local(over=SHIPPED + 1, content={"materials": {"drop": ["new-thing"]}}))
    with pytest.raises(inbox.Gap):
        take(dropping)
    take(hub.step(standard(materials=[*kept, added])))
    take(dropping)
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).material("new-thing") is None


def test_a_standard_that_leaves_no_room_for_a_place_s_rules_holds_without_them(fujian, hub):
    """Elsewhere the page of an item must not fall over because two publishers disagree."""
    condition = [{"field": "dwelling_kind", "is_one_of": ["rented"]}]
    row = shipped().content
    stricter = {**row["materials"][0], "spec": "new-thing", "name": "新的材料", "when": condition}
    province = local("350000", content={"consultation": "户政大厅"})
    city = local(content={"consultation": "户籍科", "materials": {"put": [stricter]}})
    take(fujian.step(province))
    take(fujian.step(city))
    both = queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU)
    assert (both.local, both.consultation) == ("350000:1 350100:1", "户籍科")

    form = json.loads(json.dumps(row["form"]))
    options = form["schema"]["properties"]["dwelling_kind"]["oneOf"]
    options[:] = [one for one in options if one["const"] != "rented"]
    materials = [one for one in row["materials"] if one["spec"] != "lease-record"]
    day = date(2026, 12, 1)
    take(hub.step(standard(day=day, form=form, materials=materials)))
    left = queries.version_in_force(ITEM, day, deciding=FUZHOU)
    assert (left.local, left.consultation) == ("350000:1", "户政大厅")
    assert queries.version(ITEM, SHIPPED, "350000:1 350100:1").consultation == "户籍科"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (local(CITY), "不能替它公布"),
        (local("440100"), "不能替它公布"),
        ({"kind": "standard"}, "全国的规定由国家枢纽公布"),
        ({"kind": "rollout", "key": "hub-x", "values": {}}, "全国的规定由国家枢纽公布"),
        ({"kind": "something"}, "还不认识“something”"),
        ({"kind": "implementation"}, "读不出来"),
        (local(content={"competence": {}}), "由哪里办理由全国标准规定"),
        (local(content={"limits": 5}), "/limits 要填一组内容"),
        (local(content={"consultation": "乙"}), "/consultation 至少写2个字"),
        (local(content={"materials": {"drop": ["x"]}}), "/materials/drop/0 全国标准里没有"),
        (local(item="2020-9-99"), "没有事项2020-9-99"),
        (local(from_day="soon"), "读不出来"),
        (local(number="1"), "读不出来"),
        (local(running={"rule": "move"}), "/running/states"),
        (local(running=[]), "读不出来"),
        (local(name="长" * 500), "读不出来"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_node_publishes_only_what_is_its_own_and_can_be_read(fujian, change, says):
    with pytest.raises(PublicationRefused, match=says):
        take(fujian.step(change))
    assert not Publication.objects.exists()
    assert not Implementation.objects.exists()
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED


def test_a_place_that_nobody_has_is_refused(fujian):
    with pytest.raises(NoSuchDivision):
        take(fujian.step(local("359999")))


def test_of_a_step_with_one_bad_change_nothing_is_taken(fujian):
    with pytest.raises(PublicationRefused, match="不能替它公布"):
        take(fujian.step(local(), local(CITY)))
    assert not Implementation.objects.exists()


def test_the_hub_publishes_no_place_s_rules(hub):
    with pytest.raises(PublicationRefused, match="节点00不服务福建省福州市"):
        take(hub.step(local()))


def test_only_the_publisher_s_key_signs(fujian):
    forged = fujian.step(local(), key=KEYS["00"])
    with pytest.raises(PublicationRefused, match="没有节点35签名用的密钥"):
        take(forged)
    good = Publisher("35").step(local())
    for tampered in (
        replace(good, changes=[local(content={"consultation": "改过"})]),
        replace(good, published_at=MONDAY + timedelta(seconds=1)),
        replace(good, signature=KEYS["44"].sign(good.payload())),
        replace(good, signature="nonsense"),
    ):
        with pytest.raises(PublicationRefused, match="签名不是节点35的"):
            take(tampered, sender="00")
    assert not Publication.objects.exists()


def test_nobody_but_the_hub_passes_on_what_another_published(fujian):
    with pytest.raises(PublicationRefused, match="不能转送"):
        take(fujian.step(local()), sender="44")
    with pytest.raises(PublicationRefused, match="信封上写的不一致"):
        take(fujian.steps[0], subject=messages.subject("44"))


def test_a_second_history_is_refused_with_both_digests(fujian):
    take(fujian.step(local()))
    other = Publisher("35").step(local(content={"consultation": "另一种"}))
    with pytest.raises(PublicationRefused, match="和此前收到的不一样") as refusal:
        take(other)
    assert refusal.value.facts()["ours"] != refusal.value.facts()["theirs"]
    with pytest.raises(PublicationRefused, match="接不上前一号"):
        take(fujian.step(local(number=2), previous="0" * 64))


def test_nothing_published_gives_way_to_another_version_of_the_same_number(hub):
    with pytest.raises(PublicationRefused, match=f"第{SHIPPED}版本节点已经有了，而且不一样"):
        take(hub.step(standard(number=SHIPPED, day=shipped().from_day)))
    hub.steps.clear()
    row = shipped()
    same = standard(number=SHIPPED, day=row.from_day, consultation=row.content["consultation"])
    take(hub.step(same))
    assert ItemVersion.objects.filter(item=ITEM).count() == SHIPPED


@pytest.mark.parametrize("earlier", [timedelta(0), timedelta(days=31)])
def test_no_publication_rewrites_the_past(hub, earlier):
    day = shipped().from_day - earlier
    with pytest.raises(PublicationRefused, match=f"不晚于已有的第{SHIPPED}版"):
        take(hub.step(standard(day=day)))


def test_one_s_own_publications_are_taken_from_nobody(fujian):
    fujian.code = live.NODE_ID
    with pytest.raises(PublicationRefused, match="本节点自己的公布"):
        take(fujian.step(local(CITY), key=KEYS["00"]), sender="00")


@pytest.mark.parametrize(
    "broken",
    [
        {},
        [],
        {"number": 0},
        {"number": True},
        {"number": "1"},
        {"changes": [1]},
        {"published_at": "2026-11-23"},
        {"published_at": "2026-11-23T01:00:00+08:00"},
        {"signature": None},
    ],
)
def test_what_is_no_publication_is_parked_as_unreadable(fujian, broken):
    one = fujian.step(local())
    data = messages.packed(one) | broken if isinstance(broken, dict) and broken else broken
    with pytest.raises(Unreadable):
        take(one, data=data)


def test_a_publication_that_is_refused_is_parked_with_its_reason_and_stops_what_follows(fujian):
    """Through the inbox itself: refused, repeated, and a good one behind it."""
    bad = fujian.step(local(CITY))
    good = fujian.step(local())
    assert inbox.receive(letter(bad), at=MONDAY) is attempts.Outcome.PARKED
    assert inbox.receive(letter(good), at=MONDAY) is attempts.Outcome.WAITING
    parked = Received.objects.get(state="parked")
    assert parked.code == "publication-refused"
    assert "不能替它公布" in parked.reason
    assert not Publication.objects.exists()
    assert not Implementation.objects.exists()


def opens(**parts):
    document = PolicyDocument.objects.order_by("key").first().key
    return {
        "kind": "provinces",
        "name": "两省试点",
        "items": [ITEM],
        "members": ["220000", "350000"],
        "modes": ["RECEIVED_FOR"],
        "from_day": "2026-12-01",
        "document": document,
        "place": "一",
        "line": 1,
        "sentence": "两省先行试点",
    } | parts


def test_the_hub_opens_an_item_somewhere_and_every_node_knows(hub, settings):
    take(hub.step({"kind": "rollout", "key": "hub-one", "values": opens()}))
    row = RollOut.objects.get(pk="hub-one")
    assert ([item.pk for item in row.items.all()], row.from_day) == ([ITEM], date(2026, 12, 1))
    with pytest.raises(PublicationRefused, match="items"):
        take(hub.step({"kind": "rollout", "key": "hub-two", "values": opens(items=["x"])}))
    hub.steps.pop()
    with pytest.raises(PublicationRefused, match="key"):
        take(hub.step({"kind": "rollout", "key": "shipped", "values": opens()}))

    settings.NODE_ID, settings.IS_HUB = "00", True
    manager = a_manager("甲")
    for _ in range(2):
        opening.publish_rollout(key="three", values=opens(), officer=manager, at=MONDAY)
    assert RollOut.objects.filter(pk="hub-three").count() == 1
    with pytest.raises(FieldsRefused) as refusal:
        opening.publish_rollout(
            key="four", values=opens(from_day="bald", name=""), officer=manager, at=MONDAY
        )
    assert set(refusal.value.errors) == {"from_day", "name"}


def test_only_the_hub_s_managers_open_items():
    with pytest.raises(OnlyAtTheHub):
        opening.publish_rollout(key="x", values=opens(), officer=a_manager("丙"), at=MONDAY)


def test_every_kind_of_change_has_one_taker():
    with pytest.raises(ValueError, match="two functions"):
        taking.takes("standard")(lambda _change, _one: None)


def test_publishing_is_noticed_by_every_process(fujian, monkeypatch):
    """Another process looks at the stamp after some seconds and no later."""
    from tongban.catalogue import snapshot

    before = snapshot.current()
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).local == ""
    monkeypatch.setattr(snapshot, "look_again", lambda: None)  # that process hears of nothing
    take(fujian.step(local()))
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).local == ""
    monkeypatch.setattr(snapshot, "LOOK_EVERY", 0.0)
    assert snapshot.current() is not before
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).local == "350100:1"


def test_two_chains_stay_apart(fujian, hub):
    take(hub.step(standard()))
    take(fujian.step(local()))
    assert copying.heads() == {"00": 1, "35": 1}
    assert publishing.recipients(passing_on=False) == ["00"]
