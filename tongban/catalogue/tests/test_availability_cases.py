"""Hand-checked answers: each was thought through from the documents, none from the code."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

from django.test import TestCase

from tongban.catalogue import queries
from tongban.catalogue.models import SourceState
from tongban.catalogue.operations import load_catalogue
from tongban.catalogue.versions import DEFAULT_NOTE
from tongban.jurisdictions import snapshot as places
from tongban.jurisdictions.models import Node

PATH = Path(__file__).with_name("availability_cases.csv")
CASES = list(csv.DictReader(PATH.read_text("utf-8").splitlines()))
TODAY = date(2026, 11, 23)
KEY = {"public_key": "A" * 43 + "=", "key_id": "0" * 16}


def ask(case):
    return queries.availability(
        case["item"],
        here=case["applicant"],
        receiving=case["receiving"],
        there=case["deciding"],
        on=date.fromisoformat(case["on"]),
    )


def said(found, case):
    """What the documents rule, in the words of the table."""
    ruling = found.ruling
    document = ruling.opening.document if ruling.opening else ""
    if ruling.kind in {"absent", "deferred"}:
        document = next(one.document for one in found.grounds if one.place.startswith("附件一"))
    modes = " ".join(ruling.modes) if ruling.kind != "not-yet" else ""
    return case | {
        "verdict": ruling.verdict,
        "kind": ruling.kind,
        "modes": modes,
        "document": document,
    }


class TestHandCheckedAnswers(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue()
        Node.objects.filter(is_hub=False, is_open=True).update(**KEY)
        places.look_again()

    def test_there_are_at_least_120_and_none_is_asked_twice(self):
        asked = [tuple(list(case.values())[:5]) for case in CASES]
        assert len(set(asked)) == len(asked) >= 120
        assert {case["verdict"] for case in CASES} == {"yes", "no", "on-site", "not-yet"}
        assert {case["item"][:4] for case in CASES} == {"2020", "2022"}

    def test_every_answer_is_the_one_thought_through_by_hand(self):
        wrong = [
            f"{case}\n  {found.ruling}\n"
            for case in CASES
            if said(found := ask(case), case) != case
        ]
        assert not wrong, "\n".join(wrong)

    def test_what_can_be_filed_here_is_never_more_than_the_documents_open(self):
        for case in CASES:
            found = ask(case)
            if case["verdict"] == "on-site":
                assert (found.verdict, found.kind) == ("warn", "on-site")
                # An appointment is made inside a roll-out and nowhere else.
                assert found.modes in {(), ("ON_SITE",)}
                assert not found.modes or found.ruling.opening is not None
            else:
                assert found.is_open == (found.verdict == "ok")
                assert not found.is_open or case["verdict"] == "yes"
            if case["verdict"] == "not-yet":
                assert found.begins > date.fromisoformat(case["on"])
            assert found.grounds
            assert found.reason
            assert found.is_open or found.instead.text

    def test_the_moves_in_the_eight_cities_promise_ten_working_days(self):
        inside = queries.availability("2020-2-06", here="220104", there="210102", on=TODAY)
        assert inside.ruling.limit.limit_days == 10
        assert inside.limits.decide_days == 10
        assert inside.limits.decide.basis == "公开资料“跨省通办”词条试点推行"
        outside = queries.availability("2020-2-06", here="220104", there="210302", on=TODAY)
        assert outside.ruling.limit is None

    def test_who_may_take_part_and_is_not_named_is_a_default_of_ours(self):
        found = queries.availability("2020-3-02", here="430102", there="220104", on=TODAY)
        assert found.ruling.verdict == "yes"
        assert found.ruling.opening.leaves_open_whether(queries.place("220104"))
        if found.is_open:
            assert any(DEFAULT_NOTE in note for note in found.notes)

    def test_guangxi_joined_the_southwest_in_may_2022(self):
        def southwest(on):
            return {
                one.rollout.key
                for one in queries.rollouts(place="450102", on=on)
                if one.rollout.region == "xinan"
            }

        assert southwest(date(2022, 4, 30)) == set()
        assert southwest(date(2022, 5, 1)) == {"southwest-zone", "southwest-guangxi"}

    def test_a_page_of_rows_asks_the_database_nothing_when_warm(self):
        codes = [item.code for item in queries.items()]
        asked = {"here": "220104", "there": "350102", "on": TODAY}
        warm = queries.availabilities(codes, **asked)
        with self.assertNumQueries(0):
            assert queries.availabilities(codes, **asked).keys() == warm.keys()
        assert len(warm) == len(codes)

    def test_no_item_without_a_document_is_open(self):
        for item in queries.items():
            found = queries.availability(item.code, here="220104", there="350102", on=TODAY)
            if found.is_open:
                assert found.ruling.opening.document in {one.key for one in queries.documents()}
            if any(one.state == SourceState.ABSENT for one in item.sources.all()):
                assert not found.is_open


class TestCountsThatTheDocumentsImply(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue()

    def test_the_arithmetic_of_jilins_civil_affairs_comes_out_of_the_catalogue(self):
        authority = "吉林省民政厅"

        def count(**which):
            return len(queries.roles(authority=authority, **which))

        assert count() == 17
        assert (count(role="lead"), count(role="cooperate"), count(role="special")) == (5, 11, 1)
        assert (count(role="lead", phase="2021"), count(role="lead", phase="")) == (3, 2)
        assert count(role="cooperate", phase="2020") == 3
        assert count(role="cooperate", phase="2021") == 8
        items = [one.item_id for one in queries.roles(authority=authority) if one.item_id]
        assert len(set(items)) == 16
        led = {queries.item(code).lead for code in items}
        assert "民政部" in led
        for one in queries.roles(authority=authority, role="lead"):
            assert queries.item(one.item_id).lead == "民政部"
        for one in queries.roles(authority=authority, role="cooperate"):
            assert queries.item(one.item_id).lead != "民政部"

    def test_lists_declare_and_know_so_many_items(self):
        assert queries.declared_and_known("2020") == (140, 137)
        assert queries.declared_and_known("2022") == (22, 22)

    def test_items_by_lead_unit_batch_mode_and_deadline_are_as_many_as_the_documents_imply(self):
        items = queries.items()
        leads = Counter((item.lead, str(item.batch.list_id)) for item in items)
        assert (leads["人力资源社会保障部", "2020"], leads["人力资源社会保障部", "2022"]) == (33, 2)
        assert (leads["市场监管总局", "2020"], leads["税务总局", "2022"]) == (23, 9)
        assert (leads["民政部", "2020"], leads["水利部", "2022"]) == (5, 1)
        batches = Counter((item.batch.list_id, item.batch.number) for item in items)
        assert batches == {("2020", 1): 57, ("2020", 2): 72, ("2020", 3): 8, ("2022", 1): 22}
        forms = Counter(
            (item.batch.number, source.form)
            for item in items
            for source in item.sources.all()
            if source.province == "35"
        )
        collected = [forms[batch, "异地代收代办"] for batch in (1, 2, 3)]
        assert collected == [0, 10, 2]
        online = [forms[batch, "全程网办"] for batch in (1, 2, 3)]
        assert online == [23, 24, 4]
        states = Counter(source.state for item in items for source in item.sources.all())
        assert states == {"open": 115, "deferred": 19, "absent": 1, "on-site": 2, "unstated": 22}
        days = Counter(
            one["by"]
            for item in items
            for source in item.sources.all()
            for one in source.deadlines
            if one["scope"] == "national"
        )
        assert days == {
            "2020-12-31": 57,
            "2021-12-31": 72,
            "2022-06-30": 2,
            "2022-12-31": 21,
            "2023-06-30": 3,
            "2023-12-31": 3,
            None: 4,
        }

    def test_reports_are_due_each_december_on_the_22nd_and_at_the_end_of_the_month(self):
        found = {one.key: (one.month, one.day, one.to) for one in queries.duties()}
        assert found == {
            "phase-3-ministries": (12, 31, "国务院办公厅"),
            "jilin-units": (None, 31, "省政务服务和数字化局"),
            "jilin-civil-units": (None, 22, "政策法规处"),
        }
        assert [one.batch_number for one in queries.duties(list_code="2020")][-1] == 3

    def test_so_many_roll_outs_name_a_place_an_item_or_neither(self):
        everything = queries.rollouts()
        assert len(everything) == 71
        assert sum(one.rollout.from_day is None for one in everything) == 10
        assert {one.rollout.key for one in queries.rollouts(item="2020-1-28")} == {
            "guoban-2020-batch-1",
            "jilin-2020",
            "used-car-20",
        }
        [cars] = [one for one in everything if one.rollout.key == "used-car-20"]
        assert (cars.rollout.declared, len(cars.members), cars.unknown_members) == (20, 4, 16)

    def test_agreements_of_a_place(self):
        def names(place, on=None):
            return [one.key for one in queries.agreements(place=place, on=on)]

        assert names("140105") == ["north-estate", "central-estate"]
        assert names("140105", date(2024, 1, 1)) == ["north-estate"]
        assert names("440902") == ["maoming-yulin"]
        assert names("450902") == ["maoming-yulin", "southwest-with-guangxi", "jilin-care"]
        assert names("350102") == []
