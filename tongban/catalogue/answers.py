"""Tidies and judges single answers: digits as people type them, dates, money, numbers of people."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from tongban.basics import identifiers
from tongban.jurisdictions import queries as jurisdictions

LONGEST_ANSWER = 2000

# Full-width digits and letters become plain; Chinese punctuation, which an address may hold, stays.
_PLAIN = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in range(0xFF01, 0xFF5F)
    if unicodedata.normalize("NFKC", chr(code)).isalnum()
}
_DATE = re.compile(r"(\d{4})\s*[-./年]?\s*(\d{1,2})\s*[-./月]?\s*(\d{1,2})\s*日?")
_SOLID_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOTS = re.compile("[•・‧∙●⋅]")
_NAME = re.compile(r"[^\W\d_]+(?:[·\s.'-][^\W\d_]+)*")
_LONGEST_MONEY = Decimal(10) ** 12


class AnswerRefused(ValueError):
    """One answer that cannot be right; the message says what to do."""


def tidy(text: str) -> str:
    """What somebody typed, without what they did not mean: outer spaces, full-width digits.

    Composed to NFC; line ends become \\n; other control characters go.
    """
    composed = unicodedata.normalize("NFC", text).translate(_PLAIN).replace("\u3000", " ")
    lines = composed.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c == "\n" or unicodedata.category(c)[0] != "C")
    return kept.strip()


def _person_id(text: str, on: date) -> str:
    return identifiers.check_person_id(text, today=on)


def _credit_code(text: str, _on: date) -> str:
    return identifiers.check_credit_code(text)


def _mobile(text: str, _on: date) -> str:
    return identifiers.check_mobile(text)


def _date(text: str, _on: date) -> str:
    """A day as people write it, as YYYY-MM-DD."""
    found = _SOLID_DATE.fullmatch(text) or _DATE.fullmatch(text)
    if found is None:
        raise AnswerRefused(_("按“年-月-日”填写日期，例如2020-05-20"))
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        said = _("%(year)s年%(month)s月%(day)s日这一天不存在，请对照证件检查")
        raise AnswerRefused(said % {"year": year, "month": month, "day": day}) from None


def _past_date(text: str, on: date) -> str:
    day = _date(text, on)
    if date.fromisoformat(day) > on:
        raise AnswerRefused(_("这一天还没有到，请检查年份"))
    if date.fromisoformat(day) < on - timedelta(days=120 * 366):
        raise AnswerRefused(_("这一天太早了，请检查年份"))
    return day


def _coming_date(text: str, on: date) -> str:
    day = _date(text, on)
    if not on - timedelta(days=366) <= date.fromisoformat(day) <= on + timedelta(days=10 * 366):
        raise AnswerRefused(_("填写近一年到今后十年之间的日期，请检查年份"))
    return day


def _division(text: str, on: date) -> str:
    if not re.fullmatch(r"[1-9]\d{5}", text) or not jurisdictions.exists(text, on):
        raise AnswerRefused(_("从列表里选一个地方"))
    return text


def _money(text: str, _on: date) -> str:
    """An amount in yuan with two decimals; commas and the unit may be typed."""
    plain = re.sub(r"[,，\s¥￥]|元$", "", text)
    try:
        amount = Decimal(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None
    except InvalidOperation:
        amount = None
    if amount is None:
        raise AnswerRefused(_("填写金额，只用数字和小数点，例如120000或3500.50"))
    if amount != amount.quantize(Decimal("0.01")):
        raise AnswerRefused(_("金额最多写到分，也就是小数点后两位"))
    if amount >= _LONGEST_MONEY:
        raise AnswerRefused(_("金额太大，请检查是不是多写了几位"))
    return f"{amount:.2f}"


def _digits(text: str, _on: date) -> str:
    """A long number without the spaces that cards print; the form's pattern judges the rest."""
    return re.sub(r"[\s-]", "", text)


def _person_name(text: str, _on: date) -> str:
    """A name as on the card; the dots of minority names become one kind of dot."""
    name = re.sub(r"\s*·\s*", "·", _DOTS.sub("·", text))
    if len(name) < 2 or not _NAME.fullmatch(name):
        raise AnswerRefused(_("填写身份证上的全名，不写称呼和数字"))
    return name


def _disability_certificate(text: str, on: date) -> str:
    """20 characters: the holder's identity number, the kind (1 to 7) and the grade (1 to 4)."""
    number = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"\d{17}[\dX][1-7][1-4](B\d)?", number):
        raise AnswerRefused(_("残疾人证号是20位：18位身份证号，加1位类别和1位等级，请对照证件填写"))
    identifiers.check_person_id(number[:18], today=on)
    return number


FORMATS: Mapping[str, Callable[[str, date], str]] = {
    "person-id": _person_id,
    "credit-code": _credit_code,
    "mobile": _mobile,
    "date": _date,
    "past-date": _past_date,
    "coming-date": _coming_date,
    "division": _division,
    "money": _money,
    "digits": _digits,
    "person-name": _person_name,
    "disability-certificate": _disability_certificate,
}


def judge(text: str, *, format: str, on: date) -> str:
    """A tidied answer in the one spelling its format has.

    Refused (`AnswerRefused`) with a sentence that says what to do.
    """
    try:
        return FORMATS[format](text, on)
    except identifiers.NumberRefused as refused:
        raise AnswerRefused(refused.message) from refused
