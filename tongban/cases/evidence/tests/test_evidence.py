"""The evidence file of a case: what is in it for whom, and that a stranger's tools check it."""

import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tongban.basics import canonical
from tongban.basics.refusals import NotAllowed, NotFound
from tongban.cases.evidence import layout, making, reach
from tongban.cases.evidence.tests import forging
from tongban.cases.evidence.tests.conftest import made
from tongban.cases.evidence.tests.forging import checked, unpacked
from tongban.cases.tests import world
from tongban.jurisdictions import queries as jurisdictions
from tongban.trust import signing

# Also those that read the file alone: whoever comes first makes it, which writes.
pytestmark = pytest.mark.django_db
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def known(node: str, public_key: str) -> bool:
    return jurisdictions.public_key(node, forging.keys.key_id(public_key)) == public_key


def folder(evidence: bytes, place: Path) -> Path:
    """Unpacked by a program that is not ours."""
    place = place / "evidence"
    with zipfile.ZipFile(io.BytesIO(evidence)) as found:
        assert found.testzip() is None
        found.extractall(place)
    return place


def as_the_guide_says(place: Path) -> subprocess.CompletedProcess[str]:
    """Exactly the commands that stand in VERIFY.md, one after the other."""
    commands = "".join(BLOCK.findall((place / layout.GUIDE).read_text("utf-8")))
    return subprocess.run(
        ["bash", "-c", commands], cwd=place, capture_output=True, text=True, check=False
    )


def test_the_file_of_a_case_is_good_and_both_nodes_stand_behind_it(crossed):
    evidence = crossed.evidence()
    report = checked(evidence, known=known)

    assert report.faults == []
    assert (report.case, report.issuer) == (crossed.number, "22")
    assert {(chain.name, chain.kind) for chain in report.chains} == {
        (crossed.number, "case"),
        (crossed.inquiry, "inquiry"),
    }
    assert {key.node for key in report.keys} == {"22", "35"}
    assert all(key.is_known for key in report.keys)
    # The deciding node said that it has the case, and ours that it has what came back.
    assert {one.node for one in report.receipts if one.chain == crossed.number} == {"22", "35"}
    assert report.documents
    assert report.papers_here > 0
    # Both chains had ended where they end now when the authority was asked.
    ends = {(chain.name, len(chain.events)) for chain in report.chains}
    assert {(one.chain, one.seq) for one in report.stamps} == ends
    assert "without legal effect" in report.stamps[0].authority


@pytest.mark.parametrize("node", ["22", "35"])
def test_the_same_case_is_the_same_bytes(crossed, node):
    assert crossed.evidence(node=node) == crossed.evidence(node=node)


def test_the_other_node_s_file_is_good_too(crossed):
    report = checked(crossed.evidence(node="35"), known=known)
    assert report.faults == []
    assert report.issuer == "35"


def test_a_stranger_checks_it_with_openssl_and_sha256sum_alone(evidence, tmp_path):
    done = as_the_guide_says(folder(evidence, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK" in done.stdout
    assert done.stdout.count("keys/") == 2
    assert done.stdout.count("Time stamp") == 2


def _changed(files):
    name = next(one for one in files if one.startswith("parts/"))
    files[name] = files[name].replace(b"salt", b"SALT")
    return name


def _step_of_another_case(files):
    name = min(one for one in files if re.fullmatch(r"chains/\d+.*/000002\.json", one))
    body = canonical.loads(files[name])
    body["chain"] = "220100990101000018"
    files[name] = canonical.dumps(body)
    signer = forging.new_signer()
    forging.bring_key(files, body["author"]["node"], signer)
    forging.unsign(files, name)
    forging.sign(files, name, body["author"]["node"], signer)
    return name


def _receipt_for_another_step(files):
    name = next(
        one for one in files if one.startswith("receipts/") and not one.startswith("receipts/st")
    )
    said = canonical.loads(files.pop(name))
    said["head"] = "0" * 64
    new = layout.receipt(said["subject"], canonical.digest(canonical.dumps(said)))
    files[new] = canonical.dumps(said)
    return new


def _stamp_of_another_step(files):
    name = next(one for one in files if one.endswith(".way"))
    head, rest = files[name].split(b"\n", 1)
    files[name] = head[:-64] + b"0" * 64 + b"\n" + rest
    return name


def _stamp_of_another_authority(files):
    name = next(one for one in files if one.endswith("response.tsr"))
    content = bytearray(files[name])
    content[-5] ^= 1
    files[name] = bytes(content)
    return name


def _last_step_left_out(files):
    name = max(one for one in files if re.fullmatch(r"chains/\d+.*/\d{6}\.json", one))
    forging.unsign(files, name)
    del files[name]
    return Path(name).parent.name


@pytest.mark.parametrize(
    "forge",
    [
        _changed,
        _step_of_another_case,
        _receipt_for_another_step,
        _last_step_left_out,
        _stamp_of_another_step,
        _stamp_of_another_authority,
    ],
)
def test_the_guide_s_commands_name_what_was_forged_even_under_a_new_seal(evidence, tmp_path, forge):
    files = unpacked(evidence)
    name = forge(files)
    done = as_the_guide_says(folder(forging.resealed(files), tmp_path))
    assert done.returncode != 0
    assert "WRONG" in done.stdout
    assert name in done.stdout


def test_the_applicant_gets_what_is_hers_and_only_digests_of_the_rest(crossed):
    files = unpacked(crossed.evidence())
    everything = b"".join(files.values())

    assert "李四".encode() in everything
    # What 福州 asked 长春 is between the two offices; that it asked is on the record.
    assert "请核实现住址".encode() not in everything
    assert any(name.startswith(f"chains/{crossed.inquiry}/") for name in files)
    assert canonical.loads(files[layout.MANIFEST])["sealed"]


def test_the_office_that_asked_reads_its_own_question_in_its_file(crossed):
    files = unpacked(crossed.evidence(node="35"))
    assert "请核实现住址".encode() in b"".join(files.values())


def test_a_closed_file_has_every_event_and_nothing_personal(crossed):
    with crossed.land.at("22"):
        evidence = made(
            *reach.of_applicant(
                crossed.filled.account, crossed.number, is_open=False, has_materials=True
            )
        )
    files = unpacked(evidence)
    everything = b"".join(files.values())

    assert checked(evidence).faults == []
    for personal in ("李四", world.identity_number(), "13900000002"):
        assert personal.encode() not in everything
    assert not [one for one in files if one.startswith(("parts/", "materials/", "documents/"))]
    assert [one for one in files if one.startswith("chains/")]


def test_without_materials_their_digests_are_listed_all_the_same(crossed):
    with_them, without = crossed.evidence(), crossed.evidence(has_materials=False)
    report = checked(without)
    assert report.faults == []
    assert (report.papers, report.papers_here) == (checked(with_them).papers, 0)


def test_nobody_else_gets_the_file(crossed):
    stranger, _ = world.a_person("赵一", serial=91)
    elsewhere = world.a_decider(world.JILIN_CITY, name="周九")
    with crossed.land.at("22"):
        with pytest.raises(NotFound):
            reach.of_applicant(stranger, crossed.number)
        with pytest.raises(NotAllowed):
            reach.of_officer(elsewhere, crossed.number)


def test_what_officers_say_among_themselves_stays_closed_to_the_applicant(crossed):
    with crossed.land.at("22"):
        _, found = reach.of_applicant(crossed.filled.account, crossed.number)
    assert found.opens(crossed.number, "receive")
    assert not found.opens(crossed.number, "propose")
    assert not found.opens(crossed.inquiry, "ask")


@pytest.mark.parametrize("suite", ["intl", "gm"])
def test_a_signature_of_either_suite_is_checked_by_openssl_as_the_guide_says(tmp_path, suite):
    signer = signing.signer_from_pem(signing.new_key(suite))
    files = {layout.DIRECTORY: b'{"known_to":"35","nodes":{}}'}
    name = layout.event("c", 1)
    files[name] = b'{"at":"","author":{"node":"35"},"chain":"c"}'
    forging.bring_key(files, "35", signer)
    forging.sign(files, name, "35", signer)
    place = folder(forging.packed(files), tmp_path)
    blocks = BLOCK.findall(making.guide().decode())
    check = blocks[0] + blocks[2].replace("ls SHA256SUMS.*.sig", "true")

    def run():
        return subprocess.run(
            ["bash", "-c", check], cwd=place, capture_output=True, text=True, check=False
        )

    assert run().returncode == 0, run().stderr
    assert forging.keys.from_pem(files[layout.key("35", signer.key_id)]) == signer.public_key
    (place / name).write_bytes(files[name] + b" ")
    assert "WRONG" in run().stdout


@pytest.mark.django_db
def test_a_seal_is_given_again_where_a_suite_never_signs_the_same_way_twice(tmp_path, settings):
    settings.NODE_KEY_FILE = tmp_path / "gm.key"
    settings.NODE_KEY_FILE.write_bytes(signing.new_key("gm"))
    signer = signing.load_signer(settings.NODE_KEY_FILE)
    assert signer.sign(b"list") != signer.sign(b"list")

    first = making._signed(b"list")
    assert making._signed(b"list") == first
    assert making._signed(b"another list") != first
    assert signing.verify(signer.public_key, b"list", first[1])
