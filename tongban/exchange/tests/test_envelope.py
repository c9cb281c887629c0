import json
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import canonical
from tongban.exchange import envelope
from tongban.exchange.envelope import Paper, open_envelope, seal_envelope
from tongban.trust import signing

FUJIAN = signing.signer_from_pem(signing.new_key())
OTHER = signing.signer_from_pem(signing.new_key())
AT = datetime(2026, 11, 23, 9, 30, 0, 5, tzinfo=timezone(timedelta(hours=8)))
ID = UUID("018f2c1e-0000-7000-8000-000000000001")


def keys(node, key_id):
    return FUJIAN.public_key if (node, key_id) == ("35", FUJIAN.key_id) else None


def sealed(**more):
    facts = {
        "message_id": ID,
        "type": "case.events.v1",
        "sender": "35",
        "recipient": "22",
        "subject": "3501020261123000017",
        "at": AT,
        "data": {"events": [1, 2]},
        "signer": FUJIAN,
    }
    return seal_envelope(**(facts | more))


def opened(raw, **more):
    return open_envelope(raw, **({"me": "22", "keys": keys, "published_by": "35"} | more))


def changed(raw, *, signer=None, **attributes):
    """The same message with attributes put in (None takes one out), signed anew if asked."""
    message = json.loads(raw)
    for name, value in attributes.items():
        message.pop(name, None)
        if value is not None:
            message[name] = value
    if signer:
        message.pop("signature")
        message["signature"] = signer.sign(canonical.dumps(message))
    return json.dumps(message).encode()


def test_a_message_says_at_the_other_end_what_was_put_in():
    paper = Paper("a" * 64, 12, "application/pdf")
    message = opened(sealed(files=[paper], sequence=7))

    assert message.id == ID
    assert (message.type, message.sender, message.recipient) == ("case.events.v1", "35", "22")
    assert message.subject == "3501020261123000017"
    assert message.at == AT
    assert message.data == {"events": [1, 2]}
    assert message.files == (paper,)
    assert message.sequence == 7


def test_the_envelope_is_a_cloudevent_in_structured_json():
    message = json.loads(sealed(sequence=7))

    assert message["specversion"] == "1.0"
    assert message["source"] == "/nodes/35"
    assert message["time"] == "2026-11-23T01:30:00.000005Z"
    assert message["datacontenttype"] == "application/json"
    extensions = {"recipient", "sequence", "suite", "keyid", "signature"}
    core = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"}
    assert set(message) == core | extensions
    for name in extensions:
        assert name.isalnum()
        assert name == name.lower()
        assert isinstance(message[name], str | int), "an extension is a word or a number"


def test_anybody_can_check_the_signature_with_the_public_key_alone():
    message = json.loads(sealed())
    signature = message.pop("signature")

    assert signing.verify(FUJIAN.public_key, canonical.dumps(message), signature)


@pytest.mark.parametrize(
    "attributes",
    [
        {"recipient": "52"},
        {"subject": "another case"},
        {"type": "case.events.v2"},
        {"sequence": 3},
        {"time": "2026-11-23T01:30:01.000000Z"},
        {"data": {"content": {"events": []}, "files": []}},
        {"unheardof": "x"},
        {"signature": OTHER.sign(b"something")},
        {"signature": ""},
        {"signature": None},
    ],
)
def test_a_message_changed_after_signing_is_refused(attributes):
    with pytest.raises(envelope.BadSignature) as refusal:
        opened(changed(sealed(), **attributes))

    assert "签名与节点35不符" in refusal.value.message


def test_a_message_for_another_node_is_refused_even_with_a_good_signature():
    with pytest.raises(envelope.WrongRecipient) as refusal:
        opened(sealed(recipient="52"))

    assert "发给节点52" in refusal.value.message


def test_a_message_published_by_somebody_else_than_it_claims_is_refused():
    with pytest.raises(envelope.WrongSender) as refusal:
        opened(sealed(), published_by="52")

    assert "自称来自节点35" in refusal.value.message
    assert "由节点52发出" in refusal.value.message


def test_a_key_that_the_directory_does_not_know_is_named():
    with pytest.raises(envelope.UnknownKey) as refusal:
        opened(sealed(signer=OTHER))

    assert OTHER.key_id in refusal.value.message


@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ({"specversion": "2.0"}, "CloudEvents 2.0"),
        ({"specversion": None}, "CloudEvents None"),
        ({"suite": "sm2"}, "suite sm2"),
    ],
)
def test_a_version_we_do_not_speak_is_named(attributes, named):
    with pytest.raises(envelope.UnknownVersion) as refusal:
        opened(changed(sealed(), signer=FUJIAN, **attributes))

    assert named in refusal.value.message


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no json",
        b"\xff\xfe",
        b"[1]",
        b'"text"',
        b"1.5",
        b'{"specversion": NaN}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_a_message_is_unreadable_and_nothing_worse(raw):
    with pytest.raises(envelope.Unreadable):
        opened(raw)


@pytest.mark.parametrize(
    ("attributes", "named"),
    [
        ({"id": "17"}, "id"),
        ({"id": None}, "id"),
        ({"type": "no version"}, "type"),
        ({"type": "case.events.v0"}, "type"),
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "nul\x00"}, "subject"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-11-23T01:30:00"}, "time"),
        ({"sequence": 0}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"sequence": "7"}, "sequence"),
        ({"recipient": "no such"}, "recipient"),
        ({"data": None}, "data"),
        ({"data": []}, "data"),
        ({"data": {"content": 1, "files": {}}}, "files"),
        ({"data": {"content": 1, "files": [{"digest": "../../etc", "size": 1}]}}, "files"),
        (
            {"data": {"content": 1, "files": [{"digest": "A" * 64, "size": 1, "mediatype": ""}]}},
            "files",
        ),
    ],
)
def test_an_attribute_that_is_not_as_it_should_be_is_named(attributes, named):
    with pytest.raises(envelope.Unreadable) as refusal:
        opened(changed(sealed(), signer=FUJIAN, **attributes))

    assert f"（{named}）" in refusal.value.message


def test_too_large_a_message_is_refused_at_both_ends():
    with pytest.raises(envelope.TooLarge):
        sealed(data={"text": "字" * 300_000})
    with pytest.raises(envelope.TooLarge):
        opened(b" " * (768 * 1024 + 1))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(data=json_values)
def test_any_content_comes_out_as_it_went_in(data):
    assert opened(sealed(data=data)).data == data


@given(st.binary(max_size=200))
def test_no_bytes_whatever_get_through_or_crash(raw):
    with pytest.raises(envelope.Fault):
        opened(raw)


@given(where=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_single_flipped_bit_gets_through(where, bit):
    raw = bytearray(sealed())
    raw[where % len(raw)] ^= 1 << bit
    try:
        message = opened(bytes(raw))
    except envelope.Fault:
        return
    # A flip may leave the meaning as it was (an escape written in another way); never another.
    assert message.data == opened(sealed()).data
    assert message.subject == opened(sealed()).subject


def test_moments_are_written_in_utc():
    assert envelope.moment(AT) == "2026-11-23T01:30:00.000005Z"
    assert datetime.fromisoformat(envelope.moment(AT)) == AT.astimezone(UTC)
