"""How many examples a test makes that is never done with them.

By itself it makes so many that the whole suite stays quick. `./run test --long` makes many times as
many, for whoever changed what such a test is about.
"""

import os

# So many times as many; set by `./run test --long`.
TIMES = int(os.environ.get("TONGBAN_EXAMPLES", "1"))


def examples(number: int) -> int:
    """So many, times what was asked for."""
    return number * TIMES
