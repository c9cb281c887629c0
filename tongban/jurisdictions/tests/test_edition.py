"""What an edition of the directory has to be before anybody asks who signed it; no database."""

import hashlib
import json
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.basics import canonical
from tongban.basics.tests.examples import examples
from tongban.jurisdictions import edition, introduction
from tongban.jurisdictions.directory import DirectoryMalformed, State
from tongban.jurisdictions.edition import EditionRefused
from tongban.jurisdictions.introduction import IntroductionRefused
from tongban.jurisdictions.tests import signed
from tongban.jurisdictions.tests.signed import AT
from tongban.trust import keeping, published, statements, store
from tongban.trust.suites import GM

HUB, JILIN, FUJIAN = signed.a_key(), signed.a_key(), signed.a_key(GM)
NODES = [signed.entry("00", HUB), signed.entry("22", JILIN), signed.entry("35", FUJIAN)]
GOOD = signed.raw(HUB, NODES)
PRINT = signed.fingerprint(HUB)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def why(raw, fingerprint=PRINT):
    """What a node that knows the hub's key says to these bytes; empty when it believes them."""
    try:
        edition.check_by_fingerprint(edition.read(raw), fingerprint)
    except EditionRefused as refusal:
        return refusal.why
    return ""


def resigned(body, signer=HUB):
    """Whatever content, with a good signature: so that nothing but the parser can refuse it."""
    return statements.make(edition.KIND, body, signer)


def test_an_edition_of_both_suites_is_read_as_it_was_made():
    one = edition.read(GOOD)

    assert (one.number, one.issued_at, one.previous) == (1, AT, "")
    assert list(one.nodes) == NODES
    assert [node.suite for node in one.nodes] == ["intl", "intl", "gm"]
    assert why(GOOD) == ""


def test_openssl_says_the_same_fingerprint(tmp_path):
    der = tmp_path / "hub.der"
    der.write_bytes(published.der(HUB.public_key))
    said = subprocess.run(
        ["openssl", "pkey", "-pubin", "-inform", "DER", "-in", der, "-outform", "DER"],
        capture_output=True, check=True,
    )  # fmt: skip
    assert hashlib.sha256(said.stdout).hexdigest() == PRINT


def test_what_is_not_the_hubs_is_refused_with_its_reason():
    unsigned = canonical.dumps({edition.KIND: json.loads(GOOD)[edition.KIND]})
    of_a_node = signed.raw(JILIN, NODES)
    own_hub = signed.raw(JILIN, [signed.entry("00", JILIN), *NODES[1:]])

    assert why(unsigned) == "unsigned"
    assert why(json.dumps({"nodes": []}).encode()) == "unsigned"
    assert why(of_a_node) == "wrong-signer"
    assert why(own_hub) == "wrong-signer"
    assert why(GOOD, "") == "no-anchor"
    assert why(GOOD, signed.fingerprint(JILIN)) == "wrong-signer"


def test_a_signature_of_another_document_does_not_fit():
    said = json.loads(GOOD)
    other = json.loads(signed.raw(HUB, NODES[:2]))
    said["signature"] = other["signature"]

    assert why(canonical.dumps(said)) == "bad-signature"


@pytest.mark.parametrize("length", [0, 1, 20, len(GOOD) // 2, len(GOOD) - 3])
def test_the_beginning_of_an_edition_is_none(length):
    assert why(GOOD[:length]) in {"truncated", "malformed"}


@settings(max_examples=examples(100))
@given(at=st.integers(0, len(GOOD) - 2), bit=st.integers(0, 7))
def test_no_edition_with_another_bit_is_believed(at, bit):
    changed = bytearray(GOOD)
    changed[at] ^= 1 << bit

    assert why(bytes(changed)) != ""


@given(left=st.integers(0, len(GOOD)), right=st.integers(0, len(GOOD)), more=st.binary(max_size=9))
def test_no_pieces_put_together_are_believed(left, right, more):
    changed = GOOD[:left] + more + GOOD[right:]

    assert changed.rstrip(b"\n") == GOOD.rstrip(b"\n") or why(changed) != ""


@given(st.binary(max_size=200))
def test_no_bytes_whatever_crash_the_reader(data):
    assert why(data) != ""
    assert why(b'{"signature":' + data) != ""


BODY = json.loads(GOOD)[edition.KIND]


@given(name=st.sampled_from(sorted(BODY)), value=anything)
def test_any_value_in_any_place_is_refused_although_the_hub_signed_it(name, value):
    if value == BODY[name] or (name == "number" and value == 1):
        return
    try:
        raw = resigned(BODY | {name: value})
    except (ValueError, RecursionError):  # what cannot be signed cannot come either
        return
    assert why(raw) == "malformed"


@given(name=st.sampled_from(sorted(BODY["nodes"][1])), value=anything)
def test_any_value_in_a_node_is_refused_or_well_formed(name, value):
    row = BODY["nodes"][1] | {name: value}
    try:
        one = edition.read(resigned(BODY | {"nodes": [BODY["nodes"][0], row]}))
    except (EditionRefused, ValueError, RecursionError):
        return
    assert one.nodes[1].said() == row
    assert one.nodes[1].base_url.startswith("http")
    assert one.nodes[1].keys


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"number": True},
        {"number": 2},  # and no previous one
        {"previous": "f" * 64},  # and the first
        {"more": 1},
        {"nodes": []},
        {"nodes": BODY["nodes"][1:]},  # no hub
        {"nodes": [*BODY["nodes"], BODY["nodes"][2]]},
        {"nodes": [BODY["nodes"][0], BODY["nodes"][2], BODY["nodes"][1]]},
        {"issued_at": "2026-11-22T10:00:00"},
        {"issued_at": "2026-11-22T10:00:00Z"},  # another way to write a moment
    ],
)
def test_an_edition_of_another_form_is_refused_although_the_hub_signed_it(change):
    assert why(resigned(BODY | change)) == "malformed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": State.SUSPENDED, "code": "00"},
        {"serves": ("22", "35")},  # 35 has a node of its own
        {"serves": ("35", "22")},
        {"serves": ("220",)},
        {"name": ""},
        {"base_url": "javascript:alert(1)"},
    ],
)
def test_nobody_can_issue_what_no_node_would_adopt(wrong):
    code = wrong.pop("code", "22")
    nodes = [replace(node, **wrong) if node.code == code else node for node in NODES]
    with pytest.raises(DirectoryMalformed):
        signed.raw(HUB, nodes)


def test_deeper_than_anybody_nests_is_refused():
    assert why(b"[" * 100_000) in {"truncated", "malformed"}
    assert why(b'{"a":' * 100_000) in {"truncated", "malformed"}
    assert why(b" " * (statements.MOST_BYTES + 1)) == "too-large"


@pytest.fixture
def keys(tmp_path):
    return keeping.with_first_keys(store.create(tmp_path / "node.keys"), GM, at=AT)


def introduced(keys, **changes):
    facts = {
        "code": "44", "name": "广东", "serves": ["44"], "base_url": "https://gd.example.cn/",
        "contact": signed.CONTACT, "at": AT,
    }  # fmt: skip
    return introduction.make(keys, **(facts | changes))


def test_a_node_introduces_itself_with_the_key_that_it_has(keys):
    one = introduction.read(introduced(keys))

    assert (one.entry.code, one.entry.suite, one.entry.base_url) == (
        "44",
        "gm",
        "https://gd.example.cn",
    )
    assert len(one.entry.keys) == 2
    assert one.fingerprint == published.fingerprint(keys.signer().public_key)
    assert b"PRIVATE" not in introduced(keys)


def test_nobody_introduces_himself_with_the_key_of_another(keys):
    theirs = introduction.read(introduced(keys)).entry
    stolen = statements.make(introduction.KIND, theirs.said(), JILIN)
    with pytest.raises(IntroductionRefused, match="签名与文件里的公钥不符"):
        introduction.read(stolen)

    named = json.loads(stolen)
    named["signature"]["keyid"] = theirs.key_id
    with pytest.raises(IntroductionRefused, match="签名与文件里的公钥不符"):
        introduction.read(canonical.dumps(named))


@given(at=st.integers(0, 2000), bit=st.integers(0, 7))
def test_no_introduction_with_another_bit_is_one(at, bit):
    good = bytearray(_INTRODUCED)
    good[at % (len(good) - 1)] ^= 1 << bit
    with pytest.raises(IntroductionRefused):
        introduction.read(bytes(good))


def _made():
    said = signed.entry("44", JILIN, introduced_at=AT).said()
    return statements.make(introduction.KIND, said, JILIN)


_INTRODUCED = _made()


def test_an_edition_is_no_introduction_and_the_other_way_round():
    with pytest.raises(IntroductionRefused, match="不是节点的登记文件"):
        introduction.read(GOOD)
    assert why(_INTRODUCED) == "other-kind"


def test_what_was_revoked_stays_so_whatever_a_node_says_later(keys):
    one = introduction.read(introduced(keys))
    revoked = signed.key(FUJIAN, revoked_at=AT)
    before = replace(one.entry, keys=(*one.entry.keys, revoked), state=State.SUSPENDED)
    later = introduction.read(introduced(keys, at=AT + timedelta(days=1)))

    found = introduction.taken_over(later, before)

    assert revoked in found.keys
    assert found.state is State.SUSPENDED
