"""Hours in which nobody is rung out of bed; urgent news waits for the morning, too."""

from datetime import datetime, time, timedelta

from tongban.basics.hours import BEIJING

# Defaults of the platform, no rule of law; an account may switch them off for itself.
FROM, UNTIL = time(21), time(8)


def first_moment(at: datetime) -> datetime:
    """The first moment from `at` on, itself included, that does not lie in the quiet hours."""
    local = at.astimezone(BEIJING)
    if UNTIL <= local.time() < FROM:
        return at
    day = local.date() + timedelta(days=1) if local.time() >= FROM else local.date()
    return datetime.combine(day, UNTIL, BEIJING)
