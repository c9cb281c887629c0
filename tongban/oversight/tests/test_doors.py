from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from tongban.exchange import inbox, outbox, queries
from tongban.exchange.envelope import BadSignature
from tongban.exchange.models import NodeContact, Outgoing, Received
from tongban.jurisdictions import operations as directory
from tongban.jurisdictions.models import Node
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db

PAGE = "/oversight/exchange/"


@pytest.fixture
def parked(fujian):
    """Two messages that wait for a person: one of an unknown type, one that was forged."""
    inbox.receive(fujian.sends("test.new.v1", subject="2200-0017"), at=now())
    inbox.park(b"junk", BadSignature("35"), published_by="35", at=now())
    return list(queries.parked())


def text(response):
    return response.content.decode()


def test_anybody_sees_the_nodes_at_the_hub(hub, fujian):
    NodeContact.objects.create(
        node="35", last_contact_at=now(), mailbox_messages=7, mailbox_bytes=4096, version="0.1.0",
        mailbox_seen_at=now(),
    )  # fmt: skip
    response = Client().get("/oversight/nodes/")

    page = text(response)
    assert response.status_code == 200
    assert "7份" in page
    assert "正常" in page
    assert "0.1.0" in page


def test_a_silent_node_is_said_to_be_silent_in_words(hub, fujian):
    NodeContact.objects.create(node="35", last_contact_at=now() - timedelta(minutes=3))

    assert "失联3分" in text(Client().get("/oversight/nodes/"))


def test_the_table_comes_alone_for_the_refresh_and_can_be_held_still(hub, fujian):
    page = text(Client().get("/oversight/nodes/"))
    assert 'hx-trigger="every 5s"' in page
    assert "停止自动刷新" in page
    assert "hx-trigger" not in text(Client().get("/oversight/nodes/?still"))

    part = text(Client().get("/oversight/nodes/", headers={"hx-request": "true"}))
    assert "<html" not in part
    assert "<table" in part


def test_other_nodes_point_to_the_hub(db):
    Node.objects.filter(is_hub=True).update(base_url="http://127.0.0.1:8000")
    response = Client().get("/oversight/nodes/")

    assert response.status_code == 404
    assert "在国家枢纽上看" in text(response)


def test_the_first_page_is_where_the_person_has_work(settings, db, operator, signed_in):
    assert Client().get("/oversight/").url == PAGE
    settings.IS_HUB = True
    assert Client().get("/oversight/").url == "/oversight/nodes/"
    assert signed_in(operator).get("/oversight/").url == PAGE


@pytest.mark.parametrize("path", ["", "1/drop/"])
def test_messages_are_for_operators_only(db, signed_in, path):
    stranger = Client().get(PAGE + path)
    assert stranger.status_code == 302
    assert "next=" in stranger.url

    decider = signed_in(officer(Role.DECIDER, name="王五"))
    assert decider.get(PAGE + path).status_code == 403


@pytest.mark.parametrize("path", ["retry", "1/retry", "1/drop/"])
def test_nobody_else_can_press_a_button(parked, signed_in, path):
    decider = signed_in(officer(Role.DECIDER, name="王五"))
    path = path.replace("1/", f"{parked[0].pk}/")

    assert decider.post(PAGE + path, {"reason": "x"}).status_code == 403
    assert queries.parked().count() == 2


def test_buttons_want_the_forms_own_token(parked, operator):
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator.account)

    assert client.post(f"{PAGE}{parked[0].pk}/retry").status_code == 403


def test_an_operator_sees_what_is_parked_and_why(parked, operator, signed_in):
    page = text(signed_in(operator).get(PAGE))

    assert "本节点不处理“test.new.v1”这种报文" in page
    assert "2200-0017" in page
    assert "签名与节点35不符" in page
    assert "没能打开" in page


def test_an_operator_sees_what_is_late_and_the_last_error(operator, signed_in, fujian):
    outbox.tell(["35"], "test.note.v1", "case-1", {}, at=now() - timedelta(minutes=9))
    Outgoing.objects.update(last_error="the broker is away", attempts=3)
    outbox.tell(["35"], "test.note.v1", "case-2", {}, at=now())
    Outgoing.objects.filter(subject="case-2").update(
        parked_at=now(), parked_code="unknown-type", parked_reason="对方还没升级", sent_at=now()
    )

    page = text(signed_in(operator).get(PAGE))
    assert "the broker is away" in page
    assert "对方还没升级" in page


def test_the_page_says_that_a_node_is_suspended_and_its_mail_waits(operator, signed_in, fujian):
    Node.objects.filter(pk="35").update(state=Node.State.SUSPENDED)
    directory.stamp(at=now())
    outbox.tell(["35"], "test.note.v1", "case-1", {}, at=now() - timedelta(minutes=2))

    page = text(signed_in(operator).get(PAGE))

    assert "发给节点35的报文暂时发不出：节点35已暂停接入" in page
    assert page.count("已暂停接入，报文不收不发") == 2, (
        "as the node's condition, and beside its mail"
    )


def test_the_page_costs_the_same_however_much_waits(
    operator, signed_in, fujian, django_assert_max_num_queries
):
    for number in range(30):
        inbox.receive(fujian.sends("test.new.v1", subject=f"case-{number}"), at=now())
        outbox.tell(["35"], "test.note.v1", f"case-{number}", {}, at=now())
    client = signed_in(operator)
    client.get(PAGE)

    with django_assert_max_num_queries(24):
        client.get(PAGE)


def test_retry_handles_the_message_and_says_so(parked, operator, signed_in):
    done = []
    inbox.handles("test.new.v1")(lambda envelope: done.append(envelope.subject))

    response = signed_in(operator).post(f"{PAGE}{parked[0].pk}/retry", follow=True)

    assert done == ["2200-0017"]
    assert "已办理，并已回执对方" in text(response)
    assert Received.objects.get(pk=parked[0].pk).settled_by == operator.pseudonym


def test_one_operator_takes_a_message_on_and_another_may_take_it_over(parked, operator, signed_in):
    path = f"{PAGE}{parked[0].pk}/own"
    first, second = signed_in(operator), signed_in(officer(Role.OPERATOR, name="值守"))
    assert "还没有人" in text(first.get(PAGE))

    first.post(path)

    row = Received.objects.get(pk=parked[0].pk)
    assert row.owner == operator.pseudonym
    assert "（您）" in text(first.get(PAGE))
    assert "接手" in text(second.get(PAGE))
    at = row.owned_at
    first.post(path)
    assert Received.objects.get(pk=row.pk).owned_at == at, "a second press changes nothing"
    second.post(path)
    assert "值守" in text(first.get(PAGE))
    assert Received.objects.get(pk=row.pk).owner not in ("", operator.pseudonym)

    inbox.handles("test.new.v1")(lambda envelope: None)
    first.post(f"{PAGE}{row.pk}/retry")
    assert "已不在搁置中" in text(second.post(path, follow=True))


def test_retry_says_when_it_did_not_help_and_when_it_was_done_before(parked, operator, signed_in):
    client = signed_in(operator)
    assert "仍然不能办理" in text(client.post(f"{PAGE}{parked[1].pk}/retry", follow=True))

    inbox.handles("test.new.v1")(lambda envelope: None)
    client.post(f"{PAGE}{parked[0].pk}/retry")
    again = client.post(f"{PAGE}{parked[0].pk}/retry", follow=True)
    assert "已不在搁置中" in text(again)
    assert "没有编号为" in text(client.post(f"{PAGE}999999/retry", follow=True))


def test_all_can_be_retried_at_once(parked, operator, signed_in):
    inbox.handles("test.new.v1")(lambda envelope: None)

    response = signed_in(operator).post(f"{PAGE}retry", follow=True)

    assert "1份不再搁置，1份仍然搁置" in text(response)


def test_dropping_asks_for_the_reason_first(parked, operator, signed_in):
    client = signed_in(operator)
    path = f"{PAGE}{parked[0].pk}/drop/"
    assert "对方节点会看到您写的理由" in text(client.get(path))
    assert "不通知任何节点" in text(client.get(f"{PAGE}{parked[1].pk}/drop/"))

    refused = client.post(path, {"reason": "  "})
    assert refused.status_code == 422
    assert "写明作废的理由" in text(refused)

    done = client.post(path, {"reason": "内容有误"}, follow=True)
    assert "已作废" in text(done)
    assert Received.objects.get(pk=parked[0].pk).state == "dropped"
    assert "已不在搁置中" in text(client.post(path, {"reason": "再来"}, follow=True))


def test_what_others_wrote_is_shown_as_text_and_nothing_more(operator, signed_in, fujian):
    inbox.receive(fujian.sends("test.new.v1", subject="<script>alert(1)</script>"), at=now())

    page = text(signed_in(operator).get(PAGE))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
