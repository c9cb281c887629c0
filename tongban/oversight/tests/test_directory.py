"""节点名录: two operators of the hub decide who takes part; every other node sees what it has."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from tongban.exchange import editions
from tongban.jurisdictions import adopting, introduction, operations, queries
from tongban.jurisdictions.adopting import How
from tongban.jurisdictions.edition import EditionRefused
from tongban.jurisdictions.models import DirectoryProposal, NodeKey
from tongban.jurisdictions.tests import signed
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role
from tongban.trust import keeping, signing, store

pytestmark = pytest.mark.django_db
LIST = "/oversight/directory/"


@pytest.fixture
def at_the_hub(settings, tmp_path):
    """The hub with 吉林 in its directory, and the page of each of two operators."""
    operations.load_reference(at=now())
    NodeKey.objects.all().delete()
    pem = signing.new_key()
    settings.NODE_KEY_FILE = tmp_path / "hub.key"
    settings.NODE_KEY_FILE.write_bytes(pem)
    signer = signing.signer_from_pem(pem)
    settings.NODE_ID, settings.IS_HUB = "00", True
    settings.HUB_KEY_FINGERPRINT = signed.fingerprint(signer)
    ends = signed.key(signed.a_key(), valid_until=now() + timedelta(days=9))
    jilin = signed.entry("22", signed.a_key())
    fujian = signed.entry("35", signed.a_key())
    ending = signing.signer_from_pem(signing.new_key())
    shandong = signed.entry("37", ending, keys=(signed.key(ending, valid_until=ends.valid_until),))
    editions.issue([signed.entry("00", signer), jilin, fujian, shandong], at=now())
    return signer


@pytest.fixture
def two(at_the_hub, signed_in):
    return [signed_in(officer(Role.OPERATOR, name=name)) for name in ("云甲", "云乙")]


@pytest.fixture
def guangdong(tmp_path):
    """The file with which a node introduces itself."""
    keys = keeping.with_first_keys(store.create(tmp_path / "44.keys"), "gm", at=now())
    return introduction.make(
        keys, code="44", name="广东", serves=["44"], base_url="https://gd.example.cn",
        contact=signed.CONTACT, at=now(),
    )  # fmt: skip


def hand_in(browser, raw, why="粤政数函，电话核对过指纹"):
    file = SimpleUploadedFile("introduction-44.json", raw)
    return browser.post(f"{LIST}introduce/", {"file": file, "why": why}, follow=True)


def text(browser, address=LIST):
    return browser.get(address).content.decode()


def test_the_list_says_who_takes_part_and_whose_keys_end_soon(two):
    page = text(two[0])

    for words in ("第1版", "吉林", "福建", "密钥快到期", "没有等待批准的变更"):
        assert words in page
    assert signed.fingerprint(signing.load_signer(_key_file())) in page


def _key_file():
    from django.conf import settings

    return settings.NODE_KEY_FILE


def test_a_node_joins_by_two_people(two, guangdong):
    first, second = two
    page = hand_in(first, guangdong).content.decode()
    assert "已提出，等另一位运维人员批准" in page
    assert introduction.read(guangdong).fingerprint in page
    [row] = DirectoryProposal.objects.all()
    address = f"{LIST}proposals/{row.pk}/"
    assert "批准，签发新的一版" not in text(first, address)
    assert "等您或者另一位运维人员批准" in text(second)
    assert "逐字核对上面的密钥指纹" in text(second, address)

    refused = first.post(address, {"do": "approve"})
    assert refused.status_code == 409
    assert "要由另一位运维人员批准" in refused.content.decode()
    for _ in range(2):
        page = second.post(address, {"do": "approve"}, follow=True).content.decode()

    assert "第2版" in page
    assert adopting.held().number == 2
    assert queries.node("44").is_connected
    assert "云甲" in text(second)


def test_a_file_that_is_none_is_refused_in_its_field(two, guangdong):
    changed = guangdong.replace("广东".encode(), "广西".encode())
    for raw in (b"{}", guangdong[:-9], changed):
        answer = hand_in(two[0], raw)
        assert answer.status_code == 422
        assert "errsum" in answer.content.decode()
    assert not DirectoryProposal.objects.exists()


def test_a_reason_is_asked_for(two, guangdong):
    assert hand_in(two[0], guangdong, why=" ").status_code == 422
    answer = two[0].post(f"{LIST}nodes/35/", {"kind": "suspend", "why": ""})
    assert answer.status_code == 422
    assert "填写“理由”" in answer.content.decode()


def test_a_node_is_suspended_and_comes_back(two):
    first, second = two
    page = f"{LIST}nodes/35/"
    assert "提出变更" in text(first, page)
    first.post(page, {"kind": "suspend", "why": "对方密钥疑似泄露"})
    # Nothing else can be proposed of it meanwhile.
    assert "提出变更" not in text(second, page)
    [row] = DirectoryProposal.objects.all()
    second.post(f"{LIST}proposals/{row.pk}/", {"do": "approve"})

    assert not queries.node("35").is_connected
    assert "暂停接入" in text(first)
    shown = text(first, page)
    assert "恢复接入" in shown
    assert "对方密钥疑似泄露" in shown


def test_the_second_person_says_why_not(two, guangdong):
    first, second = two
    hand_in(first, guangdong)
    [row] = DirectoryProposal.objects.all()
    address = f"{LIST}proposals/{row.pk}/"
    assert second.post(address, {"do": "refuse", "why": ""}).status_code == 422

    second.post(address, {"do": "refuse", "why": "指纹与电话里说的不一样"})

    assert "指纹与电话里说的不一样" in text(first, address)
    assert adopting.held().number == 1


def test_one_takes_ones_own_back(two, guangdong):
    hand_in(two[0], guangdong)
    [row] = DirectoryProposal.objects.all()
    address = f"{LIST}proposals/{row.pk}/"
    assert two[1].post(address, {"do": "withdraw"}).status_code == 409
    two[0].post(address, {"do": "withdraw"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_at_another_node_the_page_shows_and_changes_nothing(two, settings):
    settings.IS_HUB = False
    page = text(two[0])
    assert "第1版" in page
    assert "接入新节点" not in page
    assert "提出变更" not in text(two[0], f"{LIST}nodes/35/")
    assert two[0].get(f"{LIST}introduce/").status_code == 404
    assert two[0].post(f"{LIST}nodes/35/", {"kind": "suspend", "why": "x"}).status_code == 200
    assert not DirectoryProposal.objects.exists()


def test_what_was_not_adopted_is_listed_with_its_reason(two):
    forged = signed.raw(signed.a_key(), [signed.entry("00", signed.a_key())])
    with pytest.raises(EditionRefused):
        adopting.adopt_or_note(forged, at=now(), how=How.FILE)

    assert "名录不是枢纽签的" in text(two[0])


def test_the_edition_is_there_as_a_file(two):
    answer = two[0].get(f"{LIST}edition")
    assert answer.content == bytes(adopting.held().signed)
    assert "directory-1.json" in answer["Content-Disposition"]


def test_before_the_first_edition_the_page_says_what_to_do(operator, signed_in, settings):
    assert "HUB_KEY_FINGERPRINT" in text(signed_in(operator))
    settings.HUB_KEY_FINGERPRINT = "f" * 64
    assert "./run directory import" in text(signed_in(operator))
    settings.IS_HUB = True
    assert "./run directory begin" in text(signed_in(operator))
    assert signed_in(operator).get(f"{LIST}nodes/35/").status_code == 404
    assert signed_in(operator).get(f"{LIST}edition").status_code == 404
