"""Officers' notices by mail: what each wants, to an address she has proved, and nothing personal."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tongban.basics.refusals import FieldsRefused
from tongban.cases import news
from tongban.cases.news import News
from tongban.cases.notices import desk_inbox, desk_mailing, desk_wording, sending
from tongban.cases.notices.desk_inbox import ByMail
from tongban.cases.notices.models import Channel, DeskNotice, DeskWish, Fate, Sending
from tongban.cases.notices.tests.conftest import proved
from tongban.cases.notices.tests.test_channels import server  # noqa: F401 - a fixture
from tongban.cases.tests import world
from tongban.cases.tests.world import JILIN_CITY, MONDAY
from tongban.parties import absences
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
EVERY = [group.key for group in desk_wording.GROUPS]
NIGHT = MONDAY + timedelta(hours=13)  # 22:12 in Beijing
MORNING = MONDAY.replace(day=17, hour=0, minute=0)
ADDRESS = "wang@example.invalid"


@pytest.fixture
def case():
    made, _filled = world.a_case()
    return made


@pytest.fixture
def officer(case, all_ways):
    """Of the office that decides the case; she wants by mail what she has to sign, and what is red."""
    found = world.a_decider()
    wants(found, "signing", "red")
    proved(found.account, ADDRESS, Channel.MAIL)
    return found


def wants(officer, *groups, told=EVERY, address=ADDRESS, quiet=True):
    by_mail = ByMail(groups, address, is_quiet_at_night=quiet)
    return desk_inbox.want(officer=officer, groups=told, by_mail=by_mail)


def tell(officer, case, kind=news.TO_SIGN, *, at=MONDAY, ref="1"):
    news.tell(News(kind, officer, ref, at, case.number if case else ""))


def test_without_a_wish_everything_is_told_in_the_inbox_and_nothing_goes_out(case, all_ways):
    officer = world.a_decider()
    proved(officer.account, ADDRESS, Channel.MAIL)
    tell(officer, case)
    assert desk_inbox.unread(officer) == 1
    assert not Sending.objects.exists()


def test_a_mail_says_what_sort_of_work_waits_and_nothing_of_whose_and_what(case, officer, gateway):
    tell(officer, case)
    assert sending.send_due(at=MONDAY) == 1
    ((channel, to, title, text),) = gateway.taken
    assert (channel, to) == ("mail", ADDRESS)
    assert "等您签字" in title
    assert "等您签字" in text
    assert case.number[-4:] in text
    assert case.number not in text
    assert not [one for one in ("张三", "户口", "夫妻", "公安") if one in title + text]
    assert sending.send_due(at=MORNING) == 0, "once"


def test_only_what_she_wants_by_mail_goes_there(case, officer, gateway):
    tell(officer, case, news.ASKED)
    tell(officer, case, desk_wording.RED)
    sending.send_due(at=MONDAY)
    assert [title for _, _, title, _ in gateway.taken] == ["工作台消息：红灯"]


def test_nothing_but_the_code_goes_to_an_address_that_is_not_proved(case, officer):
    wants(officer, "signing", address="other@example.invalid")
    tell(officer, case)
    assert not Sending.objects.exists()


def test_what_is_not_told_in_the_inbox_is_not_mailed(case, officer):
    wish = wants(officer, "signing", "red", told=["red"])
    assert wish.mailed == ["red"]
    tell(officer, case)
    assert not DeskNotice.objects.exists()
    assert not Sending.objects.exists()


def test_a_node_without_mail_owes_none(case, officer, settings):
    settings.NOTICE_CHANNELS = {}
    tell(officer, case)
    assert desk_inbox.unread(officer) == 1
    assert not Sending.objects.exists()


def reads(officer):
    desk_inbox.read_all(officer=officer, before=NIGHT, at=NIGHT)


def moves_to_another_office(officer):
    officer.authority = world.places.competent_authority("minzheng", JILIN_CITY)
    officer.save()


@pytest.mark.parametrize(
    "meanwhile", [reads, lambda officer: wants(officer, "red"), moves_to_another_office]
)
def test_what_she_need_not_get_any_more_is_dropped(case, officer, gateway, meanwhile):
    tell(officer, case, at=NIGHT)
    meanwhile(officer)
    assert sending.send_due(at=MORNING) == 0
    assert gateway.taken == []
    assert Sending.objects.get().fate == Fate.DROPPED


def test_at_night_it_waits_for_the_morning_unless_she_does_not_mind(case, officer, gateway):
    tell(officer, case, at=NIGHT)
    assert sending.send_due(at=NIGHT) == 0
    assert sending.send_due(at=MORNING) == 1
    wants(officer, "signing", quiet=False)
    tell(officer, case, at=NIGHT, ref="2")
    assert sending.send_due(at=NIGHT) == 1


def test_a_failure_is_tried_again_then_given_up_and_seen_by_her_too(case, officer, gateway):
    gateway.broken = "对方没有接收"
    tell(officer, case)
    at = MONDAY
    for wait in (timedelta(0), *sending.WAITS):
        at += wait
        sending.send_due(at=max(at, Sending.objects.get().next_at))
        at = max(at, Sending.objects.get().next_at)
    (row,) = sending.sendings(fate=Fate.FAILED)
    assert (row.attempts, row.trouble) == (len(sending.WAITS) + 1, "对方没有接收")
    assert desk_mailing.failed(officer) == 1
    assert desk_mailing.failed(world.a_decider(name="陈三")) == 0

    gateway.broken = ""
    sending.retry(sending_id=row.pk, at=MORNING)
    assert sending.send_due(at=MORNING) == 1


def test_a_substitute_gets_it_as_she_herself_wants_it(case, officer, gateway):
    substitute = world.a_decider(name="陈三")
    wants(substitute, "signing", address="chen@example.invalid")
    proved(substitute.account, "chen@example.invalid", Channel.MAIL)
    wants(officer)
    absences.enter(
        officer=officer, from_on=MONDAY.date(), until_on=MONDAY.date(), substitute=substitute,
        by=world.an_officer(officer.authority, Role.LEADER, name="周负责"), at=MONDAY,
    )  # fmt: skip
    tell(officer, case)
    sending.send_due(at=MONDAY)
    assert [to for _, to, _, _ in gateway.taken] == ["chen@example.invalid"]


def test_what_nobody_saw_to_goes_by_mail_only_to_who_wants_it(case, officer, gateway):
    tell(officer, case, desk_wording.ESCALATED)
    assert not Sending.objects.exists()
    wants(officer, desk_wording.TO_LEADERS.key, told=[])
    tell(officer, case, desk_wording.ESCALATED, ref="2")
    assert sending.send_due(at=MONDAY) == 1


def test_a_notice_without_a_case_names_no_number(officer, gateway):
    wants(officer, "late_inquiries")
    tell(officer, None, news.INQUIRY_LATE, ref="协 1")
    assert sending.send_due(at=MONDAY) == 1
    assert "尾号" not in gateway.taken[0][3]


def test_the_gateway_gets_it_as_every_other_mail(case, officer, settings, server):  # noqa: F811
    settings.NOTICE_CHANNELS = {"mail": [f"json://127.0.0.1:{server.server_port}/?:to={{to}}"]}
    tell(officer, case)
    assert sending.send_due(at=MONDAY) == 1
    ((_path, body),) = server.got
    assert body["to"] == ADDRESS
    assert body["title"] == "工作台消息：等您签字"


@pytest.mark.parametrize("address", ["", "not-an-address"])
def test_mail_wants_an_address(officer, address):
    with pytest.raises(FieldsRefused) as refused:
        wants(officer, "red", address=address)
    assert set(refused.value.errors) == {"mail"}
    assert desk_inbox.wish_of(officer).mail == ADDRESS, "and nothing of it is kept"


def test_the_address_lies_sealed_and_the_database_wants_one(officer):
    kept = DeskWish.objects.get()
    assert ADDRESS.encode() not in bytes(kept.mail_sealed)
    assert kept.mail == ADDRESS
    with pytest.raises(IntegrityError), transaction.atomic():
        DeskWish.objects.update(mail_sealed=b"")


def test_a_sending_is_of_one_notice(case, officer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Sending.objects.create(channel=Channel.MAIL, next_at=MONDAY)


def test_every_group_has_words_for_a_mail():
    for kind in desk_wording.WORDINGS:
        title, text = desk_wording.by_mail(kind, "22010420261116000010Y")
        assert str(desk_wording.WORDINGS[kind].title) in title
        assert "%(" not in title + text
