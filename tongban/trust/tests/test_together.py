"""One signature for several messages: each is believed by itself, and nothing else is."""

import base64

import pytest

from tongban.trust import signing, suites, together
from tongban.trust.suites import Purpose


def a_signer(name):
    suite = suites.suite(name)
    return suite.signer(suite.new_key(Purpose.SIGN))


@pytest.fixture(params=suites.NAMES)
def signer(request):
    return a_signer(request.param)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 32, 33])
def test_each_message_is_checked_without_the_others(signer, count):
    messages = [b"message %d" % number for number in range(count)]

    signature, ways = together.sign(signer, messages)

    for place, message in enumerate(messages):
        assert together.verify(signer.public_key, message, signature, ways[place])
        assert not together.verify(signer.public_key, message + b"!", signature, ways[place])
        for other in set(range(count)) - {place}:
            assert not together.verify(signer.public_key, message, signature, ways[other])


def test_one_signature_is_made_and_asked_for_once(signer, monkeypatch):
    checked = []
    verify = signing.verify

    def counted(*facts):
        checked.append(facts)
        return verify(*facts)

    monkeypatch.setattr(signing, "verify", counted)
    messages = [b"message %d" % number for number in range(32)]

    signature, ways = together.sign(signer, messages)
    good = [
        together.verify(signer.public_key, message, signature, way)
        for message, way in zip(messages, ways, strict=True)
    ]

    assert all(good)
    assert len(checked) == 1


def test_neither_a_root_nor_a_node_passes_for_a_message(signer):
    messages = [b"one", b"two"]
    signature, [way, _] = together.sign(signer, messages)
    digest = suites.suite(signer.suite).digest
    leaves = [digest(b"\0" + message) for message in messages]
    root = digest(b"\1" + leaves[0] + leaves[1])

    assert together.verify(signer.public_key, b"one", signature, way)
    for forged in (root, leaves[0] + leaves[1], b"\1" + leaves[0] + leaves[1], b""):
        assert not together.verify(signer.public_key, forged, signature, "")
        assert not signing.verify(signer.public_key, forged, signature)
    assert not together.verify(signer.public_key, b"one", signer.sign(b"one"), "")


def test_the_key_of_somebody_else_and_another_suite_are_no_good(signer):
    signature, [way, _] = together.sign(signer, [b"one", b"two"])

    for name in suites.NAMES:
        assert not together.verify(a_signer(name).public_key, b"one", signature, way)


@pytest.mark.parametrize(
    "way",
    [
        "no base64!",
        base64.b64encode(b"\0" * 32).decode(),
        base64.b64encode(b"\2" + b"\0" * 32).decode(),
        base64.b64encode((b"\0" + b"\0" * 32) * 11).decode(),
        base64.b64encode((b"\1" + b"\0" * 32) * 100_000).decode(),
    ],
    ids=["text", "length", "side", "too high", "endless"],
)
def test_a_way_that_is_none_is_simply_no(signer, way):
    signature, _ = together.sign(signer, [b"one"])

    assert not together.verify(signer.public_key, b"one", signature, way)
    assert not together.verify("nonsense", b"one", signature, "")
