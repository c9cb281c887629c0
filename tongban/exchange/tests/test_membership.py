"""Who takes part is decided by two people at the hub, once, whatever they press and when."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from tongban.exchange import editions, membership
from tongban.exchange.membership import (
    Kind,
    ProposalRefused,
    ProposedByAnother,
    ProposedByYourself,
    ReasonMissing,
    Settled,
    Wanted,
)
from tongban.exchange.models import Outgoing
from tongban.jurisdictions import adopting, introduction, operations, queries
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.introduction import IntroductionRefused
from tongban.jurisdictions.models import (
    DirectoryEdition,
    DirectoryProposal,
    Node,
    NodeKey,
)
from tongban.jurisdictions.tests import signed
from tongban.jurisdictions.tests.signed import AT
from tongban.trust import keeping, signing, store
from tongban.trust.suites import Purpose

pytestmark = pytest.mark.django_db
ONE, OTHER = "运维甲", "运维乙"


@pytest.fixture
def hub(settings, tmp_path, db):
    """Stand at a hub whose first edition lists itself and 吉林."""
    return _hub(settings, tmp_path)


def _hub(settings, tmp_path):
    pem = signing.new_key()
    key = tmp_path / "hub.key"
    key.write_bytes(pem)
    signer = signing.signer_from_pem(pem)
    settings.NODE_ID, settings.IS_HUB, settings.NODE_KEY_FILE = "00", True, key
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(signer)
    NodeKey.objects.all().delete()
    for code in ("00", "22", "35", "44"):
        facts = {"name": code, "is_hub": code == "00", "public_key": "", "key_id": ""}
        Node.objects.update_or_create(code=code, defaults=facts)
    operations.stamp(at=AT)
    jilin = signing.signer_from_pem(signing.new_key())
    editions.issue([signed.entry("00", signer), signed.entry("22", jilin)], at=AT)
    Outgoing.objects.all().delete()
    return signer


@pytest.fixture
def fujian(tmp_path):
    """The key store of a node that wants to join."""
    path = tmp_path / "35.keys"
    keeping.with_first_keys(store.create(path), "gm", at=AT).save(path)
    return path


def introduced(path, *, at=AT, code="35", serves=("35",)):
    return introduction.make(
        store.load(path), code=code, name="福建", serves=serves, base_url="https://fj.example.cn",
        contact=signed.CONTACT, at=at,
    )  # fmt: skip


def propose(wanted, *, by=ONE, why="省政务服务局来函，电话核对过指纹"):
    return membership.propose(wanted, why=why, by=by, at=AT)


def approve(found, *, by=OTHER):
    return membership.approve(proposal_id=found.pk, by=by, at=AT)


def joined(path):
    return approve(propose(membership.of_introduction(introduced(path))))


def state(code):
    entry = adopting.held_edition().node(code)
    return entry.state if entry else None


def test_a_node_joins_when_a_second_person_approves(hub, fujian):
    found = propose(membership.of_introduction(introduced(fujian)))
    assert (found.kind, state("35")) == (Kind.JOIN, None)
    assert not queries.node("35").is_connected

    found = approve(found)

    assert (found.state, found.edition.number) == (Settled.APPROVED, 2)
    assert state("35") is State.ACTIVE
    assert queries.node("35").is_connected
    owed = Outgoing.objects.filter(type=editions.TYPE).values_list("recipient", flat=True)
    assert sorted(owed) == ["22", "35"]


def test_who_proposed_does_not_approve_nor_refuse(hub, fujian):
    found = propose(membership.of_introduction(introduced(fujian)))

    with pytest.raises(ProposedByYourself):
        approve(found, by=ONE)
    with pytest.raises(ProposedByYourself):
        membership.refuse(proposal_id=found.pk, why="不", by=ONE, at=AT)
    # And whoever finds a way round that is stopped by the database.
    row = adopting.held()
    with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
        DirectoryProposal.objects.filter(pk=found.pk).update(
            state=Settled.APPROVED, decided_by=ONE, decided_at=AT, edition=row
        )
    assert adopting.held().number == 1


def test_approved_twice_is_one_edition(hub, fujian):
    found = joined(fujian)
    again = approve(found)

    assert again.edition_id == found.edition_id
    assert DirectoryEdition.objects.count() == 2


def test_proposed_twice_is_one_proposal_and_another_person_is_told(hub, fujian):
    wanted = membership.of_introduction(introduced(fujian))

    assert propose(wanted).pk == propose(wanted).pk
    with pytest.raises(ProposalRefused, match="已有一条变更在等批准"):
        propose(wanted, by=OTHER)
    with pytest.raises(IntegrityError, match="one_proposal_a_node"), transaction.atomic():
        DirectoryProposal.objects.create(
            kind=Kind.SUSPEND, node_code="35", why="x", proposed_by=OTHER, proposed_at=AT
        )


def test_a_reason_belongs_to_it(hub, fujian):
    wanted = membership.of_introduction(introduced(fujian))
    with pytest.raises(ReasonMissing):
        propose(wanted, why="  ")
    found = propose(wanted)
    with pytest.raises(ReasonMissing):
        membership.refuse(proposal_id=found.pk, why="", by=OTHER, at=AT)

    membership.refuse(proposal_id=found.pk, why="指纹不符", by=OTHER, at=AT)
    with pytest.raises(ProposalRefused, match="不批准"):
        approve(found)
    assert state("35") is None


def test_one_takes_back_ones_own_and_nobody_elses(hub, fujian):
    found = propose(membership.of_introduction(introduced(fujian)))
    with pytest.raises(ProposedByAnother):
        membership.withdraw(proposal_id=found.pk, by=OTHER, at=AT)

    membership.withdraw(proposal_id=found.pk, by=ONE, at=AT)
    membership.withdraw(proposal_id=found.pk, by=ONE, at=AT)
    with pytest.raises(ProposalRefused, match="已撤回"):
        approve(found)


def test_suspending_coming_back_and_leaving(hub, fujian):
    joined(fujian)

    approve(propose(Wanted(Kind.SUSPEND, "35")))
    assert (state("35"), queries.node("35").is_connected) == (State.SUSPENDED, False)
    with pytest.raises(ProposalRefused, match="暂停接入"):
        propose(Wanted(Kind.SUSPEND, "35"))

    approve(propose(Wanted(Kind.REINSTATE, "35")))
    assert (state("35"), queries.node("35").is_connected) == (State.ACTIVE, True)

    approve(propose(Wanted(Kind.LEAVE, "35")))
    assert (state("35"), queries.node("35").is_connected) == (State.LEFT, False)
    with pytest.raises(ProposalRefused):
        propose(Wanted(Kind.REINSTATE, "35"))
    later = introduced(fujian, at=AT + timedelta(days=1))
    approve(propose(membership.of_introduction(later)))
    assert state("35") is State.ACTIVE


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted(Kind.SUSPEND, "00"), "枢纽不能暂停"),
        (Wanted(Kind.SUSPEND, "44"), "没有节点44"),
        (Wanted(Kind.REINSTATE, "22"), "恢复接入"),
    ],
)
def test_what_the_directory_does_not_allow_is_refused_at_once(hub, wanted, why):
    with pytest.raises(ProposalRefused, match=why):
        propose(wanted)


def test_a_node_changes_its_keys_and_a_revoked_one_stays_revoked(hub, fujian):
    joined(fujian)
    old = store.load(fujian).active(Purpose.SIGN).id
    store.change(fujian, lambda one: keeping.with_next_key(one, "gm", Purpose.SIGN, at=AT))
    store.change(fujian, lambda one: keeping.revoked(one, old, at=AT))

    found = propose(membership.of_introduction(introduced(fujian, at=AT + timedelta(hours=1))))
    assert found.kind == Kind.RENEW
    approve(found)

    entry = adopting.held_edition().node("35")
    coming = store.load(fujian).active(Purpose.SIGN)
    assert entry.key_id == coming.id
    assert {key.public.key_id for key in entry.keys if key.revoked_at} == {old}
    assert NodeKey.objects.get(node="35", key_id=old).revoked_at is not None


def test_an_introduction_that_was_used_is_not_used_again(hub, fujian):
    first = introduced(fujian)
    joined(fujian)
    with pytest.raises(ProposalRefused, match="不比名录里的新"):
        propose(membership.of_introduction(first))


def test_nobody_takes_the_place_or_the_key_of_another(hub, fujian, tmp_path):
    with pytest.raises(ProposalRefused, match="已由节点22"):
        propose(membership.of_introduction(introduced(fujian, serves=("22", "35"))))
    joined(fujian)
    later = AT + timedelta(days=1)
    with pytest.raises(ProposalRefused, match="已登记在节点35"):
        propose(membership.of_introduction(introduced(fujian, code="44", serves=("44",), at=later)))


def test_a_file_that_introduces_nobody_is_refused(hub):
    with pytest.raises(IntroductionRefused):
        membership.of_introduction(b"{}")


def test_only_the_hub_decides(hub, fujian, settings):
    wanted = membership.of_introduction(introduced(fujian))
    settings.NODE_ID, settings.IS_HUB = "22", False
    with pytest.raises(editions.NotTheHub):
        propose(wanted)
    with pytest.raises(editions.NotTheHub):
        membership.approve(proposal_id=1, by=OTHER, at=AT)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_locked", [True, False])
def test_two_who_approve_at_once_issue_one_edition(
    settings, tmp_path, fujian, monkeypatch, is_locked
):
    """Without the lock both would sign: the second half shows what the first half is worth."""
    _hub(settings, tmp_path)
    found = propose(membership.of_introduction(introduced(fujian)))
    meeting = threading.Barrier(2, timeout=1.5)
    issue = editions.issue
    issued = []

    def meet(nodes, *, at):
        issued.append(at)
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait()
        return issue(nodes, at=at)

    monkeypatch.setattr(editions, "issue", meet)
    if not is_locked:
        monkeypatch.setattr(operations, "take_turn", lambda: None)
        monkeypatch.setattr(membership, "_locked", lambda pk: DirectoryProposal.objects.get(pk=pk))

    def press(by):
        try:
            return membership.approve(proposal_id=found.pk, by=by, at=AT)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(press, [OTHER, "运维丙"]))

    if is_locked:
        assert len(issued) == 1
        assert {one.edition.number for one in results} == {2}
        assert DirectoryEdition.objects.count() == 2
    else:
        assert len(issued) == 2
