"""Whatever a partner that is broken or hostile may send: no parser crashes, and none lets it in.

The partner is a real one: what it sends is signed with its own good key, so that nothing is refused
for its signature before the parser has seen it.
"""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.basics import canonical
from tongban.exchange import bundles, envelope, letters
from tongban.exchange.tests.test_envelope import (
    FUJIAN,
    JILIN,
    OPEN,
    OPENERS,
    changed,
    key_of,
    opened,
    sealed,
    unsealed,
    with_inside,
)
from tongban.jurisdictions.directory import DirectoryMalformed
from tongban.jurisdictions.tests import introducing
from tongban.record import chains
from tongban.record.chains import Author, ChainBroken, FileRef
from tongban.trust import signing, streams
from tongban.trust.suites import CannotOpen

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
canonical_values = anything.filter(lambda value: _can_be_signed(value))


def _can_be_signed(value):
    try:
        canonical.loads(canonical.dumps(value))
    except (ValueError, RecursionError):
        return False
    return True


OUTSIDE = sorted(json.loads(sealed()))
INSIDE = ["subject", "content", "files", "sequence", "answers"]


@given(name=st.sampled_from(OUTSIDE), value=canonical_values)
def test_any_value_in_any_attribute_is_refused_as_a_fault(name, value):
    message = json.loads(sealed())
    message[name] = value
    message.pop("signature")
    message["signature"] = FUJIAN.sign(canonical.dumps(message))
    try:
        found = opened(canonical.dumps(message))
    except envelope.Fault:
        return
    assert found.data == {"events": [1, 2]}, "only what changes nothing gets through"


@given(name=st.sampled_from(INSIDE), value=canonical_values)
def test_any_value_inside_is_refused_or_is_what_was_said(name, value):
    try:
        found = opened(with_inside(**{name: value}), me=OPEN)
    except envelope.Fault:
        return
    if name == "content":
        assert canonical.dumps(found.data) == canonical.dumps(value)
    assert type(found.subject) is str
    assert found.sequence is None or type(found.sequence) is int
    assert all(type(paper.size) is int and paper.size >= 0 for paper in found.files)


@given(value=anything)
def test_any_json_whatever_is_refused_as_a_fault(value):
    raw = json.dumps(value).encode()
    with pytest.raises(envelope.Fault):
        envelope.open_envelope(raw, me=JILIN, keys=key_of, at=AT)
    with pytest.raises(envelope.Fault):
        letters.unpack(raw)


@given(left=st.integers(0, 3000), right=st.integers(0, 3000), more=st.binary(max_size=20))
def test_no_pieces_of_messages_put_together_get_through(left, right, more):
    one, other = sealed(), unsealed()
    raw = one[:left] + more + other[right:]
    if raw == one:
        return
    with pytest.raises(envelope.Fault):
        opened(raw)


EVENT = chains.make(
    None, chain="i35-00", kind="ask", author=Author("35", "system"), at=AT, content={"n": 1},
    signer=FUJIAN, files=[FileRef("a" * 64, 3, "text/plain")],
)  # fmt: skip
BODY = json.loads(EVENT.body)


def _packed(body):
    raw = canonical.dumps(body)
    return {"body": raw.decode(), "keyid": FUJIAN.key_id, "signature": FUJIAN.sign(raw)}


def _check_event(packed):
    try:
        event = chains.unpack(packed)
    except ChainBroken:
        return
    assert type(event.chain) is str
    assert type(event.seq) is int
    assert type(event.content) is dict
    assert event.at.tzinfo is not None
    assert all(type(file.size) is int for file in event.files)
    assert all(type(word) is str for word in (event.kind, event.sealed, event.author.node))
    chains.verify(
        [event], lambda *_: FUJIAN.public_key
    ) if event.seq == 1 and not event.prev else None


@given(name=st.sampled_from(sorted(BODY)), value=canonical_values)
def test_an_event_with_any_value_anywhere_is_refused_or_well_formed(name, value):
    _check_event(_packed(BODY | {name: value}))


@given(name=st.sampled_from(["node", "role", "place", "unheard"]), value=canonical_values)
def test_an_author_with_any_value_is_refused_or_well_formed(name, value):
    _check_event(_packed(BODY | {"author": BODY["author"] | {name: value}}))
    _check_event(_packed(BODY | {"files": [BODY["files"][0] | {"size": value}]}))


@given(value=anything)
def test_no_events_whatever_crash_the_reader(value):
    for packed in (value, {"events": value, "parts": {}}, {"events": [], "parts": value}):
        try:
            bundles.unpack(packed)
        except (ChainBroken, KeyError, TypeError, AttributeError):  # what its callers refuse
            continue


def test_deeper_than_anybody_nests_is_refused_everywhere():
    deep = b"[" * 50_000
    with pytest.raises(ChainBroken):
        chains.unpack({"body": deep.decode(), "keyid": "", "signature": ""})
    with pytest.raises(DirectoryMalformed):
        introducing.entries(deep)
    with pytest.raises(envelope.Fault):
        opened(deep)
    with pytest.raises(envelope.Fault):
        opened(b'{"specversion":"1.0","data":' + deep)


ENTRY = {
    "code": "35",
    "base_url": "http://127.0.0.1:8035",
    "public_key": FUJIAN.public_key,
    "keys": [
        {"public_key": OPENERS["gm"].public_key, "from": "2026-11-22T00:00:00+00:00", "until": None}
    ],
}


def test_a_directory_of_both_suites_is_read():
    [entry] = introducing.entries(json.dumps({"nodes": [ENTRY]}).encode())

    assert [key.public.suite for key in entry.keys] == ["intl", "gm"]


@given(name=st.sampled_from(sorted(ENTRY)), value=anything)
def test_a_directory_with_any_value_anywhere_is_refused_or_well_formed(name, value):
    _check_directory({"nodes": [ENTRY | {name: value}]})
    if name in ENTRY["keys"][0]:
        _check_directory({"nodes": [ENTRY | {"keys": [ENTRY["keys"][0] | {name: value}]}]})


@given(name=st.sampled_from(["public_key", "from", "until", "revoked"]), value=anything)
def test_a_key_of_a_directory_with_any_value_is_refused_or_well_formed(name, value):
    _check_directory({"nodes": [ENTRY | {"keys": [ENTRY["keys"][0] | {name: value}]}]})


@given(value=anything)
def test_no_directory_whatever_crashes_its_reader(value):
    for document in (value, {"nodes": value}, {"nodes": [value]}):
        _check_directory(document)


def _check_directory(document):
    try:
        entries = introducing.entries(json.dumps(document).encode())
    except DirectoryMalformed:
        return
    for entry in entries:
        assert entry.base_url.startswith("http")
        assert entry.keys
        for key in entry.keys:
            assert key.public.text.isascii()
            assert key.valid_until is None or key.valid_until.tzinfo is not None


FILE = b"".join(streams.seal(OPENERS["intl"].public_key, [b"x" * 300_000], bound=b"paper"))


@settings(deadline=None)
@given(left=st.integers(0, len(FILE)), right=st.integers(0, len(FILE)), more=st.binary(max_size=9))
def test_no_pieces_of_a_file_put_together_are_taken_for_it(left, right, more):
    changed_file = FILE[:left] + more + FILE[right:]
    if changed_file == FILE:
        return
    with pytest.raises(CannotOpen):
        list(streams.unseal(OPENERS["intl"], [changed_file], bound=b"paper"))


@given(st.text(max_size=200))
def test_no_text_whatever_is_a_private_key(text):
    with pytest.raises(ValueError):  # noqa: PT011 - a key refused is one
        signing.signer_from_pem(text.encode())


def test_what_changes_nothing_is_the_only_thing_that_gets_through():
    assert opened(changed(sealed(), signer=FUJIAN)).data == {"events": [1, 2]}
