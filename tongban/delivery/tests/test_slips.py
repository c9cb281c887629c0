"""What is printed on a parcel is read by a scanner, and found again by whoever scans or types it."""

import re

import pytest
from barcode.charsets import code128

from tongban.basics.refusals import NotFound
from tongban.delivery import queries, slips
from tongban.delivery.tests import scenes

NUMBER = "p22-0f3a91c2440f3a91c244"
CODE_B, CODE_C, STOP = 100, 99, "1100011101011"
STARTS = {103: "A", 104: "B", 105: "C"}


def modules(svg: str) -> str:
    """The bars of a picture as ones and noughts, quiet zones aside."""
    (width,) = (int(found) for found in re.findall(r'viewBox="0 0 (\d+) ', svg))
    dark = {int(x) for x in re.findall(r"M(\d+) 0h1v", svg)}
    row = "".join("1" if x in dark else "0" for x in range(width))
    assert row.startswith("0" * slips.QUIET + "1")
    assert row.endswith("1" + "0" * slips.QUIET)
    return row.strip("0")


def read(bars: str) -> str:
    """Code 128 decoded as a scanner does it, with its check character."""
    assert bars.endswith(STOP)
    body = bars[: -len(STOP)]
    assert len(body) % 11 == 0
    values = [code128.CODES.index(body[at : at + 11]) for at in range(0, len(body), 11)]
    *symbols, check = values
    assert check == (symbols[0] + sum(n * v for n, v in enumerate(symbols))) % 103
    charset, text = STARTS[symbols[0]], ""
    for value in symbols[1:]:
        if value == CODE_B and charset != "B":
            charset = "B"
        elif value == CODE_C and charset != "C":
            charset = "C"
        else:
            text += f"{value:02}" if charset == "C" else chr(value + 32)
    return text


def test_the_bars_say_the_whole_number_of_the_parcel_and_nothing_else():
    svg = slips.bars(NUMBER)
    assert read(modules(svg)) == NUMBER
    assert NUMBER not in svg
    assert "style=" not in svg, "the pages allow no styles inline"


@pytest.mark.django_db
def test_a_parcel_is_found_by_what_was_scanned_or_typed_and_only_by_its_offices():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    scanned = read(modules(slips.bars(parcel.number)))
    wide = scanned.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-abcdefp"})
    typed = (scanned, scanned.upper(), f" {scanned}\n", wide, slips.short_number(parcel.number))
    for text in (*typed, parcel.number[-8:], parcel.waybill):
        assert queries.find_number(scene.decider, text) == parcel.number
    stranger = scenes.world.a_clerk("220106", name="钱七")
    for officer, text in ((stranger, scanned), (scene.clerk, scanned[-4:]), (scene.clerk, "")):
        with pytest.raises(NotFound):
            queries.find_number(officer, text)
