"""Business systems hear of their own authority's cases: once owed, signed, tried again, told nothing personal."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection
from django.utils.timezone import now

from tongban.basics import call_signatures
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.hooks import calling, operations, sending, telling
from tongban.cases.hooks.calling import NotTaken
from tongban.cases.hooks.happened import BY_KIND, EVENTS
from tongban.cases.hooks.models import Hook, Push
from tongban.cases.hooks.operations import AuthorityMissing, TooManyHooks
from tongban.cases.models import Case
from tongban.cases.notices.models import Fate
from tongban.cases.operations import claims, review
from tongban.cases.states import BY_NAME
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties import operations as parties
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
URL = "https://police.example/hook"


def subscribed(system, *events, url=URL):
    hook, _secret = operations.subscribe(
        client_id=system.pk, url=url, events=events or EVENTS, at=MONDAY
    )
    Push.objects.filter(hook=hook).delete()
    return hook


def accepted():
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    decider = world.a_decider()
    claims.claim_case(number=case.number, officer=decider, at=MONDAY)
    return review.accept_case(number=case.number, officer=decider, at=MONDAY)


def waiting():
    return list(Push.objects.order_by("at", "seq").values_list("event", flat=True))


def test_every_move_of_the_table_that_ends_or_changes_hands_has_an_event():
    known = set(BY_KIND)
    silent = {"propose", "send_back_proposal", "begin_joint", "end_joint", "ask_originals",
              "originals_arrived"}  # fmt: skip

    assert set(BY_NAME) - known == silent


def test_the_deciding_authority_hears_of_a_case_from_its_arrival_on(system):
    subscribed(system)

    accepted()

    # Not of the submission, nor of what the window did: the case was none of its business.
    assert waiting() == ["handed_over", "accepted"]


def test_a_system_hears_only_what_it_asked_for_and_only_of_its_own_authority(system):
    subscribed(system, "decided")
    civil = world.a_decider(department="minzheng").authority
    other, _ = parties.make_client(
        client_id="civil",
        name="民政",
        prefixes=["22"],
        scopes=["hooks"],
        authority=civil,
        at=MONDAY,
    )
    subscribed(other)

    accepted()

    assert waiting() == []


def test_an_event_that_is_kept_again_is_owed_once(system):
    subscribed(system, "accepted")
    case = accepted()

    telling.on_event(case, recorded.events(case.number)[-1])

    assert waiting() == ["accepted"]


def test_a_call_says_nothing_personal(system):
    subscribed(system)
    case = accepted()

    said = json.dumps([calling.told(push) for push in Push.objects.all()], ensure_ascii=False)

    assert case.number in said
    for personal in ("李四", "张三", world.identity_number(), "13900000002", "东街街道"):
        assert personal not in said


def test_the_secret_is_shown_once_kept_sealed_and_changed_by_subscribing_again(system):
    hook, first = operations.subscribe(client_id=system.pk, url=URL, events=["decided"], at=MONDAY)
    again, second = operations.subscribe(client_id=system.pk, url=URL, events=["closed"], at=MONDAY)

    hook.refresh_from_db()
    assert (again.pk, hook.events) == (hook.pk, ["closed"])
    assert first != second
    assert hook.secret == second
    assert second.encode() not in bytes(hook.secret_sealed)
    assert Push.objects.filter(event="ping").count() == 2


def test_a_system_of_no_authority_hears_nothing(db):
    anybody, _ = parties.make_client(
        client_id="anybody", name="x", prefixes=["22"], scopes=["hooks"], at=MONDAY
    )

    with pytest.raises(AuthorityMissing):
        subscribed(anybody)


def test_wrong_events_and_too_many_addresses_are_refused(system):
    with pytest.raises(FieldsRefused):
        operations.subscribe(client_id=system.pk, url=URL, events=["born"], at=MONDAY)
    for number in range(operations.MOST):
        subscribed(system, url=f"{URL}/{number}")
    with pytest.raises(TooManyHooks):
        subscribed(system, url=f"{URL}/more")


def test_another_systems_hook_does_not_exist_for_it(system):
    hook = subscribed(system)

    with pytest.raises(NotFound):
        operations.unsubscribe(client_id="somebody", hook_id=hook.pk)
    operations.unsubscribe(client_id=system.pk, hook_id=hook.pk)
    assert not Hook.objects.exists()


def fails(_push):
    raise NotTaken("对方回答HTTP 500")


def test_a_failure_is_tried_again_at_growing_distances_and_then_shown(system):
    subscribed(system, "accepted")
    accepted()
    at, distances = MONDAY + timedelta(hours=1), []

    for _try in range(len(sending.WAITS)):
        assert sending.send_due(at=at, call=fails) == 0
        push = Push.objects.get()
        distances.append(push.next_at - at)
        assert sending.send_due(at=push.next_at - timedelta(seconds=1), call=fails) == 0
        at = push.next_at
    sending.send_due(at=at, call=fails)

    push.refresh_from_db()
    assert distances == list(sending.WAITS)
    assert (push.fate, push.trouble) == (Fate.FAILED, "对方回答HTTP 500")
    assert sending.lines()[0].failed == 1
    sending.retry(push_id=push.pk, at=at)
    assert sending.send_due(at=at, call=lambda _push: None) == 1
    assert sending.failed_count() == 0


def test_an_address_that_is_down_does_not_hold_up_the_others(system):
    down, up = subscribed(system, url=f"{URL}/down"), subscribed(system, url=f"{URL}/up")
    accepted()
    called = []

    def call(push):
        called.append(push.hook_id)
        if push.hook_id == down.pk:
            raise NotTaken("x")

    sending.send_due(at=MONDAY + timedelta(hours=1), call=call)

    assert called.count(down.pk) == 1
    assert called.count(up.pk) == 2
    # What was not even tried has not lost a try.
    assert sorted(Push.objects.filter(hook=down).values_list("attempts", flat=True)) == [0, 1]


def test_a_stopped_system_is_called_no_more(system):
    subscribed(system, "accepted")
    accepted()
    parties.stop_client(system.pk)

    assert sending.send_due(at=now(), call=lambda _push: None) == 0


def test_calls_that_were_taken_long_ago_are_forgotten(system):
    subscribed(system, "accepted")
    accepted()
    sending.send_due(at=now(), call=lambda _push: None)

    assert sending.forget_old(at=now() + timedelta(days=29)) == 0
    assert sending.forget_old(at=now() + timedelta(days=31)) == 1


class Listener(BaseHTTPRequestHandler):
    """A business system that keeps what it was told and answers as it was told to."""

    heard: list[tuple[dict[str, str], bytes]] = []
    status = 200

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), body))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "http://127.0.0.1:1/stolen")
        self.end_headers()

    def log_message(self, *_words):
        pass


@pytest.fixture
def listener(settings):
    settings.HOOK_NETWORKS = ["127.0.0.0/8"]
    Listener.heard, Listener.status = [], 200
    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_real_call_is_signed_and_a_changed_byte_is_noticed(system, listener):
    hook, secret = operations.subscribe(
        client_id=system.pk, url=listener, events=["accepted"], at=MONDAY
    )
    at = now()

    assert sending.send_due(at=at) == 1
    ((headers, body),) = Listener.heard
    told = json.loads(body)
    stamp, signature = headers[calling.TIMESTAMP], headers[calling.SIGNATURE]
    assert (told["event"], told["id"]) == ("ping", str(hook.pushes.get().pk))
    assert call_signatures.is_genuine(secret, stamp, body, signature, at=at)
    assert not call_signatures.is_genuine(secret, stamp, body + b" ", signature, at=at)
    assert not call_signatures.is_genuine("other", stamp, body, signature, at=at)


@pytest.mark.parametrize("status", [302, 400, 404, 500])
def test_anything_but_2xx_is_no_taking_and_no_redirection_is_followed(system, listener, status):
    operations.subscribe(client_id=system.pk, url=listener, events=["accepted"], at=MONDAY)
    Listener.status = status

    assert sending.send_due(at=now()) == 0
    assert Push.objects.get().trouble == f"对方回答HTTP {status}"
    assert len(Listener.heard) == 1


def test_an_inward_address_is_not_called_though_it_was_open_when_subscribed(system, settings):
    settings.HOOK_NETWORKS = ["127.0.0.0/8"]
    operations.subscribe(
        client_id=system.pk, url="http://127.0.0.1:9/hook", events=["accepted"], at=MONDAY
    )
    settings.HOOK_NETWORKS = []

    assert sending.send_due(at=now()) == 0
    assert "内部网络" in Push.objects.get().trouble


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_call_once(tmp_path):
    world.load(tmp_path)
    police = world.a_decider().authority
    client, _ = parties.make_client(
        client_id="police", name="x", prefixes=["22"], scopes=["hooks"], authority=police, at=MONDAY
    )
    hook = subscribed(client)
    Push.objects.bulk_create(
        Push(hook=hook, number="x", seq=seq, event="accepted", at=MONDAY, next_at=MONDAY)
        for seq in range(1, 30)
    )
    together, called = threading.Barrier(2), []

    def work():
        together.wait()
        try:
            for _round in range(3):
                sending.send_due(at=now(), call=lambda push: called.append(push.seq))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert sorted(called) == list(range(1, 30))
    assert not Case.objects.exists()
