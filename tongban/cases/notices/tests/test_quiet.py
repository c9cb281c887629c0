from datetime import UTC, datetime

import pytest

from tongban.cases.notices import quiet


@pytest.mark.parametrize(
    ("at", "first"),
    [
        # Beijing is eight hours ahead: 12:59 there is 20:59 here.
        ("2026-11-16T12:59:59", "2026-11-16T12:59:59"),
        ("2026-11-16T13:00:00", "2026-11-17T00:00:00"),
        ("2026-11-16T16:30:00", "2026-11-17T00:00:00"),
        ("2026-11-16T23:59:59", "2026-11-17T00:00:00"),
        ("2026-11-17T00:00:00", "2026-11-17T00:00:00"),
        ("2026-11-17T04:00:00", "2026-11-17T04:00:00"),
        ("2026-12-31T15:00:00", "2027-01-01T00:00:00"),
    ],
)
def test_nobody_is_disturbed_between_nine_and_eight(at, first):
    found = quiet.first_moment(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert quiet.first_moment(found) == found
