"""Files of implementations against the tables: planned, applied, written out, taken in again."""

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import TestCase

from tongban.catalogue import permissions
from tongban.catalogue.interchange import exporting, lists
from tongban.catalogue.interchange.columns import BY_KEY, COLUMNS
from tongban.catalogue.interchange.xlsx_writing import write_xlsx
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import Implementation, ImplementationVersion, Publication
from tongban.catalogue.operations import importing, load_catalogue, retiring
from tongban.catalogue.operations.taking import PublicationRefused
from tongban.catalogue.tests.conftest import SEEDS
from tongban.catalogue.tests.rows import a_row
from tongban.parties.models import Account, Officer, Role
from tongban.parties.permissions import RoleMissing

AT = datetime(2026, 8, 1, 2, tzinfo=UTC)
MOVE = "2020-2-06"


def write(path: Path, *rows: dict[str, str]) -> Path:
    if path.suffix == ".xlsx":
        write_xlsx(path, rows)
        return path
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([one.heading for one in COLUMNS])
        writer.writerows([row.get(one.key, "") for one in COLUMNS] for row in rows)
    return path


def take_in(path: Path, **more):
    with importing.plan(path, None, AT, **more) as plan:
        assert plan.is_applicable, plan.faults.first
        return importing.apply(plan, None, AT)


def codes_of(plan) -> set[str]:
    return {fault.code for fault in plan.faults.first}


def a_manager(number: int, place: str = "220000", roles=(Role.MANAGER,)) -> Officer:
    from tongban.jurisdictions.models import Authority

    account = Account.objects.create(username=f"manager{number}")
    authority = Authority.objects.filter(division_code=place).first()
    return Officer.objects.create(
        account=account, name="示例", staff_number=f"M{number}", pseudonym=f"22-m{number}",
        authority=authority, roles=list(roles),
    )  # fmt: skip


class TestImporting(TestCase):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    @classmethod
    def setUpTestData(cls):
        load_catalogue()
        # What is shipped of other places is none of these tests.
        cls.shipped = Implementation.objects.count()

    def file(self, *rows, name="清单.csv") -> Path:
        return write(self.folder / name, *rows)

    def test_a_row_becomes_an_implementation_and_its_first_version(self):
        assert take_in(self.file(a_row(promised_days="7"))) == 1
        row = Implementation.objects.get(division_code="220221")
        assert (row.item_id, row.authority_name, row.level) == (MOVE, "示例县公安局", "4")
        version = row.versions.get()
        assert version.content["limits"]["decide"]["days"] == 7
        assert (version.number, version.from_day, version.came_from) == (
            1,
            date(2026, 9, 1),
            "import",
        )
        # The words as they came, beside the value.
        assert version.wording["limits"] == "承诺办结时限：7；承诺时限单位：工作日"

    def test_a_row_without_changes_or_a_day_follows_the_standard(self):
        path = self.file(a_row(from_day=""))
        assert take_in(path) == 1
        assert not Implementation.objects.get(division_code="220221").versions.exists()
        with importing.plan(path, None, AT) as plan:
            assert plan.writes == 0

    def test_what_was_taken_in_is_published_to_the_other_nodes(self):
        path = self.file(*(a_row(part=f"{n:02d}", name=f"示例{n}", conditions="条件如此。" * 3000)
                           for n in range(1, 9)))  # fmt: skip
        take_in(path)
        steps = list(Publication.objects.order_by("number"))
        # In pieces that a message carries, in order, all of them.
        assert len(steps) > 1
        said = [change for step in steps for change in step.body["changes"]]
        assert [change["part"] for change in said] == [f"{n:02d}" for n in range(1, 9)]
        assert {change["kind"] for change in said} == {"implementation"}
        assert said[0]["wording"]["conditions"].startswith("受理条件：条件如此。")

    def test_a_retirement_is_published_and_taken_from_the_place_s_own_node_only(self):
        take_in(self.file(a_row()))
        take_in(self.file(a_row(retired_on="2026-12-01")))
        change = Publication.objects.order_by("-number").first().body["changes"][-1]
        assert (change["kind"], change["retired_on"]) == ("retirement", "2026-12-01")
        one = Signed("22", 9, "", AT, [change])
        Implementation.objects.filter(division_code="220221").update(retired_on=None)
        retiring._take_retirement(change, one)
        row = Implementation.objects.get(division_code="220221")
        assert row.retired_on == date(2026, 12, 1)
        for wrong in ({**change, "division_code": "350102"}, {**change, "part": "77"}):
            with pytest.raises(PublicationRefused):
                retiring._take_retirement(wrong, one)

    def test_the_same_file_again_changes_nothing(self):
        path = self.file(a_row(), a_row(place="220281", authority_name="示例市公安局"))
        take_in(path)
        with importing.plan(path, None, AT) as plan:
            assert (plan.writes, plan.counts[importing.Action.UNCHANGED]) == (0, 2)
            assert importing.apply(plan, None, AT) == 0
        assert ImplementationVersion.objects.filter(came_from="import").count() == 2

    def test_a_change_is_shown_field_by_field_and_becomes_the_next_version(self):
        take_in(self.file(a_row(promised_days="10")))
        path = self.file(a_row(promised_days="7", from_day="2026-10-01", consult="0432-1234567"))
        with importing.plan(path, None, AT) as plan:
            shown = {change.heading: (change.old, change.new) for change in plan.shown[0].changes}
            assert shown["承诺办结时限"] == ("10", "7")
            assert shown["咨询电话"] == ("", "0432-1234567")
            assert plan.shown[0].number == 2
            importing.apply(plan, None, AT)
        row = Implementation.objects.get(division_code="220221")
        assert [v.number for v in row.versions.order_by("number")] == [1, 2]

    def test_a_corrected_code_changes_the_row_and_publishes_no_version(self):
        take_in(self.file(a_row(local_code="甲1")))
        path = self.file(a_row(local_code="甲2"))
        assert take_in(path) == 1
        row = Implementation.objects.get(division_code="220221")
        assert (row.local_code, row.versions.count()) == ("甲2", 1)

    def test_what_is_published_on_a_day_is_not_written_over(self):
        take_in(self.file(a_row(promised_days="10")))
        with importing.plan(self.file(a_row(promised_days="7")), None, AT) as plan:
            fault = plan.faults.first[0]
            assert fault.code == "from-day-taken"
            assert fault.message == "2026-09-01起的第1版已经公布，公布了的不能改"
            assert "第2版" in fault.mend
            with pytest.raises(importing.FileHasErrors):
                importing.apply(plan, None, AT)

    def test_a_version_before_the_newest_is_refused(self):
        take_in(self.file(a_row(promised_days="10")))
        path = self.file(a_row(promised_days="7", from_day="2026-08-15"))
        with importing.plan(path, None, AT) as plan:
            assert codes_of(plan) == {"from-day-before-latest"}

    def test_one_fault_keeps_the_whole_file_out(self):
        path = self.file(a_row(), a_row(place="220281", from_day="2026-02-30"))
        with importing.plan(path, None, AT) as plan:
            fault = plan.faults.first[0]
            assert (fault.row, fault.column, fault.heading) == (3, "L", "生效日期")
            assert fault.message == "“生效日期”写的“2026-02-30”不是一个可能的日期"
            with pytest.raises(importing.FileHasErrors):
                importing.apply(plan, None, AT)
        assert Implementation.objects.count() == self.shipped

    def test_a_place_of_another_node_is_refused_whoever_asks(self):
        with importing.plan(self.file(a_row(place="350102")), None, AT) as plan:
            fault = plan.faults.first[0]
            assert fault.code == "place-not-served-here"
            assert fault.message.startswith("福建省福州市鼓楼区不由本节点服务")

    def test_an_officer_hands_in_only_for_his_own_places(self):
        officer = a_manager(1, "220100")
        path = self.file(a_row(), a_row(place="220104", authority_name="示例区公安局"))
        with importing.plan(path, officer, AT) as plan:
            assert [(f.row, f.code) for f in plan.faults.first if f.is_error] == [
                (2, "place-is-not-yours")
            ]

    def test_who_is_no_manager_hands_nothing_in(self):
        with pytest.raises(RoleMissing):
            importing.plan(self.file(a_row()), a_manager(1, roles=(Role.RECEIVER,)), AT)

    def test_a_file_is_published_by_another_than_who_handed_it_in(self):
        one, other = a_manager(1), a_manager(2)
        with importing.plan(self.file(a_row()), one, AT) as plan:
            with pytest.raises(permissions.DraftedByYourself):
                importing.apply(plan, one, AT)
            importing.apply(plan, other, AT)
        version = ImplementationVersion.objects.get(implementation__division_code="220221")
        assert (version.drafted_by, version.published_by) == (one.pseudonym, other.pseudonym)

    def test_a_plan_is_stale_once_something_else_was_published(self):
        with importing.plan(self.file(a_row()), None, AT) as plan:
            take_in(self.file(a_row(place="220281"), name="另一个.csv"))
            with pytest.raises(importing.PlanIsStale):
                importing.apply(plan, None, AT)

    def test_an_old_code_is_taken_for_its_successor_and_flagged(self):
        # 九台市 220181 became 九台区 220113 in 2014.
        with importing.plan(self.file(a_row(place="220181")), None, AT) as plan:
            assert plan.is_applicable
            fault = next(f for f in plan.faults.first if f.code == "old-division-code")
            assert fault.message.startswith(
                "220181 九台市是旧区划代码，按现在的220113 吉林省长春市九台区"
            )
            assert fault.mend == "区划代码改成220113"
            importing.apply(plan, None, AT)
        assert "old-division-code" in Implementation.objects.get(division_code="220113").faults

    def test_an_item_is_found_by_its_name_and_a_stranger_gets_the_nearest(self):
        named = a_row(item="", name="夫妻投靠户口迁移")
        near = a_row(item="", place="220281", name="夫妻投靠的户口迁移")
        strange = a_row(item="", place="220282", name="户口迁移登记")
        with importing.plan(self.file(named, near, strange), None, AT) as plan:
            found = {fault.row: fault for fault in plan.faults.first if fault.row > 2}
            assert found[3].code == "item-by-near-name"
            assert found[4].code == "unknown-item"
            assert MOVE in found[4].message

    def test_what_a_whole_list_leaves_out_is_retired(self):
        take_in(self.file(a_row(), a_row(place="220281")))
        with importing.plan(self.file(a_row()), None, AT, whole="220200") as plan:
            assert plan.counts[importing.Action.RETIRED] == 1
            importing.apply(plan, None, AT)
        assert Implementation.objects.get(division_code="220281").retired_on == date(2026, 8, 1)
        assert Implementation.objects.get(division_code="220221").retired_on is None

    def test_the_words_that_stay_beside_a_changed_value_are_flagged(self):
        words = "办理时限：自受理之日起十个工作日内办结"
        take_in(self.file(a_row(promised_days="10", wording=words)))
        path = self.file(a_row(promised_days="7", wording=words, from_day="2026-10-01"))
        with importing.plan(path, None, AT) as plan:
            assert codes_of(plan) == {"words-not-changed"}

    def test_every_format_brings_back_what_was_written(self):
        take_in(self.file(*many_rows()))
        with importing.plan(self.file(*many_rows()), None, AT) as plan:
            assert plan.writes == 0
        for format_ in exporting.FORMATS:
            path = self.folder / f"全部.{format_}"
            assert exporting.write(path, format_, "22") >= 6
            with importing.plan(path, None, AT) as plan:
                assert not plan.faults.errors, (format_, plan.faults.first)
                assert plan.writes == 0, (format_, plan.shown)

    def test_what_was_exported_and_taken_in_elsewhere_is_exported_the_same(self):
        take_in(self.file(*many_rows()))
        before = list(exporting.rows("2202"))
        path = self.folder / "全部.json"
        exporting.write(path, "json", "2202")
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DELETE FROM catalogue_implementationversion")
            cursor.execute("DELETE FROM catalogue_implementation")
            cursor.execute("SET session_replication_role = DEFAULT")
        take_in(path)
        assert list(exporting.rows("2202")) == before

    def test_every_shipped_implementation_survives_the_round_trip(self):
        for format_ in ("csv", "xlsx", "json"):
            path = self.folder / f"吉林.{format_}"
            exporting.write(path, format_, "22")
            if not self.shipped:
                continue
            with importing.plan(path, None, AT) as plan:
                assert (plan.faults.errors, plan.writes) == (0, 0), (plan.faults.first, plan.shown)

    def test_the_national_lists_as_they_stand_differ_in_nothing(self):
        for prefix, items in (("003", 22), ("004", 137)):
            found = lists.compare(next(SEEDS.glob(f"{prefix}_*.txt")))
            assert (found.items, found.changes) == (items, ())

    def test_a_changed_list_says_what_differs(self):
        path = self.folder / "清单.csv"
        assert exporting.write_lists(path) == 159
        assert lists.compare(path).changes == ()
        path.write_text(
            path.read_text("utf-8-sig").replace("学历公证", "学历证书公证"), "utf-8-sig"
        )
        change = lists.compare(path).changes[0]
        assert (change.code, change.heading, change.old, change.new) == (
            "2020-1-01", "事项名称", "学历公证", "学历证书公证",
        )  # fmt: skip

    def test_a_table_of_implementations_is_no_list(self):
        assert lists.compare(self.file(a_row())) is None

    def test_tasks_of_the_national_exchange_are_read_by_their_field_names(self):
        task = {
            "task_directory": {"task_name": "夫妻投靠户口迁移", "local_catalog_code": "XK1"},
            "task_general_basic": {
                "task_code": "", "dept_name": "示例县公安局", "dept_code": "", "use_level": "4",
                "project_type": "2", "promise_day": 7, "promise_type": "1",
                "plan_effective_date": "2026-09-01", "cd_operation": "I",
            },
            "task_general_material": [{"material_name": "居民身份证", "is_need": "1"}],
            "x_tongban": {"place": "220221"},
        }  # fmt: skip
        path = self.folder / "交换.json"
        path.write_text(json.dumps([task], ensure_ascii=False), "utf-8")
        take_in(path)
        version = Implementation.objects.get(division_code="220221").versions.get()
        # 办件类型 2 is 即办 there and 承诺件 here.
        assert version.content["codes"]["handle_type"] == "1"
        kept = json.loads(version.wording["exchange"])
        assert kept["task_general_basic"] == {"cd_operation": "I"}
        assert kept["task_directory"] == {"local_catalog_code": "XK1"}

    def test_a_code_that_no_table_maps_is_refused_with_its_row(self):
        task = {
            "task_general_basic": {"task_name": "夫妻投靠户口迁移", "project_type": "7"},
            "x_tongban": {"place": "220221", "authority_name": "示例县公安局", "level": "4",
                          "from_day": "2026-09-01"},
        }  # fmt: skip
        path = self.folder / "交换.json"
        path.write_text(json.dumps(task, ensure_ascii=False), "utf-8")
        with importing.plan(path, None, AT) as plan:
            fault = plan.faults.first[0]
        assert (fault.row, fault.code) == (1, "unknown-code")
        assert fault.message == (
            "全国交换库的办件类型没有代码“7”，只有：1 承诺件、2 即办件、3 转报件、4 上报件"
        )

    def test_five_thousand_faults_are_counted_shown_in_part_and_written_in_full(self):
        from time import process_time

        path = self.file(*(a_row(place=f"99{number:04d}") for number in range(5000)))
        every = self.folder / "问题.csv"
        began = process_time()
        with importing.plan(path, None, AT, show=20, faults_to=every) as plan:
            assert len(plan.faults.first) == 20
            assert plan.faults.counts["error", "unknown-place"] == 5000
        assert process_time() - began < 10
        assert len(every.read_text("utf-8-sig").splitlines()) == 5001


def many_rows() -> list[dict[str, str]]:
    """Rows with every column in use, and words that a spreadsheet or a CSV could spoil."""
    assert BY_KEY
    return [
        a_row(promised_days="7", promised_ground="示例规定第三条〔说明：先行先试〕"),
        a_row(
            place="220281", name="夫妻投靠落户", local_code="=1+1", consult="0432-1234567",
            complain="0432-7654321", conditions="您和配偶已经登记结婚。〔依据：示例办法第一条〕\n住满一年。",
            not_for="现役军人配偶随军的除外。", questions="问：要多久？\n答：7个工作日。",
        ),
        a_row(
            place="220282", visits="1", visits_why="现场核对原件", is_charged="是",
            fee_text="证书工本费10元", fee_ground="示例价格文件第二条", result_title="准予迁入证明",
            result_kind="certificate 证照", result_text="凭它办理迁出",
        ),
        a_row(
            place="220283", retired_on="2027-01-01", wording="收费：不收费，原文如此\n第二行",
            is_charged="否", legal_days="20", legal_unit="workday 工作日",
            legal_ground="示例条例第十条", handle_type="2 承诺件", item_type="07 确认",
        ),
        a_row(place="220284", promised_days="1", promised_unit="月", accept_days="3"),
        a_row(
            place="220211", part="01", name="夫妻投靠户口迁移（城镇）",
            materials="居民身份证\n您的居民户口簿\n结婚证；必要；说明：内页\n"
            "居住证；非必要；出具机构：公安机关；原件：1；复印件：2；方式：上传；要点：在有效期内→已过期→先换领再交",
        ),
    ]  # fmt: skip
