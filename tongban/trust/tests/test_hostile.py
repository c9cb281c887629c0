"""What an enemy may send: keys that are none, points off the curve, numbers out of range, cut bytes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.trust import boxes, forms, signing, sm2, sm2_forms, streams, suites
from tongban.trust.suites import CannotOpen, KeyRefused, Purpose

BOTH = ["intl", "gm"]
OPENERS = {
    name: suites.suite(name).opener(suites.suite(name).new_key(Purpose.SEAL)) for name in BOTH
}
SIGNERS = {
    name: suites.suite(name).signer(suites.suite(name).new_key(Purpose.SIGN)) for name in BOTH
}
GM = suites.suite("gm")
POINT = suites.public_key(SIGNERS["gm"].public_key).raw


def off_the_curve():
    return POINT[:-1] + bytes([POINT[-1] ^ 1])


@pytest.mark.parametrize(
    "point",
    [
        b"",
        b"\0",
        POINT[1:],
        b"\2" + POINT[1:33],
        POINT + b"\0",
        b"\4" + b"\0" * 64,
        off_the_curve(),
        b"\4" + sm2_forms.P.to_bytes(32, "big") + POINT[33:],
        b"\4" + b"\xff" * 64,
    ],
    # The point is another one in each process, and tests must have the same names in all of them.
    ids=[
        "nothing", "zero", "no-form", "compressed", "too-long", "origin", "off-the-curve",
        "x-too-large", "both-too-large",
    ],
)  # fmt: skip
def test_what_is_no_point_of_the_curve_is_refused_wherever_it_comes_in(point):
    with pytest.raises(KeyRefused):
        sm2_forms.check_point(point)
    with pytest.raises(KeyRefused):
        OPENERS["gm"].agree(point)
    with pytest.raises(KeyRefused):
        suites.public_key("sm2:" + base64.b64encode(point).decode())
    assert not GM.verify(point, b"m", sm2_forms.signature(1, 1))


N = sm2_forms.N


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (N, 1), (1, N), (2**256, 1), (N - 1, 1)])
def test_numbers_out_of_range_are_no_signature(r, s):
    """The last one is in range, and r + s is zero modulo N, which GM/T 0003.2 refuses as well."""
    assert not GM.verify(POINT, b"m", sm2_forms.signature(r, s))


def test_a_signature_has_one_form_only():
    good = base64.b64decode(SIGNERS["gm"].sign(b"m"))
    assert GM.verify(POINT, b"m", good)
    longer = bytes([0x30, good[1] + 1, 2, good[3] + 1, 0]) + good[4:]

    for bad in (longer, good + b"\0", good[:-1], b"\x31" + good[1:], b"\x30\x81" + good[1:], b""):
        assert not GM.verify(POINT, b"m", bad)


@pytest.mark.parametrize("number", [0, sm2_forms.N - 1, sm2_forms.N, 2**256 - 1])
def test_a_private_number_out_of_range_is_refused(number):
    with pytest.raises(KeyRefused):
        GM.signer(sm2_forms.pkcs8(number.to_bytes(32, "big"), POINT))


def test_a_private_key_with_somebody_elses_point_is_refused():
    private, _ = sm2.new_pair()
    with pytest.raises(KeyRefused):
        GM.signer(sm2_forms.pkcs8(private, POINT))


def test_points_of_low_order_share_no_secret():
    for public in (b"\0" * 32, b"\1" + b"\0" * 31):
        with pytest.raises(KeyRefused):
            OPENERS["intl"].agree(public)
        with pytest.raises(KeyRefused):
            suites.suite("intl").agree_with(public)


@pytest.mark.parametrize("name", BOTH)
def test_a_key_serves_one_purpose_and_one_suite(name):
    other = BOTH[1 - BOTH.index(name)]
    signature = SIGNERS[name].sign(b"m")

    assert signing.verify(SIGNERS[name].public_key, b"m", signature)
    assert not signing.verify(OPENERS[name].public_key, b"m", signature)
    assert not signing.verify(SIGNERS[other].public_key, b"m", signature)
    with pytest.raises(KeyRefused):
        boxes.seal(SIGNERS[name].public_key, b"x", bound=b"")


@pytest.mark.parametrize(
    "text", ["", ":", "x", "rsa:AAAA", "sm2:AAAA", "x25519:" + "A" * 44, "字", ":" + "A" * 43 + "="]
)
def test_a_text_that_is_no_key_is_refused(text):
    with pytest.raises(KeyRefused):
        suites.public_key(text)
    assert not signing.verify(text, b"m", "AAAA")


@given(st.text(max_size=120), st.binary(max_size=40), st.text(max_size=120))
def test_no_nonsense_whatever_verifies_or_crashes(key, message, signature):
    assert not signing.verify(key, message, signature)
    for signer in SIGNERS.values():
        assert not signing.verify(signer.public_key, message, signature)


@given(st.binary(max_size=300))
def test_no_bytes_whatever_are_a_private_key(data):
    with pytest.raises(KeyRefused):
        forms.any_signer(data)


@pytest.mark.parametrize("name", BOTH)
def test_a_box_opens_for_its_holder_and_its_place_only(name):
    opener = OPENERS[name]
    box = boxes.seal(opener.public_key, b"plain", bound=b"here")
    stranger = suites.suite(name).opener(suites.suite(name).new_key(Purpose.SEAL))

    assert boxes.unseal(opener, box, bound=b"here") == b"plain"
    assert len(box) == len(b"plain") + boxes.overhead(name)
    for holder, bound in ((opener, b"there"), (stranger, b"here")):
        with pytest.raises(CannotOpen):
            boxes.unseal(holder, box, bound=bound)


@pytest.mark.parametrize("name", BOTH)
def test_a_box_with_any_byte_changed_or_cut_does_not_open(name):
    opener = OPENERS[name]
    box = boxes.seal(opener.public_key, b"plain", bound=b"here")
    for at in range(len(box)):
        changed = box[:at] + bytes([box[at] ^ 0x40]) + box[at + 1 :]
        for bad in (changed, box[:at]):
            with pytest.raises(CannotOpen):
                boxes.unseal(opener, bad, bound=b"here")


@pytest.mark.parametrize("name", BOTH)
def test_boxes_to_one_recipient_share_no_key_and_no_nonce(name):
    opener = OPENERS[name]
    many = {boxes.seal(opener.public_key, b"same", bound=b"")[-20:] for _ in range(50)}

    assert len(many) == 50
    boxes.forget()
    again = boxes.seal(opener.public_key, b"same", bound=b"")
    assert boxes.unseal(opener, again, bound=b"") == b"same"


@given(st.binary(max_size=300))
def test_no_bytes_whatever_open(data):
    for opener in OPENERS.values():
        with pytest.raises(CannotOpen):
            boxes.unseal(opener, data, bound=b"")


SIZES = [0, 1, streams.PIECE - 1, streams.PIECE, streams.PIECE + 1, 3 * streams.PIECE]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("size", SIZES)
def test_a_file_of_any_size_comes_out_as_it_went_in(name, size):
    opener, plain = OPENERS[name], bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    fed = (plain[at : at + 50_000] for at in range(0, size, 50_000))
    sealed = b"".join(streams.seal(opener.public_key, fed, bound=b"paper"))
    back = (sealed[at : at + 70_001] for at in range(0, len(sealed), 70_001))

    assert len(sealed) == streams.sealed_size(size, name)
    assert b"".join(streams.unseal(opener, back, bound=b"paper")) == plain


def test_a_file_with_pieces_left_out_moved_repeated_or_cut_does_not_open():
    opener = OPENERS["intl"]
    plain = [b"a" * streams.PIECE, b"b" * streams.PIECE, b"c" * 10]
    head, one, two, last = streams.seal(opener.public_key, plain, bound=b"paper")
    assert b"".join(streams.unseal(opener, [head, one, two, last], bound=b"paper"))

    for bad in (
        [], [head], [head, one], [head, one, two], [head, two, one, last], [head, two, last],
        [head, one, one, two, last], [head, one, two, last, last], [one, two, last],
        [head, one, two, last[:-1]],
    ):  # fmt: skip
        with pytest.raises(CannotOpen):
            list(streams.unseal(opener, bad, bound=b"paper"))
    with pytest.raises(CannotOpen):
        list(streams.unseal(opener, [head, one, two, last], bound=b"another paper"))


def test_a_representation_shows_no_secret():
    for one in (*OPENERS.values(), *SIGNERS.values()):
        assert one.key_id in repr(one)
        assert "Private" not in repr(one)
