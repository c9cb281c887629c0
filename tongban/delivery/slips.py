"""The codes on a parcel slip: what a scanner at the other end reads is the parcel's page there.

Both say the same, the number of the parcel in full and nothing else (`p22-` and twenty letters and
figures): the bars for the scanners of counters and post rooms, the square for phones. Either is
found again by `queries.find_number`, as is what somebody types who has neither.
"""

import qrcode
from barcode import Code128
from django.utils.safestring import SafeString, mark_safe
from qrcode.constants import ERROR_CORRECT_M


def qr(text: str) -> SafeString:
    """A QR code as SVG, one path, 4 quiet modules around; its words stand beside it for everybody."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    dots = "".join(
        f"M{x} {y}h1v1h-1z" for y, line in enumerate(matrix) for x, dark in enumerate(line) if dark
    )
    size = len(matrix)
    svg = (
        f'<svg class="qr" viewBox="0 0 {size} {size}" width="160" height="160" aria-hidden="true"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{dots}"/></svg>'
    )
    # Numbers and letters of ours only; the text itself is in the pattern, not in the markup.
    return mark_safe(svg)  # noqa: S308


# Modules of quiet beside the bars (ISO/IEC 15417 wants ten), and of their height.
QUIET, HEIGHT = 10, 50


def bars(number: str) -> SafeString:
    """A parcel's number as Code 128, as SVG: 0.33 mm a module, so some 105 mm wide on paper.

    The number is checked by the symbol's own check character, and printed in words beside it.
    """
    modules = Code128(number).build()[0]
    dark = "".join(f"M{QUIET + x} 0h1v{HEIGHT}h-1z" for x, one in enumerate(modules) if one == "1")
    width = len(modules) + 2 * QUIET
    svg = (
        f'<svg class="bars" viewBox="0 0 {width} {HEIGHT}" width="{width * 0.33:.1f}mm"'
        f' height="16mm" preserveAspectRatio="none" aria-hidden="true"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{width}v{HEIGHT}H0z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )
    # Bars of ours only; the text itself is in the pattern, not in the markup.
    return mark_safe(svg)  # noqa: S308


def short_number(number: str) -> str:
    """A parcel's number as people read it out: P22 0F3A 91C2 44."""
    head, _, tail = number.partition("-")
    letters = tail[-10:].upper()
    return f"{head.upper()} {letters[:4]} {letters[4:8]} {letters[8:]}"
