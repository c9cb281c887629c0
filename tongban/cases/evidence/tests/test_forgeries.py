"""Whatever is changed, added, left out or moved in an evidence file is found and named."""

import io
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongban.basics import canonical
from tongban.basics.tests.examples import examples
from tongban.cases.evidence import archive, keys, layout
from tongban.cases.evidence.tests.forging import (
    bring_key,
    checked,
    codes,
    manifest,
    new_signer,
    packed,
    resealed,
    sign,
    unpacked,
    unsign,
)

# Most read one file that is made once; who makes it writes, so all of them come with those who do.
pytestmark = pytest.mark.django_db
OF_CASE = re.compile(r"chains/\d[^/]*/\d{6}\.json")
FAST = settings(
    max_examples=examples(25),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def steps(files):
    return sorted(name for name in files if OF_CASE.fullmatch(name))


def named(report):
    return " ".join(f"{fault.file} {fault.sentence}" for fault in report.faults)


@FAST
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_any_flipped_byte_is_found_and_its_file_named(evidence, where, flip):
    at = int(where * len(evidence))
    changed = bytearray(evidence)
    changed[at] ^= flip
    report = checked(bytes(changed))

    assert report.faults
    lies_in = archive.Archive(io.BytesIO(evidence))
    owner = next(
        (one.name for one in lies_in.entries.values() if at < one.content_at + one.size), "zip"
    )
    # In the catalogue at the end the next best name is that of the file whose line it is.
    assert owner in named(report) or owner == "zip"


@FAST
@given(where=st.floats(0, 1, exclude_max=True), length=st.integers(1, 4000))
def test_bytes_cut_out_doubled_or_moved_are_found(evidence, where, length):
    at = int(where * len(evidence))
    piece = evidence[at : at + length]
    assert not checked(evidence[:at] + evidence[at + len(piece) :]).is_good
    assert not checked(evidence[:at] + piece + evidence[at:]).is_good
    if len(set(piece)) > 1:
        assert not checked(
            evidence[:at] + piece[1:] + piece[:1] + evidence[at + len(piece) :]
        ).is_good


@FAST
@given(junk=st.binary(max_size=400))
def test_what_is_no_evidence_file_at_all_is_said_to_be_none(junk):
    assert not checked(junk).is_good


@pytest.mark.parametrize("end", [b"\0", b"PK\x05\x06", b"x" * 70_000])
def test_bytes_before_or_after_it_are_found(evidence, end):
    assert not checked(evidence + end).is_good
    assert not checked(end + evidence).is_good


def test_files_in_another_order_are_found(evidence):
    files = unpacked(evidence)
    first, second = sorted(files)[:2]
    a, b = archive.Entry(first, 0, 0, 0), archive.Entry(second, 0, 0, 30 + len(first))
    swapped = archive._local(b) + archive._local(a)
    target = swapped + archive._tail([b, a], len(swapped))
    assert codes(checked(target)) == {"frame"}


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a//b", "a/./b", "c:\\x", "甲"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name):
    raw = name.encode()
    assert not checked(packed({"x" * len(raw): b""}).replace(b"x" * len(raw), raw)).is_good


@pytest.mark.parametrize(
    "name", [layout.SUMS, layout.MANIFEST, layout.GUIDE, layout.DIRECTORY, layout.RULES]
)
def test_a_file_left_out_is_named(evidence, name):
    files = unpacked(evidence)
    del files[name]
    assert name in named(checked(packed(files)))


def test_time_stamps_that_were_changed_or_moved_are_found(evidence):
    files = unpacked(evidence)
    way = next(name for name in files if name.endswith(".way"))
    folder = way.rsplit("/", 1)[0]
    longer = files | {way: files[way] + b"L " + b"0" * 64 + b"\n"}
    assert codes(checked(resealed(longer))) == {"stamp-way"}
    for strange in (b"", b"head", files[way].rstrip(b"\n"), files[way].replace(b" ", b"\t")):
        assert "stamp-way" in codes(checked(resealed(files | {way: strange})))
    other = files | {way: files[way].replace(b"head 2", b"head 3")}
    assert "stamp-way" in codes(checked(resealed(other)))
    late = files | {f"{folder}/root.txt": b"0" * 64}
    assert codes(checked(resealed(late))) == {"stamp"}
    without = {name: one for name, one in files.items() if name != f"{folder}/authority.pem"}
    assert codes(checked(resealed(without))) == {"stamp"}
    response = files[f"{folder}/response.tsr"]
    cut = files | {f"{folder}/response.tsr": response[:-1]}
    assert codes(checked(resealed(cut))) == {"stamp"}


@pytest.mark.parametrize("folder", ["chains/", "parts/", "materials/", "documents/", "receipts/"])
def test_a_file_left_out_under_a_new_seal_is_still_missed(evidence, folder):
    files = unpacked(evidence)
    name = next(one for one in sorted(files, reverse=True) if one.startswith(folder))
    signed = name.removesuffix(".sig")
    del files[name]
    report = checked(resealed(files))
    assert not report.is_good, name
    assert codes(report) & {
        "cut-off", "part-lost", "missing", "document-missing", "receipt-alone", "event-unsigned",
        "statement",
    }, (signed, report.faults)  # fmt: skip


def test_a_file_put_in_is_named_even_under_a_new_seal(evidence):
    files = unpacked(evidence)
    files["documents/000009-approval.pdf"] = b"%PDF-"
    assert codes(checked(packed(files))) == {"added", "unnamed"}
    assert codes(checked(resealed(files))) == {"unnamed"}


def test_a_new_seal_of_a_key_that_is_in_no_directory_is_found(evidence):
    forged = resealed(unpacked(evidence))
    genuine = {one.key_id for one in checked(evidence).keys}

    def in_directory(node, public_key):
        return keys.key_id(public_key) in genuine

    assert checked(evidence, known=in_directory).is_good
    assert codes(checked(forged, known=in_directory)) == {"key-unknown"}


def test_an_event_signed_again_by_another_key_is_found(evidence):
    files = unpacked(evidence)
    name = steps(files)[1]
    signer = new_signer()
    unsign(files, name)
    bring_key(files, "35", signer)
    sign(files, name, "35", signer)
    report = checked(resealed(files))
    assert "other-author" in codes(report)
    assert name in named(report)


def test_a_changed_event_under_another_key_of_its_node_breaks_the_chain_behind_it(evidence):
    files = unpacked(evidence)
    name = steps(files)[1]
    body = canonical.loads(files[name])
    body["at"] = "2026-11-15T00:00:00.000000Z"
    files[name] = canonical.dumps(body)
    signer = new_signer()
    unsign(files, name)
    bring_key(files, body["author"]["node"], signer)
    sign(files, name, body["author"]["node"], signer)
    report = checked(resealed(files))
    assert "does-not-follow" in codes(report)
    assert steps(files)[2] in named(report)


def test_a_chain_cut_off_at_its_end_is_found_even_when_the_manifest_says_so_too(evidence):
    files = unpacked(evidence)
    last = steps(files)[-1]
    unsign(files, last)
    del files[last]
    assert "cut-off" in codes(checked(resealed(files)))

    def shorter(said):
        own = next(one for one in said["chains"] if one["kind"] == "case")
        own["events"] -= 1
        own["head"] = canonical.digest(files[steps(files)[-1]])

    manifest(files, shorter)
    # The other node's receipt for the last event gives it away.
    assert "receipt-elsewhere" in codes(checked(resealed(files)))


def test_an_event_of_another_case_is_found(evidence):
    files = unpacked(evidence)
    name = steps(files)[0]
    body = canonical.loads(files[name])
    body["chain"] = "220100990101000018"
    files[name] = canonical.dumps(body)
    report = checked(resealed(files))
    assert {"other-chain", "signature"} <= codes(report)


def test_two_events_that_changed_places_are_found(evidence):
    files = unpacked(evidence)
    first, second = steps(files)[:2]
    signatures = {one: files[one] for one in files if one.startswith((f"{first}.", f"{second}."))}
    for one in signatures:
        del files[one]
    files[first], files[second] = files[second], files[first]
    for one, content in signatures.items():
        other = one.replace(first, "@").replace(second, first).replace("@", second)
        files[other] = content
    report = checked(resealed(files))
    assert {"misplaced", "does-not-follow"} <= codes(report)


def test_the_receipt_of_another_message_is_found(evidence):
    files = unpacked(evidence)
    name = next(
        one for one in files if one.startswith("receipts/") and not one.startswith("receipts/st")
    )
    said = canonical.loads(files.pop(name))
    said["head"] = canonical.digest(b"another")
    body = canonical.dumps(said)
    files[layout.receipt(said["subject"], canonical.digest(body))] = body
    assert "receipt-elsewhere" in codes(checked(resealed(files)))


def test_a_receipt_that_its_node_never_signed_is_found(evidence):
    files = unpacked(evidence)
    name = next(
        one for one in files if one.startswith("receipts/") and not one.startswith("receipts/st")
    )
    said = canonical.loads(files.pop(name))
    said["message"] = "00000000-0000-4000-8000-000000000000"
    body = canonical.dumps(said)
    files[layout.receipt(said["subject"], canonical.digest(body))] = body
    assert "receipt-alone" in codes(checked(resealed(files)))


STRANGE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"nodes":[]}',
    b'{"nodes":{"22":{"keys":[1],"name":1}}}',
    b'{"v":1}',
    b"[" * 100_000,
    b"9" * 5000,
]


@pytest.mark.parametrize("turn", range(3))
def test_no_file_of_strange_content_crashes_the_check(evidence, turn):
    files = unpacked(evidence)
    for number, name in enumerate(sorted(files)):
        content = STRANGE[(number + turn * 3) % len(STRANGE)]
        forged = files | {name: content}
        assert not checked(packed(forged)).is_good, name
        # What only the seal vouches for is right under a new seal, whose key then tells.
        only_sealed = name in {layout.DIRECTORY, layout.GUIDE, layout.RULES}
        if not only_sealed and not name.startswith((layout.SUMS, "documents/")):
            assert not checked(resealed(forged)).is_good, name


@pytest.mark.parametrize(
    "change",
    [
        {"chains": [1]},
        {"chains": [{"chain": "c", "kind": "", "events": 0, "head": ""}] * 501},
        {"chains": [{}]},
        {"sealed": [[]]},
        {"papers": [{"digest": {}, "size": 1, "type": "", "file": ""}]},
        {"documents": [{"file": 1}]},
        {"case": 7},
        {"issuer": []},
        {"item": None},
        {"chains": [{"chain": "..", "kind": [], "events": "1", "head": None}]},
    ],
)
def test_a_manifest_that_lies_about_its_own_shape_is_found(evidence, change):
    files = unpacked(evidence)
    manifest(files, lambda said: said.update(change))
    assert not checked(resealed(files)).is_good
