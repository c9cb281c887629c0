"""Python reads this at its start where the journeys put it on the path: this process lives ahead.

Whole days only, and the clock goes on from there. The program itself knows nothing of it, so what
holds tomorrow is tried with the very code that will run tomorrow.
"""

import os
from datetime import UTC, datetime, timedelta

if days := int(os.environ.get("JOURNEY_DAYS_AHEAD", "0")):
    import time_machine

    time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=True).start()
