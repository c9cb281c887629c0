"""What nodes publish to each other: signed, in order, each only for what is its own."""

import json
import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.conf import settings as live
from django.utils import timezone

from tongban.basics import signing
from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import handlers, messages, publications, queries
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import (
    Implementation,
    ImplementationVersion,
    ItemVersion,
    PolicyDocument,
    Publication,
    RollOut,
    Told,
)
from tongban.catalogue.operations import copying, opening, publishing, taking
from tongban.catalogue.operations.taking import PublicationRefused
from tongban.catalogue.permissions import OnlyAtTheHub
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.managers import ITEM, MONDAY, TUESDAY, a_manager, published
from tongban.exchange import attempts, inbox
from tongban.exchange.envelope import Envelope, Unreadable
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests.conftest import told
from tongban.jurisdictions import operations as directory
from tongban.jurisdictions.queries import NoSuchDivision

pytestmark = pytest.mark.django_db
FUZHOU, CITY = "350100", "220100"
KEYS = {code: signing.signer_from_pem(signing.new_key()) for code in ("00", "35", "44")}


@pytest.fixture(autouse=True)
def _catalogue():
    with managers.few_standards():
        yield


@pytest.fixture(autouse=True)
def country(tmp_path, _nothing_is_loaded_yet):
    """The hub, 福建 and 广东 are connected, and so is this node, 吉林."""
    path = tmp_path / "directory.json"
    keys = {**KEYS, "22": signing.load_signer(live.NODE_KEY_FILE)}
    nodes = [
        {"code": code, "base_url": f"http://127.0.0.1/{code}", "public_key": key.public_key}
        for code, key in keys.items()
    ]
    path.write_text(json.dumps({"nodes": nodes}))
    directory.load_directory(path, at=MONDAY)


def standard(number=2, day=TUESDAY, **content):
    row = ItemVersion.objects.get(item=ITEM, number=1)
    said = {"number": number, "from_day": day.isoformat()}
    return {
        "kind": "standard",
        "item": ITEM,
        **said,
        "content": row.content | said | {"consultation": "户政大厅"} | content,
        "running": {},
        "why": "试改",
        "drafted_by": "a",
        "published_by": "b",
    }


def local(place=FUZHOU, number=1, day=TUESDAY, **parts):
    return {
        "kind": "implementation",
        "item": ITEM,
        "division_code": place,
        "authority_code": "",
        "authority_name": "福州市公安局",
        "level": "3",
        "part": "",
        "name": "夫妻投靠",
        "catalog_code": "",
        "task_code": "",
        "handle_code": "",
        "local_code": "",
        "over": 1,
        "number": number,
        "from_day": day.isoformat(),
        "content": {"consultation": "户籍科"},
        "wording": {},
        "running": {},
        "why": "试改",
        "drafted_by": "a",
        "published_by": "b",
    } | parts


class Publisher:
    """Another node, as far as its publications go."""

    def __init__(self, code):
        self.code, self.steps = code, []

    def step(self, *changes, key=None, **parts):
        """Its next step, signed with its key unless another one is given."""
        last = self.steps[-1] if self.steps else None
        signer = key or KEYS[self.code]
        one = Signed(
            self.code,
            parts.pop("number", len(self.steps) + 1),
            parts.pop("previous", last.digest if last else ""),
            MONDAY,
            list(changes),
            signer.key_id,
        )
        one = replace(one, signature=signer.sign(one.payload()))
        self.steps.append(one)
        return one


def letter(one, *, sender=None, data=None, subject=""):
    return Envelope(
        id=uuid.uuid4(),
        type=messages.PUBLICATION,
        sender=sender or one.publisher,
        recipient=live.NODE_ID,
        subject=subject or messages.subject(one.publisher),
        at=MONDAY,
        data=data if data is not None else messages.packed(one),
        sequence=one.number,
    )


def take(one, **more):
    handlers.take_publication(letter(one, **more))


@pytest.fixture
def hub():
    return Publisher("00")


@pytest.fixture
def fujian():
    return Publisher("35")


def test_a_standard_of_the_hub_is_taken_once_and_holds_from_its_day(hub):
    one = hub.step(standard())
    for _ in range(2):
        take(one)
    assert queries.version_in_force(ITEM, TUESDAY).consultation == "户政大厅"
    assert queries.version_in_force(ITEM, MONDAY.date()).number == 1
    row = ItemVersion.objects.get(item=ITEM, number=2)
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
    assert queries.version(ITEM, 1, "350100:1").consultation == "户籍科"
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
    kept = [
        one
        for one in ItemVersion.objects.get(item=ITEM, number=1).content["materials"]
        if one["spec"] != "marriage-certificate"
    ]
    added = {**kept[0], "spec": "new-thing", "name": "新的材料"}
    dropping = fujian.step(local(over=2, content={"materials": {"drop": ["new-thing"]}}))
    with pytest.raises(inbox.Gap):
        take(dropping)
    take(hub.step(standard(materials=[*kept, added])))
    take(dropping)
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).material("new-thing") is None


def test_a_standard_that_leaves_no_room_for_a_place_s_rules_holds_without_them(fujian, hub):
    """Elsewhere the page of an item must not fall over because two publishers disagree."""
    condition = [{"field": "dwelling_kind", "is_one_of": ["rented"]}]
    row = ItemVersion.objects.get(item=ITEM, number=1).content
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
    assert queries.version(ITEM, 1, "350000:1 350100:1").consultation == "户籍科"


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
    assert ItemVersion.objects.filter(item=ITEM).count() == 1


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
    with pytest.raises(PublicationRefused, match="第1版本节点已经有了，而且不一样"):
        take(hub.step(standard(number=1, day=date(2026, 9, 1))))
    hub.steps.clear()
    row = ItemVersion.objects.get(item=ITEM, number=1)
    same = standard(number=1, day=row.from_day, consultation=row.content["consultation"])
    take(hub.step(same))
    assert ItemVersion.objects.filter(item=ITEM).count() == 1


@pytest.mark.parametrize("day", [date(2026, 9, 1), date(2026, 8, 1)])
def test_no_publication_rewrites_the_past(hub, day):
    with pytest.raises(PublicationRefused, match="不晚于已有的第1版"):
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


def test_the_hub_passes_on_what_a_place_published_as_it_was_signed(fujian, settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    one = fujian.step(local())
    for _ in range(2):
        take(one)
    sent = told(Outgoing.objects.order_by("recipient"))
    assert [row[:3] for row in sent] == [
        ("22", messages.PUBLICATION, "catalogue-35"),
        ("44", messages.PUBLICATION, "catalogue-35"),
    ]
    assert sent[0][3] == messages.packed(one)


def test_a_node_tells_the_hub_and_the_hub_tells_everybody(settings):
    published(a_manager("丙"), a_manager("丁"), place=CITY)
    assert [row[:3] for row in told(Outgoing.objects.all())] == [
        ("00", messages.PUBLICATION, "catalogue-22")
    ]
    Outgoing.objects.all().delete()
    settings.NODE_ID, settings.IS_HUB = "00", True
    published(a_manager("甲"), a_manager("乙"))
    assert [row[0] for row in told(Outgoing.objects.order_by("recipient"))] == ["22", "35", "44"]


def test_what_one_node_publishes_another_takes(settings):
    """The very message that leaves one node, opened as at another."""
    settings.NODE_ID, settings.IS_HUB = "35", False
    published(a_manager("丙", FUZHOU), a_manager("丁", FUZHOU), place=FUZHOU)
    ((*_, data),) = told(Outgoing.objects.all())
    step = messages.unpacked(data)
    assert step.changes[0]["published_by"] != step.changes[0]["drafted_by"]

    # The key of this test's process signs for whatever node it plays, so the directory is told so.
    from tongban.jurisdictions.models import Node, NodeKey

    key = signing.load_signer(live.NODE_KEY_FILE)
    NodeKey.objects.create(
        node=Node.objects.get(pk="35"),
        key_id=key.key_id,
        public_key=key.public_key,
        first_seen_at=MONDAY,
    )
    # As a node that has not seen it: what is frozen can only be emptied, and only in a test.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE catalogue_publication, catalogue_implementation,"
            " catalogue_implementationversion CASCADE"
        )
    settings.NODE_ID = "22"
    take(step, sender="00")
    assert queries.version_in_force(ITEM, TUESDAY, deciding=FUZHOU).consultation == "户政大厅"


def test_steps_are_chained_numbered_and_verifiable():
    for number, day in enumerate((TUESDAY, date(2026, 12, 1)), start=1):
        published(
            a_manager("丙"), a_manager("丁"), place=CITY, from_day=day,
            content={"consultation": f"户政{number}室"},
        )  # fmt: skip
    first, second = publications.publications("22")
    assert (first.number, second.number, second.previous) == (1, 2, first.digest)
    assert publications.faults("22") == []
    Publication.objects.create(
        publisher="22", number=3, published_at=MONDAY, taken_at=MONDAY, body={"changes": []},
        digest="0" * 64, previous=second.digest, key_id=second.key_id, signature="x",
    )  # fmt: skip
    assert publications.faults("22") == [3]


def test_steps_that_a_node_misses_are_told_again_in_order(fujian):
    for number in (1, 2, 3):
        take(fujian.step(local(number=number, day=TUESDAY + timedelta(days=number))))
    handlers.resend_publications(subject="catalogue-35", from_seq=2, recipient="44", at=MONDAY)
    assert [row.sequence for row in Outgoing.objects.order_by("id")] == [2, 3]
    handlers.resend_publications(
        subject="22010420261116000427L", from_seq=1, recipient="44", at=MONDAY
    )
    assert Outgoing.objects.count() == 2


def asked(heads, sender="44", kind=messages.ASK, at=MONDAY):
    one = Signed("44", 1, "", at, [])
    return replace(
        letter(one, sender=sender, data={"heads": heads}), type=kind, subject=messages.COPY, at=at
    )


def test_the_hub_tells_a_node_what_its_copy_lacks_and_asks_for_what_it_lacks_itself(
    fujian, settings
):
    settings.NODE_ID, settings.IS_HUB = "00", True
    published(a_manager("甲"), a_manager("乙"))
    for number in (1, 2):
        take(fujian.step(local(number=number, day=TUESDAY + timedelta(days=number))))
    Outgoing.objects.all().delete()

    handlers.answer_copy(asked({"35": 1, "44": 3}))
    said = [row[:3] for row in told(Outgoing.objects.order_by("id"))]
    assert said == [
        ("44", messages.PUBLICATION, "catalogue-00"),
        ("44", messages.PUBLICATION, "catalogue-35"),
        ("44", "exchange.resend.v1", "catalogue-44"),
        ("44", messages.SAY, "catalogue-copy"),
    ]
    *_, last = told(Outgoing.objects.order_by("id"))
    assert last[3] == {"heads": {"00": 1, "35": 2}}


def test_a_node_knows_how_old_its_copy_is_and_what_it_lacks(fujian):
    assert publications.copy_age() == publications.CopyAge(None, 0)
    assert copying.ask(at=MONDAY)
    ((to, kind, _, data),) = told(Outgoing.objects.all())
    assert (to, kind, data) == ("00", messages.ASK, {"heads": {}})

    take(fujian.step(local()))
    handlers.note_copy(asked({"00": 0, "35": 3}, sender="00", kind=messages.SAY))
    assert publications.copy_age() == publications.CopyAge(MONDAY, 2)
    (hub, copy) = publications.copies()
    assert (hub.publisher, copy.number, copy.told, copy.is_behind) == ("00", 1, 3, True)

    earlier = MONDAY - timedelta(hours=1)
    handlers.note_copy(asked({"35": 1}, sender="00", kind=messages.SAY, at=earlier))
    assert Told.objects.get(publisher="35").number == 3


def test_only_the_hub_says_how_far_everybody_is(settings):
    with pytest.raises(PublicationRefused):
        handlers.note_copy(asked({"35": 3}, sender="44", kind=messages.SAY))
    with pytest.raises(PublicationRefused):
        handlers.answer_copy(asked({}))
    with pytest.raises(Unreadable):
        handlers.note_copy(asked({"35": -1}, sender="00", kind=messages.SAY))
    settings.NODE_ID, settings.IS_HUB = "00", True
    assert not copying.ask(at=timezone.now())


def test_without_the_hub_a_place_publishes_all_the_same(tmp_path):
    path = tmp_path / "alone.json"
    path.write_text(json.dumps({"nodes": []}))
    directory.load_directory(path, at=MONDAY)
    published(a_manager("丙"), a_manager("丁"), place=CITY)
    assert queries.version_in_force(ITEM, TUESDAY, deciding=CITY).local == "220100:1"
    assert not Outgoing.objects.exists()
    assert not copying.ask(at=MONDAY)
    assert copying.heads() == {"22": 1}


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
