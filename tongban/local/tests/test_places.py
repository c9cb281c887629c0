"""Words, keys, ports and disk: what a start looks at before it starts anything."""

import socket
import stat
from dataclasses import replace

import pytest

from tongban.jurisdictions import edition
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.tests import signed
from tongban.local import home, keys, ports, provinces
from tongban.local.home import Home
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import store


@pytest.fixture
def place(tmp_path):
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("22,35", ["00", "22", "35"]),
        ("35, 22,35", ["00", "35", "22"]),
        ("00,44", ["00", "44"]),
        ("51，50", ["00", "51", "50"]),
    ],
)
def test_the_hub_comes_first_and_every_province_once(words, codes):
    assert provinces.chosen_nodes(words) == codes


def test_all_is_every_province_and_the_corps():
    codes = provinces.chosen_nodes("all")

    assert len(codes) == len(set(codes)) == 33
    assert codes[0] == "00"
    assert {"22", "35", "54", "65", "66"} < set(codes)
    assert provinces.node_name("66") == "兵团"


@pytest.mark.parametrize(
    ("words", "nodes", "codes"),
    [
        ("", ["00", "22", "35", "44"], ["00", "22", "35", "44"]),
        ("", provinces.chosen_nodes("all"), ["00", "22", "35"]),
        ("", ["00", "11", "12", "13", "14", "15", "21"], ["00", "11", "12"]),
        ("", ["00", "11", "12", "13", "14", "15", "35"], ["00", "35"]),
        ("54,44", provinces.chosen_nodes("all"), ["00", "44", "54"]),
        ("00", ["00", "44", "54"], ["00"]),
        ("all", ["00", "44", "54"], ["00", "44", "54"]),
    ],
)
def test_of_many_nodes_the_usual_ones_have_pages(words, nodes, codes):
    assert provinces.chosen_webs(words, nodes) == codes


def test_pages_of_a_node_that_is_not_started_are_refused():
    with pytest.raises(WrongWords) as refusal:
        provinces.chosen_webs("22,44", ["00", "22"])

    assert "44" in refusal.value.chinese


@pytest.mark.parametrize("words", ["99", "吉林", "22,7", "", "00"])
def test_a_province_that_does_not_exist_is_refused_as_wrong_words(words):
    with pytest.raises(WrongWords) as refusal:
        provinces.chosen_nodes(words)

    assert refusal.value.exit_code == 2


def test_keys_are_made_once_and_only_we_can_read_them(place):
    first, second = keys.node_secrets(place, "22"), keys.node_secrets(place, "22")

    assert first == second
    assert first != keys.node_secrets(place, "35")
    for name in ("node.keys", "node.keys.unlock", "secrets.json"):
        assert stat.S_IMODE((place.node("22") / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(place.nodes.stat().st_mode) == 0o700


def test_broken_keys_are_not_replaced_behind_anybodys_back(place):
    keys.node_secrets(place, "22")
    (place.node("22") / "secrets.json").write_text("{}")

    with pytest.raises(Trouble, match="--fresh"):
        keys.node_secrets(place, "22")


def test_the_directory_shows_public_keys_and_nothing_private(place):
    secrets = {code: keys.node_secrets(place, code) for code in ("00", "22")}
    keys.write_directory(place, ["00", "22"])

    text = place.directory.read_text()
    one = edition.read(place.directory.read_bytes())
    edition.check_by_fingerprint(one, keys.hub_fingerprint(place))
    assert [node.code for node in one.nodes] == ["00", "22"]
    assert one.nodes[1].base_url.endswith(str(ports.web_port("22")))
    assert not any(secrets[code].field_key in text for code in secrets)
    assert "PRIVATE" not in text


def test_the_directory_is_issued_anew_only_when_something_changed(place):
    for code in ("00", "22", "35"):
        keys.node_secrets(place, code)
    keys.write_directory(place, ["00", "22"])
    first = place.directory.read_bytes()
    keys.write_directory(place, ["00", "22"])
    assert place.directory.read_bytes() == first

    keys.write_directory(place, ["00", "22", "35"])

    one, before = edition.read(place.directory.read_bytes()), edition.read(first)
    assert (one.number, one.previous) == (2, before.digest)
    assert one.node("35") is not None


def test_what_the_hubs_people_decided_outlives_the_next_start(place):
    for code in ("00", "22", "35"):
        keys.node_secrets(place, code)
    keys.write_directory(place, ["00", "22", "35"])
    before = edition.read(place.directory.read_bytes())
    elsewhere = signed.entry("44", signed.a_key())
    suspended = replace(before.nodes[2], state=State.SUSPENDED)
    signer = store.load(keys.key_store(place, "00")).signer()
    issued = signed.raw(signer, [*before.nodes[:2], suspended, elsewhere], after=before)
    (place.node("00") / "directory.json").write_bytes(issued)

    keys.write_directory(place, ["00", "22", "35"])
    assert place.directory.read_bytes() == issued

    keys.write_directory(place, ["00", "22"])
    assert [node.code for node in edition.read(place.directory.read_bytes()).nodes] == [
        "00",
        "22",
        "44",
    ]


def test_a_taken_port_is_refused_with_its_purpose_and_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Trouble) as refusal:
            ports.check_free({port: ("数据库", "database", "TONGBAN_DATABASE_PORT")})

    assert str(port) in refusal.value.chinese
    assert "TONGBAN_DATABASE_PORT" in refusal.value.english
    ports.check_free({port: ("数据库", "database", "TONGBAN_DATABASE_PORT")})


def test_too_little_disk_is_refused_before_it_is_full(tmp_path):
    with pytest.raises(Trouble, match="磁盘空间不足"):
        home.check_space(tmp_path / "not" / "there" / "yet", least=2**60)
    home.check_space(tmp_path, least=1)


def test_a_port_in_the_environment_must_be_a_port(monkeypatch):
    monkeypatch.setenv("TONGBAN_WEB_PORT", "eight thousand")

    with pytest.raises(WrongWords):
        ports.web_port("22")
