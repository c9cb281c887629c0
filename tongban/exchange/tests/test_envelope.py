import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import canonical
from tongban.exchange import addresses, envelope
from tongban.exchange.envelope import Paper, Recipient, open_envelope
from tongban.exchange.tests.alone import seal_envelope
from tongban.jurisdictions import keys
from tongban.trust import signing, suites
from tongban.trust.suites import Purpose

SUITES = ["intl", "gm"]
SIGNERS = {name: signing.signer_from_pem(signing.new_key(name)) for name in SUITES}
OPENERS = {
    name: suites.suite(name).opener(suites.suite(name).new_key(Purpose.SEAL)) for name in SUITES
}
FUJIAN, FUJIAN_GM = SIGNERS["intl"], SIGNERS["gm"]
OTHER = signing.signer_from_pem(signing.new_key())
AT = datetime(2026, 11, 23, 9, 30, 0, 5, tzinfo=timezone(timedelta(hours=8)))
ID = UUID("018f2c1e-0000-7000-8000-000000000001")
LISTED = {signer.key_id: keys.from_text(signer.public_key) for signer in SIGNERS.values()}
JILIN = Recipient(
    "22",
    opener=lambda key: next((one for one in OPENERS.values() if one.key_id == key), None),
    wants_sealed=True,
)
OPEN = Recipient("22")


def key_of(node, key_id):
    return LISTED.get(key_id) if node == "35" else None


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
        "to": OPENERS["intl"].public_key,
    }
    return seal_envelope(**(facts | more))


def unsealed(**more):
    return sealed(to="", **more)


def opened(raw, **more):
    facts = {"me": JILIN, "keys": key_of, "at": AT, "published_by": "35"}
    return open_envelope(raw, **(facts | more))


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
    return canonical.dumps(message)


def with_inside(**attributes):
    """An unsealed message with something else inside, rightly signed."""
    message = json.loads(unsealed())
    inside = message["data"] | attributes
    inside = {name: value for name, value in inside.items() if value is not None}
    digest = canonical.digest(canonical.dumps(inside))
    return changed(unsealed(), signer=FUJIAN, data=inside, contentdigest=digest)


@pytest.mark.parametrize("signer", SUITES)
@pytest.mark.parametrize("recipient", SUITES)
def test_nodes_of_all_suites_read_each_other(signer, recipient):
    raw = sealed(signer=SIGNERS[signer], to=OPENERS[recipient].public_key)

    assert opened(raw).data == {"events": [1, 2]}
    assert (json.loads(raw)["suite"], json.loads(raw)["sealing"]) == (signer, recipient)


def test_outside_stands_nothing_of_what_it_is_about():
    paper = Paper("a" * 64, 12, "application/pdf")
    raw = sealed(data={"name": "张三", "phone": "13800000000"}, files=[paper], sequence=7)

    for secret in (
        "张三",
        "\\u5f20",
        "13800000000",
        "3501020261123000017",
        "a" * 64,
        "application/pdf",
    ):
        assert secret.encode() not in raw
    assert set(json.loads(raw)) == {
        "specversion", "format", "id", "source", "type", "time", "datacontenttype", "recipient",
        "suite", "keyid", "sealing", "sealkeyid", "contentdigest", "data_base64", "signature",
    }  # fmt: skip


def test_the_same_content_twice_gives_nothing_away():
    first, second = json.loads(sealed()), json.loads(sealed())

    assert first["contentdigest"] != second["contentdigest"]
    assert first["data_base64"] != second["data_base64"]


def test_a_message_says_at_the_other_end_what_was_put_in():
    paper = Paper("a" * 64, 12, "application/pdf")
    message = opened(sealed(files=[paper], sequence=7, answers=UUID(int=9)))

    assert message.id == ID
    assert (message.type, message.sender, message.recipient) == ("case.events.v1", "35", "22")
    assert message.subject == "3501020261123000017"
    assert message.at == AT
    assert message.data == {"events": [1, 2]}
    assert message.files == (paper,)
    assert message.sequence == 7
    assert message.answers == UUID(int=9)


def test_the_envelope_is_a_cloudevent_in_structured_json():
    message = json.loads(sealed())

    assert message["specversion"] == "1.0"
    assert message["source"] == "/nodes/35"
    assert message["time"] == "2026-11-23T01:30:00.000005Z"
    assert message["datacontenttype"] == "application/octet-stream"
    for name in set(message) - {"data_base64"}:
        assert name.isalnum()
        assert name == name.lower()
        assert isinstance(message[name], str | int), "an extension is a word or a number"


@pytest.mark.parametrize("name", SUITES)
def test_anybody_can_check_the_signature_with_the_public_key_alone(name):
    message = json.loads(sealed(signer=SIGNERS[name]))
    signature = message.pop("signature")

    assert signing.verify(SIGNERS[name].public_key, canonical.dumps(message), signature)


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": str(UUID(int=1))},
        {"type": "case.events.v2"},
        {"time": "2026-11-23T01:30:01.000000Z"},
        {"data_base64": "AAAA"},
        {"contentdigest": "0" * 64},
        {"sealing": "none", "data": {}},
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


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": str(UUID(int=1))},
        {"type": "case.events.v2"},
        {"time": "2026-11-23T01:30:01.000000Z"},
        {"contentdigest": "0" * 64},
        {"data_base64": "AAAA"},
        {"data_base64": "not base64"},
    ],
)
def test_content_does_not_open_in_another_envelope_even_of_its_own_sender(attributes):
    with pytest.raises(envelope.NotOpened):
        opened(changed(sealed(), signer=FUJIAN, **attributes))


def test_content_of_one_node_does_not_open_in_the_envelope_of_another():
    key = keys.from_text(OTHER.public_key)
    stolen = changed(sealed(), signer=OTHER, source="/nodes/52", keyid=OTHER.key_id)

    with pytest.raises(envelope.NotOpened):
        opened(stolen, keys=lambda *_: key, published_by="52")


def test_a_message_with_its_end_missing_is_named_as_such():
    raw = sealed()
    for cut in (1, 20, len(raw) - 10):
        with pytest.raises(envelope.Truncated):
            opened(raw[:-cut])


def test_our_own_message_sent_back_to_us_is_refused():
    with pytest.raises(envelope.Reflected):
        opened(sealed(sender="22", recipient="35"))
    with pytest.raises(envelope.Reflected):
        opened(sealed(sender="22"))


def test_mail_between_others_laid_into_our_mailbox_is_refused():
    with pytest.raises(envelope.Redirected) as refusal:
        opened(sealed(recipient="44"), published_by="52")

    assert "节点35发给节点44" in refusal.value.message


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (lambda: unsealed(), "not encrypted"),
        (lambda: changed(sealed(), signer=FUJIAN, sealing="gm"), "sealing gm"),
        (lambda: changed(sealed(), signer=FUJIAN, sealing=None), "sealing None"),
        (lambda: changed(sealed(), signer=FUJIAN_GM, suite="gm"), "suite gm"),
    ],
)
def test_less_protection_than_the_directory_says_is_refused(raw, what):
    with pytest.raises(envelope.Downgraded) as refusal:
        opened(raw())

    assert what in refusal.value.message


def test_a_message_to_a_key_that_is_not_ours_is_refused():
    gm = suites.suite("gm")
    stranger = gm.opener(gm.new_key(Purpose.SEAL))
    with pytest.raises(envelope.UnknownSealKey) as refusal:
        opened(sealed(to=stranger.public_key))

    assert stranger.key_id in refusal.value.message


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ({"revoked_at": AT + timedelta(days=9)}, envelope.KeyRevoked),
        ({"valid_until": AT}, envelope.KeyExpired),
        ({"valid_from": AT + timedelta(days=2)}, envelope.KeyExpired),
    ],
)
def test_a_key_revoked_or_out_of_its_time_counts_neither_for_signing_nor_for_sealing(facts, fault):
    signing_key = replace(LISTED[FUJIAN.key_id], **facts)
    sealing_key = replace(keys.from_text(OPENERS["intl"].public_key), **facts)

    with pytest.raises(fault):
        opened(sealed(), keys=lambda *_: signing_key)
    with pytest.raises(fault):
        opened(sealed(), me=replace(JILIN, key=lambda _: sealing_key))


def test_a_retiring_key_still_counts_until_its_end():
    ends = AT + timedelta(days=1)
    signing_key = replace(LISTED[FUJIAN.key_id], valid_until=ends)

    assert opened(sealed(), keys=lambda *_: signing_key)
    with pytest.raises(envelope.KeyExpired):
        opened(sealed(), keys=lambda *_: signing_key, at=ends)


def test_a_node_without_a_key_for_encryption_is_written_to_in_the_open():
    assert opened(unsealed(), me=OPEN).data == {"events": [1, 2]}
    with pytest.raises(envelope.UnknownSealKey):
        opened(sealed(), me=OPEN)


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
        ({"format": "1"}, "format 1"),
        ({"format": None}, "format None"),
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
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-11-23T01:30:00"}, "time"),
        ({"recipient": "no such"}, "recipient"),
        ({"keyid": 7}, "keyid"),
        ({"source": None}, "source"),
        ({"source": ["/nodes/35"]}, "source"),
    ],
)
def test_an_attribute_that_is_not_as_it_should_be_is_named(attributes, named):
    with pytest.raises(envelope.Unreadable) as refusal:
        opened(changed(unsealed(), signer=FUJIAN, **attributes), me=OPEN)

    assert f"（{named}）" in refusal.value.message


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": None}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"subject": "nul\x00"}, "subject"),
        ({"sequence": 0}, "sequence"),
        ({"sequence": True}, "sequence"),
        ({"sequence": "7"}, "sequence"),
        ({"answers": "7"}, "answers"),
        ({"content": None}, "data"),
        ({"files": {}}, "files"),
        ({"files": [{"digest": "../../etc", "size": 1}]}, "files"),
        ({"files": [{"digest": "A" * 64, "size": 1, "mediatype": ""}]}, "files"),
    ],
)
def test_content_that_is_not_as_it_should_be_is_named(inside, named):
    with pytest.raises(envelope.Unreadable) as refusal:
        opened(with_inside(**inside), me=OPEN)

    assert f"（{named}）" in refusal.value.message


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_content_that_is_no_content_is_unreadable(data):
    digest = canonical.digest(canonical.dumps(data))
    with pytest.raises(envelope.Unreadable):
        opened(changed(unsealed(), signer=FUJIAN, data=data, contentdigest=digest), me=OPEN)


def test_too_large_a_message_is_refused_at_both_ends():
    with pytest.raises(envelope.TooLarge):
        envelope.check_size({"data": {"text": "字" * 300_000}})
    with pytest.raises(envelope.TooLarge):
        opened(b" " * (addresses.MAX_ENVELOPE_BYTES + 1))


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
    raw = bytearray(sealed(signer=SIGNERS[SUITES[where % 2]]))
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
