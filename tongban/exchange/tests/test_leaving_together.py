"""Envelopes that leave together share a signature, and each is opened and refused by itself."""

import json
from uuid import UUID

import pytest

from tongban.exchange import bags, envelope
from tongban.exchange.envelope import TOGETHER, Envelope, close_envelope, sign_envelopes
from tongban.exchange.tests.test_envelope import (
    AT,
    OPENERS,
    OTHER,
    SIGNERS,
    SUITES,
    changed,
    opened,
)


def letter(number):
    return Envelope(
        id=UUID(int=number + 1), type="case.events.v1", sender="35", recipient="22",
        subject=f"case-{number}", at=AT, data={"events": [number], "words": "两行\n一份"},
    )  # fmt: skip


def together(count=5, *, suite="intl", to=OPENERS["intl"].public_key):
    signer = SIGNERS[suite]
    closed = [
        close_envelope(letter(number), signer=signer, to=to, format=TOGETHER)
        for number in range(count)
    ]
    return sign_envelopes(closed, signer=signer)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("count", [1, 2, 7, 32])
def test_each_opens_without_the_others(suite, count):
    raws = together(count, suite=suite)

    assert [opened(raw).data["events"] for raw in raws] == [[number] for number in range(count)]
    assert len({json.loads(raw)["signature"] for raw in raws}) == 1


def test_a_bag_gives_back_what_was_put_into_it():
    raws = together(32)

    assert bags.unpack(bags.pack(raws)) == raws
    assert bags.unpack(raws[0]) == [raws[0]]
    for no_bag in (b"", b"\n", b"a\n\nb", b"a\n", b"x\n" * 5000 + b"x"):
        assert bags.unpack(no_bag) == [no_bag], "it is refused as the one message it is"


def test_the_broker_knows_the_same_bag_again_and_no_other():
    ids = [UUID(int=number) for number in range(3)]

    assert bags.name(ids[:1]) == str(ids[0])
    names = [bags.name(some) for some in (ids, ids[:2], ids[1:], ids[::-1])]
    assert len(set(names)) == 4
    assert bags.name(list(ids)) == names[0]


@pytest.mark.parametrize(
    "attributes",
    [
        {"id": str(UUID(int=99))},
        {"data_base64": "AAAA"},
        {"contentdigest": "0" * 64},
        {"format": "2"},
        {"signedpath": ""},
        {"signedpath": None},
        {"signedpath": ["x"]},
        {"signature": OTHER.sign(b"something")},
        {"signature": None},
        {"unheardof": "x"},
    ],
)
def test_one_that_was_changed_is_refused_and_its_neighbours_are_not(attributes):
    first, second, *_ = together()

    with pytest.raises(envelope.BadSignature):
        opened(changed(first, **attributes))
    assert opened(second).data["events"] == [1]


def test_one_with_the_path_of_another_is_refused():
    first, second, *_ = together()

    with pytest.raises(envelope.BadSignature):
        opened(changed(first, signedpath=json.loads(second)["signedpath"]))


def test_one_that_was_signed_by_itself_is_none_that_was_signed_together():
    [alone] = sign_envelopes(
        [close_envelope(letter(0), signer=SIGNERS["intl"], to=OPENERS["intl"].public_key)],
        signer=SIGNERS["intl"],
    )

    assert opened(alone).data["events"] == [0]
    with pytest.raises(envelope.BadSignature):
        opened(changed(alone, format=TOGETHER, signedpath=""))
    with pytest.raises(envelope.BadSignature):
        opened(changed(alone, signer=SIGNERS["intl"], format=TOGETHER, signedpath=""))


def test_what_is_inside_stays_bound_to_all_that_stands_outside():
    """Signed anew by its own sender, for another case: the box opens in no other envelope."""
    first, *_ = together()
    message = json.loads(changed(first, id=str(UUID(int=99)), signature=None, signedpath=None))

    [forged] = sign_envelopes([message], signer=SIGNERS["intl"])
    with pytest.raises(envelope.NotOpened):
        opened(forged)
