"""Places as people write them: 长春朝阳区, 朝阳区, 吉林省长春市朝阳区 all mean a place with a code."""

import re
from collections.abc import Iterator
from datetime import date

from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions import rules

AT_MOST = 12  # more than this many answers are no answer: the writer has to say more


def find(text: str, *, on: date) -> list[str]:
    """The codes of the places below the provinces that a name may mean, best first.

    A name that says a place in full stands alone: 长春市 is not also its districts.
    """
    wanted = re.sub(r"[\s,，、·]", "", text)
    if len(wanted) < 2:
        return []
    exact, close = [], []
    for code, name, above in _places(on):
        full = above + name
        if wanted == full:
            return [code]
        if wanted in _spellings(code, name, above):
            exact.append(code)
        elif wanted in full and wanted[-1] in name:
            close.append(code)
    return exact or close


def suggest(text: str, *, on: date) -> list[str]:
    """Full names of places that a beginning may become, for a list under the field."""
    return [jurisdictions.full_name(code) for code in find(text, on=on)[:AT_MOST]]


def _places(on: date) -> Iterator[tuple[str, str, str]]:
    for province in jurisdictions.provinces(on):
        for city in jurisdictions.cities(province.code, on):
            above = "" if city.code == province.code else province.name
            yield city.code, city.name, above
            for county in jurisdictions.counties(city.code, on):
                yield county.code, county.name, above + city.name


def _spellings(code: str, name: str, above: str) -> set[str]:
    """The ways to write a place without its province, or without the kind of place it is."""
    plain = rules.plain_name(code, name)
    city = re.sub(r"^.*?(省|自治区)", "", above)
    short = re.sub(r"(市|地区|盟)$", "", city)
    return {name, plain, city + name, short + name, short + plain}


def place_name(code: str) -> str:
    """A place without its province: 长春市, and 长春市朝阳区, since other cities have a 朝阳区 too."""
    if not code:
        return ""
    above = [one.name for one in jurisdictions.ancestors(code)[1:]]
    return "".join([*above, jurisdictions.short_name(code)])
