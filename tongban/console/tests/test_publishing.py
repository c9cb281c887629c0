"""`./run catalogue publications` and `copy` as somebody types them."""

import json
from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from tongban.catalogue.models import Publication, Told
from tongban.catalogue.tests import managers
from tongban.catalogue.tests.managers import a_manager, published
from tongban.console import catalogue, publishing

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def app():
    made = typer.Typer()
    publishing.mount(made)
    return lambda *words: CliRunner().invoke(made, list(words))


@pytest.fixture
def step():
    """吉林市 has rules of its own since now, signed by this node, which the directory knows."""
    from django.conf import settings

    from tongban.jurisdictions.models import Node, NodeKey
    from tongban.trust import signing

    with managers.few_standards():
        pass
    key = signing.load_signer(settings.NODE_KEY_FILE)
    NodeKey.objects.get_or_create(
        node=Node.objects.get(pk="22"),
        key_id=key.key_id,
        defaults={"public_key": key.public_key, "first_seen_at": AT},
    )
    published(a_manager("丙"), a_manager("丁"), place="220200")
    return Publication.objects.get(publisher="22")


def test_they_are_words_of_the_catalogue():
    listed = CliRunner().invoke(catalogue.app, ["--help"]).output
    assert "publications" in listed
    assert "copy" in listed


def test_steps_are_listed_and_verified(app, step):
    done = app("publications", "--check")
    assert done.exit_code == 0, done.output
    assert "2020-2-06 220200 第1版 2026-11-24起" in done.output
    assert "全部验过" in done.output
    facts = json.loads(app("publications", "--of", "22", "--json").output)
    (row,) = facts["publications"]
    assert row["digest"] == step.digest
    assert row["changes"][0]["division_code"] == "220200"


def test_a_step_that_nobody_signed_so_fails_the_check(app, step):
    Publication.objects.create(
        publisher="22", number=2, published_at=AT, taken_at=AT, body={"changes": []},
        digest="0" * 64, previous=step.digest, key_id=step.key_id, signature="x",
    )  # fmt: skip
    done = app("publications", "--check")
    assert done.exit_code == 1
    assert "节点22：第[2]号验不过" in done.output


def test_a_node_says_how_old_its_copy_is(app, step):
    assert "还没有核对过" in app("copy").output
    for publisher, number in (("00", 0), ("35", 2)):
        Told.objects.create(publisher=publisher, number=number, as_of=AT)
    said = app("copy").output
    assert "2026-11-23T01:00:00+00:00，缺 missing 2" in said
    assert "35 福建省  第0号 → 2" in said
    facts = json.loads(app("copy", "--json").output)
    assert (facts["missing"], len(facts["publishers"])) == (2, 3)
