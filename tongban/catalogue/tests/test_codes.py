"""Codes of 12, 31 and 33 characters, and the code sets of other systems."""

import pytest

from tongban.catalogue import codes

# Real ones, as live data shows them (facts §2.1).
CATALOG = ("370123020002", "440106043001", "371099370000")
TASK = ("11370800MB285591843370123020002", "11440100007483172Q3440106043001")


@pytest.mark.parametrize("text", CATALOG)
def test_basic_codes_seen_live_have_nothing_wrong(text):
    assert codes.check_catalog_code(text) == ()


@pytest.mark.parametrize("text", TASK)
def test_task_codes_seen_live_have_nothing_wrong(text):
    assert len(text) == codes.TASK
    assert codes.check_task_code(text) == ()
    assert codes.check_handle_code(f"{text}01", task=text) == ()


def test_a_basic_code_is_read_in_its_parts():
    found = codes.parse_catalog_code("370123020002")
    assert (found.province, found.item_type, found.department) == ("37", "01", "23")
    assert (found.main, found.sub, found.is_national) == ("020", "002", False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", None),
        ("3701230200", "catalog-code-old-length"),
        ("37012302000", "catalog-code-wrong-length"),
        ("37012302000-", "catalog-code-wrong-form"),
        ("990123020002", "catalog-code-unknown-province"),
        ("379923020002", "catalog-code-unknown-type"),
        ("3.70123E+11", "code-in-scientific-notation"),
    ],
)
def test_each_fault_of_a_basic_code_has_its_name(text, code):
    assert [one.code for one in codes.check_catalog_code(text)] == ([code] if code else [])


@pytest.mark.parametrize(
    ("text", "beside", "code"),
    [
        (TASK[0][:24], {}, "task-code-old-length"),
        (TASK[0][:30], {}, "task-code-wrong-length"),
        ("11370800MB28559185" + TASK[0][18:], {}, "task-credit-code-wrong-check"),
        (TASK[0][:18] + "8" + TASK[0][19:], {}, "task-code-unknown-level"),
        (TASK[0][:19] + "990123020002", {}, "task-catalog-code-unknown-province"),
        (TASK[0], {"authority": "11440100007483172Q"}, "task-code-other-authority"),
        (TASK[0], {"level": "4"}, "task-code-other-level"),
        (TASK[0], {"catalog": "370123020003"}, "task-code-other-catalog"),
    ],
)
def test_each_fault_of_a_task_code_has_its_name(text, beside, code):
    assert [one.code for one in codes.check_task_code(text, **beside)] == [code]


def test_every_fault_says_in_chinese_what_is_wrong_and_how_to_mend_it():
    (fault,) = codes.check_task_code(TASK[0], level="4")
    assert fault.message == "实施编码里的行使层级是3，这一行填的却是4"
    assert fault.mend == "两处以正确的为准，改另一处"
    (fault,) = codes.check_catalog_code("37012302000")
    assert fault.message == "基本编码应为12位，这里是11位"


@pytest.mark.parametrize(
    ("text", "task", "code"),
    [
        (TASK[0] + "1", TASK[0], "handle-code-wrong-length"),
        (TASK[0] + "A1", TASK[0], "handle-code-wrong-number"),
        (TASK[0] + "01", TASK[1], "handle-code-other-task"),
    ],
)
def test_each_fault_of_a_handle_code_has_its_name(text, task, code):
    assert [one.code for one in codes.check_handle_code(text, task=task)] == [code]


def test_local_codes_are_free_up_to_fifty_characters():
    assert codes.check_local_code("511Z07001006-511602000000-000-11511301008778183N") == ()
    assert [one.code for one in codes.check_local_code("x" * 51)] == ["local-code-too-long"]


def test_a_value_is_known_by_its_code_its_name_or_both():
    for text in ("2", "承诺件", "2 承诺件", " 2 "):
        assert codes.HANDLE_TYPE.code_of(text) == "2"
    for text in ("3", "上报件", "1 承诺件", ""):
        assert codes.HANDLE_TYPE.code_of(text) is None


@pytest.mark.parametrize(
    ("mapped", "theirs", "ours"),
    [
        # The same digit means something else there: that is why the tables exist.
        (codes.EXCHANGE_HANDLE_TYPE, "1", "2"),
        (codes.EXCHANGE_HANDLE_TYPE, "2", "1"),
        (codes.RATING_SUBJECT, "6", "5"),
        (codes.RATING_SUBJECT, "5", "6"),
        (codes.VENDOR_A_SUBJECT, "10", "2"),
        (codes.VENDOR_A_SUBJECT, "20", "1"),
        (codes.EXCHANGE_UNIT, "0", "day"),
        (codes.EXCHANGE_UNIT, "1", "workday"),
        (codes.RATING_SATISFACTION, "1", "5"),
    ],
)
def test_codes_of_other_systems_are_mapped_never_passed_through(mapped, theirs, ours):
    assert mapped.translate(theirs) == ours


@pytest.mark.parametrize("mapped", codes.CODE_MAPS.values(), ids=lambda one: one.key)
def test_maps_lead_to_values_that_there_are_and_name_all_of_theirs(mapped):
    assert set(mapped.table.values()) <= set(mapped.target.values)
    assert set(mapped.table) == set(mapped.names)
    with pytest.raises(codes.UnknownCode) as refusal:
        mapped.translate("77")
    assert mapped.system in refusal.value.message
