"""`./run case`, `./run chain` and `./run client` as somebody types them."""

import json

import pytest
from typer.testing import CliRunner

from tongban.cases.documents.models import IssuedDocument
from tongban.cases.inquiries import operations as inquiries
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.console import case as case_command
from tongban.console import chain as chain_command
from tongban.console import client as client_command
from tongban.parties import queries as parties
from tongban.record.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


def say(app, *words):
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def number():
    case, _ = world.a_case()
    return world.handed_over(case, world.a_clerk()).number


def test_a_case_is_shown_with_its_holder_and_hashes(number):
    shown = json.loads(say(case_command.app, "show", number, "--json").stdout)

    assert [event["kind"] for event in shown["events"]][:2] == ["submit", "receive"]
    assert shown["head"]["hash"] == shown["events"][-1]["hash"]
    assert "李四" not in say(case_command.app, "show", number).stdout


def test_a_whole_chain_is_verified_and_a_changed_one_is_not(number):
    good = say(case_command.app, "verify", number)
    entry = Entry.objects.get(chain=number, seq=2)
    # The database refuses this to everybody; only who takes its triggers away can do it.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_entry DISABLE TRIGGER USER")
        changed = entry.body.replace("in_person", "somebody_")
        cursor.execute("UPDATE record_entry SET body = %s WHERE id = %s", [changed, entry.pk])
        cursor.execute("ALTER TABLE record_entry ENABLE TRIGGER USER")
    bad = say(case_command.app, "verify", number)

    assert changed != entry.body
    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert f"{number} #2" in bad.stdout


def test_tables_that_are_not_what_the_record_says_end_with_code_one(number):
    assert say(case_command.app, "rebuild", "--all").exit_code == 0
    Case.objects.filter(pk=number).update(state="closed")

    found = say(case_command.app, "rebuild", number, "--json")

    assert found.exit_code == 1
    assert json.loads(found.stdout)["differences"][0]["column"] == "state"
    assert say(case_command.app, "rebuild", number, "--write").exit_code == 1
    assert say(case_command.app, "rebuild", number).exit_code == 0


def test_lost_documents_of_a_case_end_with_code_one_and_are_given_again(number):
    IssuedDocument.objects.all().delete()

    assert "document receipt@2" in say(case_command.app, "documents", number).stdout
    assert say(case_command.app, "documents", "--all", "--write").exit_code == 1
    assert say(case_command.app, "documents", "--all").exit_code == 0


def test_rows_of_chains_beside_the_cases_are_checked_and_mended():
    asked = inquiries.ask(
        officer=world.a_decider(), to=world.a_decider(department="yibao", name="卫八").authority,
        question=inquiries.Question("核实", "请核实"), at=world.MONDAY,
    )  # fmt: skip
    assert say(chain_command.app, "rebuild", "--all").exit_code == 0
    assert json.loads(say(chain_command.app, "list", "--json").stdout)["inquiry"] == 1
    Inquiry.objects.update(state="answered")

    found = say(chain_command.app, "rebuild", asked.pk, "--json")

    assert found.exit_code == 1
    assert json.loads(found.stdout)["differences"][0]["column"] == "state"
    assert say(chain_command.app, "rebuild", "--all", "--write").exit_code == 1
    assert say(chain_command.app, "rebuild", "--all").exit_code == 0


def test_a_system_acts_for_the_officers_it_was_registered_with():
    officer = world.a_decider()
    words = ["register", "police", "--place", "22", "--scope", "acts", "--officer",
             officer.staff_number]  # fmt: skip

    assert say(client_command.app, *words).exit_code != 0
    words += ["--authority", str(officer.authority_id)]
    assert say(client_command.app, *words).exit_code == 0
    assert officer.staff_number in say(client_command.app, "list").stdout


def test_a_system_is_registered_listed_and_stopped():
    words = ["register", "jilin", "--place", "22", "--scope", "items", "--json"]
    made = json.loads(say(client_command.app, *words).stdout)

    assert parties.client_for("jilin", made["client_secret"]).prefixes == ["22"]
    assert made["client_secret"] not in say(client_command.app, "list").stdout
    assert say(client_command.app, "stop", "jilin").exit_code == 0
    with pytest.raises(parties.ClientUnknown):
        parties.client_for("jilin", made["client_secret"])
