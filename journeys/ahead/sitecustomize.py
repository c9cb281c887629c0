"""Python reads this at its start where the journeys put it on the path: this process lives ahead.

Days for what is due tomorrow, hours for a clock that is wrong; it goes on from there. The program
itself knows nothing of it, so what holds tomorrow is tried with the very code that will run tomorrow.
"""

import os
from datetime import UTC, datetime, timedelta

days = int(os.environ.get("JOURNEY_DAYS_AHEAD", "0"))
hours = float(os.environ.get("JOURNEY_HOURS_AHEAD", "0"))
if days or hours:
    import time_machine

    time_machine.travel(datetime.now(UTC) + timedelta(days=days, hours=hours), tick=True).start()
