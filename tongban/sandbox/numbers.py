"""Numbers of people and organisations that pass every check and belong to nobody.

Births are in 1901 to 1909: nobody living has such an identity number. Credit codes carry TB. The
same seed always gives the same number.
"""

from datetime import date, timedelta
from hashlib import sha256

from stdnum.iso7064 import mod_11_2

from tongban.jurisdictions.offices import credit_code

FIRST_BIRTH, LAST_BIRTH = date(1901, 1, 1), date(1909, 12, 31)


def _draw(seed: str, below: int) -> int:
    return int.from_bytes(sha256(seed.encode()).digest()[:8]) % below


def person_number(division_code: str, seed: str) -> str:
    """An identity number of the sandbox (GB 11643 with its check character)."""
    days = (LAST_BIRTH - FIRST_BIRTH).days + 1
    born = FIRST_BIRTH + timedelta(days=_draw(f"birth:{seed}", days))
    # Local offices gave out 1 to 999; nobody used 000.
    serial = 1 + _draw(f"serial:{seed}", 999)
    body = f"{division_code}{born:%Y%m%d}{serial:03d}"
    return body + str(mod_11_2.calc_check_digit(body))


def organisation_number(division_code: str, seed: str) -> str:
    """A credit code of the sandbox for an enterprise (GB 32100, kind 91)."""
    return credit_code(division_code, f"TB{_draw(f'organisation:{seed}', 10**6):06d}", kind="91")


def is_sandbox_person(number: str) -> bool:
    """Whether an identity number can only be one of ours."""
    return FIRST_BIRTH.year <= int(number[6:10]) <= LAST_BIRTH.year


def mobile(serial: int) -> str:
    """A mobile number with six noughts in it: 13900000002."""
    return f"139{serial:08d}"
