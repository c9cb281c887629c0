"""The code on a parcel slip: what a scanner at the other end reads is the parcel's page there."""

import qrcode
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


def short_number(number: str) -> str:
    """A parcel's number as people read it out: P22 0F3A 91C2 44."""
    head, _, tail = number.partition("-")
    letters = tail[-10:].upper()
    return f"{head.upper()} {letters[:4]} {letters[4:8]} {letters[8:]}"
