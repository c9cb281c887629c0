"""What a form takes, what it refuses and in which words."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import answers as judging
from tongban.catalogue import forms, reading
from tongban.catalogue.reader import listing
from tongban.catalogue.versions import Field

TODAY = date(2026, 11, 23)
PLACES = {
    "220104": "吉林省长春市朝阳区",
    "350102": "福建省福州市鼓楼区",
    "350203": "福建省厦门市思明区",
}
NAMES = {i["code"]: i["name"] for i in json.loads(listing.ITEMS.read_text("utf-8"))["items"]}


def a_number(body="22010419010102001"):
    return body + str(mod_11_2.calc_check_digit(body))


def a_version(code):
    content = json.loads((listing.DATA / "versions" / f"{code}.json").read_text("utf-8"))
    return reading.read(content, name=NAMES[code])


MOVE = a_version("2020-2-06")
MEDICAL = a_version("2020-2-61")
FUND = a_version("2020-1-26")
ALLOWANCE = a_version("2020-2-10")
LICENCE = a_version("2020-1-31")

GOOD = {
    "spouse_name": "张三",
    "spouse_id_number": a_number(),
    "married_on": "2020-05-20",
    "from_division": "220104",
    "from_address": "示例街道示例路8号",
    "move_to_division": "350102",
    "move_to_address": "东街街道示例巷12号3单元501",
    "householder_name": "张三",
    "householder_relation": "spouse",
    "dwelling_kind": "consent",
}


@pytest.fixture(autouse=True)
def _places(monkeypatch):
    monkeypatch.setattr(judging.jurisdictions, "exists", lambda code, _on: code in PLACES)
    monkeypatch.setattr(forms.jurisdictions, "full_name", PLACES.__getitem__)


def taken(version=MOVE, **changes):
    given_answers = {k: v for k, v in (GOOD | changes).items() if v is not None}
    return forms.validate(version, given_answers, on=TODAY)


def refused(version=MOVE, answers=None, step=None, **changes):
    typed = GOOD | changes if answers is None else answers
    with pytest.raises(FieldsRefused) as refusal:
        forms.validate(version, {k: v for k, v in typed.items() if v is not None}, step, on=TODAY)
    return refusal.value.errors


def test_good_answers_are_taken_as_they_are():
    assert taken() == GOOD


def test_full_width_digits_spaces_and_a_small_x_are_tidied():
    number = a_number("22010419010102011")
    typed = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    spaced = f"  {typed[:6]} {typed[6:14]} {typed[14:].lower()}　"
    assert taken(spouse_id_number=spaced)["spouse_id_number"] == number


def test_a_small_x_at_the_end_becomes_a_large_one():
    bodies = (f"22010419010102{serial:03d}" for serial in range(999))
    body = next(body for body in bodies if mod_11_2.calc_check_digit(body) == "X")
    assert taken(spouse_id_number=body + "x")["spouse_id_number"] == body + "X"


@pytest.mark.parametrize(
    "typed", ["2020-5-20", "2020.05.20", "2020年5月20日", "20200520", "2020/5/20"]
)
def test_a_day_may_be_written_in_any_usual_way(typed):
    assert taken(married_on=typed)["married_on"] == "2020-05-20"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("married_on", "2026-02-30", "2026年2月30日这一天不存在，请对照证件检查"),
        ("married_on", "去年五月", "按“年-月-日”填写日期，例如2020-05-20"),
        ("married_on", "2026-11-24", "这一天还没有到，请检查年份"),
        ("married_on", "1020-05-20", "这一天太早了，请检查年份"),
        ("married_on", "2020-13-01", "2020年13月1日这一天不存在，请对照证件检查"),
        ("spouse_id_number", "123", "身份证号是18位，您填了3位"),
        (
            "spouse_id_number",
            a_number()[:-1] + ("0" if a_number()[-1] != "0" else "1"),
            "身份证号的校验位不对，可能有一位填错，请对照证件逐位检查",
        ),
        ("from_division", "999999", "从列表里选一个地方"),
        ("from_division", "朝阳区", "从列表里选一个地方"),
        ("spouse_name", "张", "填写身份证上的全名，不写称呼和数字"),
        ("spouse_name", "张三123", "填写身份证上的全名，不写称呼和数字"),
        ("move_to_address", "东街街道", "写到门牌号，例如“东街街道示例巷12号3单元501”"),
        ("from_address", "路", "至少写4个字，请写完整"),
        ("from_address", "路" * 121, "最多120个字，请写短一些"),
        ("from_address", "路" * 2001, "最多2000个字，请写短一些"),
        ("householder_relation", "friend", "从列出的选项里选择您和户主的关系"),
        ("from_address", ["路"], "填写文字"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_field_with_what_to_do(field, typed, sentence):
    assert refused(**{field: typed}) == {field: [sentence]}


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("spouse_name", "填写配偶姓名"),
        ("married_on", "填写结婚登记日期，例如“2020-05-20”"),
        ("move_to_division", "选择户口迁往哪个县（市、区）"),
        ("dwelling_kind", "选择配偶在迁入地的住所"),
    ],
)
@pytest.mark.parametrize("typed", [None, "", "  ", "\u3000\t"])
def test_a_missing_answer_is_asked_for(field, sentence, typed):
    assert refused(**{field: typed}) == {field: [sentence]}


def test_everything_wrong_is_said_at_once_in_the_order_of_the_form():
    errors = refused(dwelling_kind="tent", spouse_name="", married_on="x", from_division="0")
    assert list(errors) == ["spouse_name", "married_on", "from_division", "dwelling_kind"]


def test_an_answer_to_a_question_that_is_not_asked_is_refused():
    assert refused(nickname="小张") == {"nickname": ["这张表没有这一项，请去掉"]}


def test_an_answer_that_no_longer_applies_is_dropped():
    kept = taken(householder_relation="spouse", householder_relation_other="户主的孙媳")
    assert "householder_relation_other" not in kept


def test_a_wrong_answer_that_no_longer_applies_refuses_nothing():
    assert taken(householder_relation="spouse", householder_relation_other="字" * 99)


def test_a_question_that_applies_must_be_answered():
    errors = refused(householder_relation="other")
    assert errors == {"householder_relation_other": ["填写具体是什么关系，例如“户主的孙媳”"]}


def test_one_step_is_judged_alone():
    spouse = {key: GOOD[key] for key in ("spouse_name", "spouse_id_number", "married_on")}
    assert forms.validate(MOVE, spouse, "spouse", on=TODAY) == spouse
    assert list(refused(answers=spouse | {"married_on": "x"}, step="spouse")) == ["married_on"]


def test_a_step_is_judged_in_the_light_of_the_others():
    first = {"allowance_kind": "care", "applies_for": "self"}
    errors = refused(ALLOWANCE, answers=first, step="allowance")
    assert "care_need" in errors
    assert "hardship_kind" not in errors


def test_only_fields_of_the_step_are_picked_from_a_post():
    post = {"csrfmiddlewaretoken": "secret", "spouse_name": " 张三 ", "move_to_division": "350102"}
    assert forms.pick(MOVE, "spouse", post) == {"spouse_name": " 张三 "}


@pytest.mark.parametrize(
    ("kind", "specs"),
    [
        ("owned", ["property-certificate"]),
        ("rented", ["lease-record"]),
        ("consent", ["owner-consent"]),
    ],
)
def test_the_situation_decides_which_proof_is_asked(kind, specs):
    asked = [m.spec for m in forms.materials(MOVE, GOOD | {"dwelling_kind": kind})]
    assert asked == [
        "id-card",
        "household-register",
        "marriage-certificate",
        "spouse-household-register",
        *specs,
    ]


def test_before_the_question_is_answered_no_proof_is_asked():
    assert len(forms.materials(MOVE, {})) == 4


def test_fields_that_apply_follow_the_answers():
    founding = forms.step(LICENCE, "founding")
    keys = [field.key for field in forms.asked(founding.fields, {"founding_kind": "branch"})]
    assert "capital" not in keys
    keys = [field.key for field in forms.asked(founding.fields, {"founding_kind": "company"})]
    assert "capital" in keys


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1200000", "1200000.00"),
        ("1,200,000", "1200000.00"),
        ("１２００", "1200.00"),
        ("￥3500.5", "3500.50"),
        ("3500.50元", "3500.50"),
        ("0", "0.00"),
    ],
)
def test_money_is_written_in_one_way(typed, expected):
    assert judging.judge(judging.tidy(typed), format="money", on=TODAY) == expected


@pytest.mark.parametrize("typed", ["一百万", "-5", "1.234", "1e9", "1" * 14, "NaN", "1.2.3", ""])
def test_money_that_cannot_be_is_refused(typed):
    with pytest.raises(judging.AnswerRefused):
        judging.judge(typed, format="money", on=TODAY)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("买买提•艾力", "买买提·艾力"),
        ("买买提 ・ 艾力", "买买提·艾力"),
        ("𠮷田", "𠮷田"),
        ("李 四", "李 四"),
    ],
)
def test_names_of_minorities_and_rare_characters_are_names(typed, expected):
    assert judging.judge(judging.tidy(typed), format="person-name", on=TODAY) == expected


def test_a_disability_certificate_carries_its_holder_s_number():
    assert judging.judge(a_number() + "43", format="disability-certificate", on=TODAY)
    with pytest.raises(judging.AnswerRefused, match="20位"):
        judging.judge(a_number(), format="disability-certificate", on=TODAY)
    wrong = a_number()[:-1] + ("0" if a_number()[-1] != "0" else "1")
    with pytest.raises(judging.AnswerRefused, match="校验位"):
        judging.judge(wrong + "43", format="disability-certificate", on=TODAY)


def test_what_cannot_be_seen_is_taken_out_of_answers():
    assert judging.tidy("示例\u200b路\x00８号\r\n二楼\u3000") == "示例路8号\n二楼"


def test_chinese_punctuation_of_an_address_stays():
    assert judging.tidy("示例路８号（东门），二楼") == "示例路8号（东门），二楼"


@given(st.dictionaries(st.sampled_from(sorted(MOVE.fields())), st.text(max_size=40)))
def test_whatever_is_typed_is_taken_or_refused_with_sentences(typed):
    errors: dict[str, list[str]] = {}
    kept: dict[str, str] = {}
    try:
        kept = forms.validate(MOVE, typed, on=TODAY)
    except FieldsRefused as refusal:
        errors = refusal.errors
    assert bool(errors) != bool(kept)
    assert set(errors) <= set(MOVE.fields())
    assert all(sentence for said in errors.values() for sentence in said)
    assert set(kept) <= set(typed)


@given(st.text(max_size=60))
def test_tidying_twice_changes_nothing_more(text):
    assert judging.tidy(judging.tidy(text)) == judging.tidy(text)


def test_what_was_accepted_is_accepted_again_unchanged():
    once = taken(married_on="2020年5月20日", spouse_name="张 · 三")
    assert forms.validate(MOVE, once, on=TODAY) == once


def test_a_check_page_says_answers_in_words():
    said = {f.key: shown for _, rows in forms.show(MOVE, GOOD) for f, shown in rows}
    assert said["move_to_division"] == "福建省福州市鼓楼区"
    assert said["dwelling_kind"] == "住在别人的房子里，房主同意落户"
    assert said["married_on"] == "2020年5月20日（周三）"
    price = next(f for f in forms.step(FUND, "purchase").fields if f.key == "price")
    assert forms.shown(price, "1200000.00") == "1,200,000.00元"


def test_steps_are_asked_in_order():
    assert [step.key for step in forms.steps(MOVE)] == ["spouse", "from", "move"]
    assert forms.step(MOVE, "nowhere") is None


def test_the_particulars_of_a_person_are_judged():
    good = {"name": "李四", "id_number": a_number(), "phone": "139 0000 0002"}
    assert forms.validate_applicant("person", good, on=TODAY)["phone"] == "13900000002"
    with pytest.raises(FieldsRefused) as refusal:
        forms.validate_applicant("person", {"name": "李", "phone": "12"}, on=TODAY)
    assert list(refusal.value.errors) == ["name", "id_number", "phone"]


def test_the_particulars_of_an_organisation_are_judged():
    good = {
        "name": "长春示例科技有限公司",
        "id_number": "91220101MA0000001X",
        "phone": "13900000002",
    }
    with pytest.raises(FieldsRefused) as refusal:
        forms.validate_applicant("organisation", good, on=TODAY)
    assert refusal.value.errors == {
        "id_number": ["统一社会信用代码的校验位不对，请对照执照逐位检查"]
    }


MORE = {
    MEDICAL: {
        "insured_division": "350102",
        "insurance_kind": "employee",
        "stay_kind": "transfer",
        "treatment_division": "220104",
        "referring_hospital": "福州市示例医院",
        "starts_on": "2026-12-01",
        "ends_on": "2027-02-28",
    },
    FUND: {
        "fund_division": "350102",
        "account_number": "０１２３４５６７８９",
        "employer_name": "福州示例有限公司",
        "purchase_division": "220104",
        "purchase_address": "示例路18号3栋1201",
        "price": "1,200,000",
        "has_fund_loan": "no",
    },
    ALLOWANCE: {
        "applies_for": "self",
        "household_division": "350102",
        "household_address": "示例路8号",
        "disability_certificate_number": a_number() + "43",
        "allowance_kind": "both",
        "hardship_kind": "minimum",
        "household_income": "2400",
        "care_need": "走动和上下床要人扶",
        "bank_name": "示例银行福州分行",
        "bank_account": "６２２２ 0000 0000 0000 000",
    },
    LICENCE: {
        "founding_kind": "branch",
        "new_name": "长春示例科技有限公司福州分公司",
        "premises_division": "350102",
        "premises_address": "示例路18号3栋1201",
        "premises_right": "leased",
        "scope": "软件开发；信息技术咨询服务",
        "head_name": "王五",
        "head_id_number": a_number(),
        "agent_name": "赵六",
        "agent_id_number": a_number("22010419020202001"),
    },
}


@pytest.mark.parametrize("version", MORE, ids=lambda version: version.name)
def test_the_other_forms_take_good_answers(version):
    kept = forms.validate(version, MORE[version], on=TODAY)
    assert set(kept) == set(MORE[version])


@pytest.mark.parametrize("version", MORE, ids=lambda version: version.name)
def test_the_other_forms_ask_for_every_answer_that_is_needed(version):
    for key in MORE[version]:
        field = version.fields()[key]
        if field.is_required:
            errors = refused(version, answers=MORE[version] | {key: ""})
            assert key in errors, key


def test_spaces_that_cards_print_are_taken_out_of_long_numbers():
    kept = forms.validate(ALLOWANCE, MORE[ALLOWANCE], on=TODAY)
    assert kept["bank_account"] == "6222000000000000000"
    errors = refused(ALLOWANCE, answers=MORE[ALLOWANCE] | {"bank_account": "6222 OOOO"})
    assert errors == {"bank_account": ["银行账号是12到23位数字，请对照银行卡填写"]}


def test_a_branch_has_no_capital_and_no_articles():
    branch, company = MORE[LICENCE], MORE[LICENCE] | {"founding_kind": "company"}
    assert list(refused(LICENCE, answers=company)) == ["capital"]
    assert "articles" not in [m.spec for m in forms.materials(LICENCE, branch)]
    assert "articles" in [m.spec for m in forms.materials(LICENCE, company)]


def test_only_what_is_known_of_a_field_s_own_source_is_filled_in():
    fields = [
        Field(key, key, "", "", "text", is_required=True, prefill=source)
        for key, source in (("name", "applicant.name"), ("phone", "applicant.phone"), ("place", ""))
    ]
    known = {"applicant.name": "李四", "applicant.phone": "", "": "长春"}
    assert forms.prefilled(fields, known) == {"name": "李四"}
