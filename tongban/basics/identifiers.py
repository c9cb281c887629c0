"""Numbers that carry a check character: people, organisations and cases."""

import re
from datetime import UTC, date, datetime

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2, mod_37_36

from tongban.basics.refusals import Refused

_WIDE = str.maketrans(
    "０１２３４５６７８９ＸｘＡＢＣＤＥＦＧＨＪＫＬＭＮＰＱＲＴＵＷＹ",
    "0123456789XxABCDEFGHJKLMNPQRTUWY",
)
_CASE_NUMBER = re.compile(r"\d{20}[0-9A-Z]")


class NumberRefused(Refused):
    """A number that cannot be right, with the reason and what to look at."""

    code = "number-refused"
    status = 422


def _tidy(text: str) -> str:
    return re.sub(r"[\s\-·]", "", text.translate(_WIDE)).upper()


def check_person_id(text: str, *, today: date | None = None) -> str:
    """An 18-character identity number, tidied (spaces, full-width, small x).

    Refused with the first thing wrong: length, characters, a day that never was or lies ahead,
    the check character. Source: GB 11643, check character ISO 7064 MOD 11-2.
    """
    number = _tidy(text)
    if len(number) != 18:
        raise NumberRefused(f"身份证号是18位，您填了{len(number)}位")
    if not re.fullmatch(r"[1-9]\d{16}[0-9X]", number):
        raise NumberRefused("身份证号前17位是数字，最后一位是数字或X")
    born = _birth_date(number)
    if born is None:
        raise NumberRefused(
            f"身份证号里的出生日期{number[6:10]}年{number[10:12]}月{number[12:14]}日不存在，请对照证件检查第7到14位"
        )
    if born > (today or datetime.now(UTC).date()) or born.year < 1880:
        raise NumberRefused("身份证号里的出生日期不可能，请对照证件检查第7到14位")
    if not mod_11_2.is_valid(number):
        raise NumberRefused("身份证号的校验位不对，可能有一位填错，请对照证件逐位检查")
    return number


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def check_credit_code(text: str) -> str:
    """An 18-character unified social credit code, tidied; refused with the reason (GB 32100)."""
    number = _tidy(text)
    if len(number) != 18:
        raise NumberRefused(f"统一社会信用代码是18位，您填了{len(number)}位")
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", number):
        raise NumberRefused("统一社会信用代码里没有I、O、S、V、Z，第3到8位是数字，请对照执照检查")
    try:
        uscc.validate(number)
    except ValidationError as wrong:
        raise NumberRefused("统一社会信用代码的校验位不对，请对照执照逐位检查") from wrong
    return number


def check_mobile(text: str) -> str:
    """A mobile number of the mainland, 11 digits, tidied of spaces and +86."""
    number = re.sub(r"^\+?86(?=1\d{10}$)", "", _tidy(text))
    if not re.fullmatch(r"1\d{10}", number):
        raise NumberRefused("手机号是11位数字，以1开头，例如13900000002")
    return number


def mask_id(number: str) -> str:
    """What a page shows of an identity number or credit code: 2201**********002X."""
    return number[:4] + "*" * (len(number) - 8) + number[-4:] if len(number) > 8 else "****"


def mask_phone(number: str) -> str:
    """What a page shows of a phone number: 139****0002."""
    return number[:3] + "****" + number[-4:] if len(number) >= 11 else "****"


def mask_name(name: str) -> str:
    """What a list shows of a name to whoever need not know it: 李*, 长春***公司 stays readable."""
    return name[:1] + "*" * (len(name) - 1) if len(name) <= 4 else name[:2] + "***" + name[-2:]


# Serials go round, 1 to 999,999. Steps of the golden section lie far apart however many there are.
_SERIALS = 999_999
_STEP = 381_966


def serial_in_life(serial: int, life: int) -> int:
    """The serial of a case that a database's `life` (from 1) issues where it counts to `serial`.

    The second life begins 381,966 further on, and so forth: it meets what a former one issued only
    when a node begins that many cases in one day.
    """
    return (serial - 1 + (life - 1) * _STEP) % _SERIALS + 1


def case_number(division: str, day: date, serial: int) -> str:
    """A national case number: division (6), day (8), serial (6), check character (1).

    The division belongs to one node, so two nodes never make the same number. The check character
    is ISO 7064 MOD 37,36. No national rule is public (see docs/adr/0004), this one is ours.
    """
    body = f"{division}{day:%Y%m%d}{serial % 1_000_000:06d}"
    return body + str(mod_37_36.calc_check_digit(body))


def check_case_number(text: str) -> str:
    """A case number as people type it, tidied; refused when a character must be wrong."""
    number = _tidy(text)
    if not _CASE_NUMBER.fullmatch(number) or not mod_37_36.is_valid(number):
        raise NumberRefused("办件编号不对，请对照凭证检查，一共21位")
    return number


def show_case_number(number: str) -> str:
    """A case number in groups, as it is printed: 220104 20261116 000427 K."""
    return f"{number[:6]} {number[6:14]} {number[14:20]} {number[20:]}"
