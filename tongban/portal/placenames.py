"""Places as people write them: 长春朝阳区, 朝阳区, 吉林省长春市朝阳区 all mean a place with a code."""

import re
from collections.abc import Iterator
from datetime import date

from tongban.jurisdictions import queries as jurisdictions

AT_MOST = 12  # more than this many answers are no answer: the writer has to say more


def find(text: str, *, on: date) -> list[str]:
    """The codes of the places below the provinces that a name may mean.

    A name written out in full, or with the kind of place it is (朝阳区), means just that; of a
    shortened one (朝阳, 长春朝阳) everything that begins so is meant, so that nothing is guessed.
    """
    wanted = re.sub(r"[\s,，、·]", "", text)
    exact, begun = [], []
    for code, name, above in _places(on):
        if wanted == above + name:
            return [code]
        rests = _rests(wanted, above)
        if name in rests:
            exact.append(code)
        elif any(name.startswith(rest) for rest in rests):
            begun.append(code)
    return exact or begun


def _rests(wanted: str, above: str) -> set[str]:
    """What is left of a name for the place itself, without the places above it as people write them."""
    city = re.sub(r"^.*?(省|自治区)", "", above)
    heads = {above, city, re.sub(r"(市|地区|盟)$", "", city)} - {""}
    rests = {wanted[len(head) :] for head in heads if wanted.startswith(head)} - {""}
    return rests | ({wanted} if len(wanted) > 1 else set())


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


def place_name(code: str) -> str:
    """A place without its province: 长春市, and 长春市朝阳区, since other cities have a 朝阳区 too."""
    if not code:
        return ""
    above = [one.name for one in jurisdictions.ancestors(code)[1:]]
    return "".join([*above, jurisdictions.short_name(code)])
