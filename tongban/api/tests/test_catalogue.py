"""The public catalogue: versions, implementations, guide, receiving standard, differences, changes."""

import json
from datetime import date

import pytest
from django.test import Client

from tongban.api.tests.caller import ROOT, problem
from tongban.catalogue import queries as catalogue
from tongban.catalogue.tests.local import an_implementation, settled
from tongban.catalogue.tests.test_conformance import a_limit, a_material

# Two items for which nothing is shipped but the standard, and one that asks by situation.
CARE, FUND, MEDICAL = "2020-2-10", "2020-1-26", "2020-2-61"
ON = "2026-11-23"
PAIR = {"here": "220104", "there": "350102", "on": ON}
LEASE = a_material("house-lease", name="租房合同")


class Anybody:
    """Somebody without a token."""

    def __init__(self):
        self.client = Client()

    def get(self, path, headers=None, **query):
        return self.client.get(ROOT + path, query, headers=headers or {})

    def read(self, path, **query):
        response = self.get(path, **query)
        assert response.status_code == 200, response.content.decode()
        return response.json()


@pytest.fixture
def anybody(db):
    return Anybody()


@pytest.fixture
def fujian(anybody):
    """福建 asks for one more paper, and 福州 decides sooner; 吉林 keeps to the standard."""
    an_implementation(CARE, "350000", {"materials": {"put": [LEASE], "drop": []}})
    an_implementation(CARE, "350100", {"limits": {"decide": a_limit(1)}})
    return anybody


def test_the_catalogue_is_read_without_a_token_and_other_calls_are_not(anybody):
    for path in ("/items", f"/items/{CARE}", "/documents", "/rollouts", "/implementations"):
        assert anybody.get(path).status_code == 200, path
    problem(anybody.get("/events"), 401, "token-missing")


def test_items_are_filtered_by_whom_they_serve_lead_and_list(anybody):
    def codes(**query):
        return [one["code"] for one in anybody.read("/items", limit=200, **query)["items"]]

    assert len(codes(list="2022")) == 22
    assert len(codes(lead="民政部")) == 5
    persons, organisations = codes(subject="person"), codes(subject="organisation")
    assert {*persons, *organisations} == {one.code for one in catalogue.items()}
    assert codes(subject="person", list="2022") == [c for c in persons if c.startswith("2022")]


def test_the_versions_of_an_item_say_which_is_in_force(anybody):
    found = anybody.read(f"/items/{CARE}/versions", on=ON)["versions"]
    before = anybody.read(f"/items/{CARE}/versions", on="2019-01-01")["versions"]

    assert [one["is_in_force"] for one in found].count(True) == 1
    assert not any(one["is_in_force"] for one in before)
    assert found[0]["until"] is None


def test_a_version_is_given_with_the_basis_of_every_value(anybody):
    number = catalogue.versions(CARE)[0].number
    found = anybody.read(f"/items/{CARE}/versions/{number}")

    assert found["digest"] == catalogue.versions(CARE)[0].digest
    assert found["limits"]["decide"]["is_default"] == (found["limits"]["decide"]["basis"] == "")
    assert found["answers"]["properties"]["household_division"]
    assert found["materials"][0]["points"][0]["mend"]
    problem(anybody.get(f"/items/{CARE}/versions/99"), 404, "no-such-item")


def test_what_holds_at_the_deciding_place_has_its_changes(fujian):
    standard = fujian.read(f"/items/{CARE}/version", on=ON)
    there = fujian.read(f"/items/{CARE}/version", on=ON, deciding="350102")
    same = fujian.read(
        f"/items/{CARE}/versions/{there['number']}", local=there["local"]
    )  # as a case carries it

    assert (standard["local"], there["local"]) == ("", "350000:1 350100:1")
    assert "house-lease" in [one["spec"] for one in there["materials"]]
    assert "house-lease" not in [one["spec"] for one in standard["materials"]]
    assert same == there
    problem(fujian.get(f"/items/{CARE}/version", on="2019-01-01"), 404, "nothing-in-force")


def test_the_receiving_standard_is_the_tree_of_check_points(fujian):
    found = fujian.read(f"/items/{CARE}/receiving-standard", deciding="350100", on=ON)

    lease = next(one for one in found["materials"] if one["spec"] == "house-lease")
    assert [point["judged_by"] for point in lease["points"]] == ["receiver", "decider"]
    assert found["deciding"] == {"code": "350100", "name": "福建省福州市"}


def test_implementations_are_found_by_place_item_and_code_page_by_page(fujian):
    an_implementation(FUND, "350200", task_code="X" * 31, local_code="旧码")

    def rows(**query):
        return [
            (one["item"], one["place"]["code"])
            for one in fujian.read("/implementations", **query)["implementations"]
        ]

    mine = sorted([(CARE, "350000"), (CARE, "350100"), (FUND, "350200")])
    assert [row for row in rows(place="35") if row in mine] == mine
    assert rows(place="35") == rows(place="350000")
    assert rows(place="350100", item=CARE) == rows(place="3501", item=CARE) == [(CARE, "350100")]
    assert rows(item=FUND, place="35") == [(FUND, "350200")]
    assert rows(code="X" * 31) == [(FUND, "350200")]
    paged, after = [], ""
    while True:
        page = fujian.read("/implementations", place="35", limit=7, after=after)
        paged += [(one["item"], one["place"]["code"]) for one in page["implementations"]]
        after = page["next"]
        if not after:
            break
    assert paged == rows(place="35")
    (row,) = fujian.read("/implementations", place="350100", item=CARE)["implementations"]
    assert [one["changes"] for one in row["versions"]] == [{"limits": {"decide": a_limit(1)}}]


def test_the_guide_says_all_that_the_page_says(fujian):
    found = fujian.read(f"/items/{CARE}/guide", **PAIR)

    assert found["availability"]["kind"] == "open"
    assert found["version"]["local"] == "350000:1 350100:1"
    assert [term["key"] for term in found["terms"]] == ["receive", "accept", "decide"]
    assert found["last_day"] == found["terms"][-1]["last_day"]
    assert [one["plain"] for one in found["differences"]][:1] == [
        "福建福州鼓楼区还要交“租房合同”，吉林长春朝阳区不要"
    ]
    assert found["decider"]["name"].startswith("福州市")
    assert all(window["name"] for window in found["windows"])
    assert found["bases"][0]["title"]
    assert found["default_note"] == "平台默认值，待牵头单位确认"


def test_answers_lead_to_the_exact_materials(anybody):
    found = anybody.read(f"/items/{MEDICAL}/guide", **PAIR)
    answers = []
    while found["situation"]["next"]:
        question = found["situation"]["next"]
        answers.append(f"{question['key']}:{question['options'][0]['value']}")
        found = anybody.read(f"/items/{MEDICAL}/guide", **PAIR, answer=answers)

    assert answers
    assert found["situation"]["is_exact"]
    assert found["situation"]["unsettled"] == []
    assert set(found["situation"]["asked"]) | set(found["situation"]["spared"]) == {
        one["spec"] for one in found["version"]["materials"]
    }


def test_availability_takes_the_three_places_of_a_case(anybody):
    asked = {"applicant": "220104", "deciding": "350102", "on": ON}
    found = anybody.read(f"/items/{CARE}/availability", **asked)
    through = anybody.read(f"/items/{CARE}/availability", **asked, receiving="220204")

    assert (found["verdict"], found["decides"]["code"]) == ("ok", "350100")
    assert found["grounds"]
    assert through["verdict"] == "ok"


def test_differences_of_a_place_and_of_a_province(fujian):
    found = fujian.read(f"/items/{CARE}/differences", place="350100", on=ON)["differences"]
    summed = fujian.read("/differences", province="350000", on=ON)

    assert [(one["section"], one["change"]) for one in found] == [
        ("materials", "added"), ("limits", "shorter"),
    ]  # fmt: skip
    assert found[0]["ground"]["document"] == "guobanfa-2022-34"
    assert found[0]["ground"]["title"]
    move = next(one for one in summed["items"] if one["item"] == CARE)
    assert (move["places"], move["counts"]["stricter"]) == (["350000", "350100"], 1)
    assert summed["carried_out"] == 1 + sum(
        1 for one in summed["items"] if one["places"] and one["item"] != CARE
    )


def test_documents_and_rollouts_are_listed_with_what_they_rest_on(anybody):
    documents = anybody.read("/documents")["documents"]
    one = anybody.read("/documents/guobanfa-2022-34")

    assert "guobanfa-2020-35" in [document["key"] for document in documents]
    assert {"document": "guobanfa-2022-34", "kind": "extends", "other": "guobanfa-2020-35"} in one[
        "relations"
    ]
    for rollout in anybody.read("/rollouts")["rollouts"]:
        assert rollout["ground"]["document"] in {document["key"] for document in documents}
        assert rollout["line"] > 0
    problem(anybody.get("/documents/none"), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "query", "fields"),
    [
        (f"/items/{CARE}/guide", {"here": "220104"}, ["there"]),
        (f"/items/{CARE}/guide", {"here": "999999", "there": "350102"}, ["here"]),
        (f"/items/{CARE}/guide", {**PAIR, "answer": "house"}, ["answer"]),
        (f"/items/{CARE}/availability", {"applicant": "220104"}, ["deciding"]),
        (
            f"/items/{CARE}/availability",
            {"applicant": "220104", "deciding": "350102", "receiving": "1"},
            ["receiving"],
        ),
        (f"/items/{CARE}/version", {"deciding": "x"}, ["deciding"]),
        (f"/items/{CARE}/receiving-standard", {}, ["deciding"]),
        (f"/items/{CARE}/differences", {"place": "000001"}, ["place"]),
        (f"/items/{CARE}/versions/x", {}, ["number"]),
        ("/differences", {"province": "99"}, ["province"]),
        ("/implementations", {"place": "35010"}, ["place"]),
        ("/implementations", {"after": "x"}, ["after"]),
        ("/implementations", {"limit": "0"}, ["limit"]),
        ("/rollouts", {"place": "x"}, ["place"]),
        ("/items", {"subject": "dog"}, ["subject"]),
        ("/changes", {"kind": "x"}, ["kind.0"]),
        ("/items", {"on": "x", "list": "20222"}, ["list"]),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_at_its_name_in_chinese(anybody, path, query, fields):
    errors = problem(anybody.get(path, **query), 422, "fields-refused")["errors"]

    assert list(errors) == fields
    assert all(any("一" <= c <= "鿿" for c in said) for one in errors.values() for said in one)


@pytest.mark.parametrize(
    "path",
    ["versions", "versions/1", "version", "guide", "availability", "differences",
     "receiving-standard"],
)  # fmt: skip
def test_an_item_that_is_not_there_is_not_found_anywhere(anybody, path):
    query = {
        "here": "220104", "there": "350102", "applicant": "220104", "deciding": "350102",
        "place": "350100",
    }  # fmt: skip
    problem(anybody.get(f"/items/2099-9-99/{path}", **query), 404, "no-such-item")


def test_a_cursor_that_was_not_given_is_refused(anybody):
    problem(anybody.get("/changes", after="x"), 422, "cursor-unreadable")


@pytest.mark.parametrize(
    "path", ["/items", f"/items/{CARE}", f"/items/{CARE}/version", "/documents", "/implementations"]
)
def test_what_is_already_known_is_not_sent_again(anybody, path):
    first = anybody.get(path)
    again = anybody.get(path, headers={"If-None-Match": first["ETag"]})
    other = anybody.get(path, headers={"If-None-Match": '"other"'})

    assert first["Cache-Control"] == "public, no-cache"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (other.status_code, other.content) == (200, first.content)


def test_a_publication_changes_the_tag(anybody):
    path = f"/items/{CARE}/version"
    first = anybody.get(path, deciding="350100", on=ON)
    an_implementation(CARE, "350000", {"materials": {"put": [LEASE], "drop": []}})
    second = anybody.get(path, deciding="350100", on=ON, headers={"If-None-Match": first["ETag"]})

    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]


def test_what_needs_a_token_is_never_kept(jilin):
    assert "ETag" not in jilin.get("/events")


def test_refusals_are_never_kept(anybody):
    refused = anybody.get("/items/2099-9-99")

    assert refused["Cache-Control"] == "no-store"
    assert "ETag" not in refused


@pytest.mark.django_db(transaction=True)
def test_changes_are_told_after_the_publication_is_committed(country):
    anybody = Anybody()
    settled()
    after, page = "", {"has_more": True}
    while page["has_more"]:
        page = anybody.read("/changes", after=after, limit=500)
        after = page["next"]
    an_implementation(
        CARE, "350000", {"limits": {"decide": a_limit(2)}}, from_day=date(2026, 12, 1)
    )

    settled()
    found = anybody.read("/changes", after=after)
    published = [one for one in found["changes"] if one["number"]]

    assert [(one["kind"], one["item"], one["place"]) for one in published] == [
        ("implementation", CARE, "350000")
    ]
    assert published[0]["from_day"] == "2026-12-01"
    assert anybody.read("/changes", after=found["next"])["changes"] == []
    assert json.dumps(found, ensure_ascii=False)
