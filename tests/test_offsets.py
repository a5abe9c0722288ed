"""Offsets of date-times: only those that clocks can have."""

from datetime import UTC, datetime, timedelta

import pytest

from project.lib.api.dates import parse_moment

IMPOSSIBLE = ["+14:60", "+1460", "-00:60", "+99:99", "-24:00", "+24", "+2400", "-99",
              "+1:00", "+01:0", "+01:000", "+0１:00"]  # fmt: skip


@pytest.mark.parametrize("offset", IMPOSSIBLE)
def test_impossible_offset_is_400_wherever_a_date_time_is(as_ann, offset):
    when = f"2027-01-05T10:00:00{offset}"
    asked = [
        (as_ann.post("/api/events/create/", {"title": "Fest", "date": when}), "date"),
        (as_ann.post("/api/events/calendar/", {"date__gte": when}), "date__gte"),
        (as_ann.post("/api/v1/users/invite_code/", {"expires_at": when}), "expires_at"),
    ]
    for path in ("/api/events/", "/api/events/calendar.ics"):
        for name in ("date", "date__gte", "date__lte"):
            asked.append((as_ann.get(path, {name: when}), name))

    for response, name in asked:
        assert response.status_code == 400, name
        assert response.json().keys() == {name}


@pytest.mark.parametrize(
    ("offset", "hours"),
    [("+14:00", 14), ("-12:00", -12), ("+0545", 5.75), ("+05", 5), ("-00:00", 0),
     ("+23:59", 23 + 59 / 60), ("z", 0), ("", 0)],
)  # fmt: skip
def test_offset_is_taken_off(offset, hours):
    moment = datetime(2027, 1, 5, 10, tzinfo=UTC) - timedelta(hours=hours)

    assert parse_moment(f"2027-01-05T10:00:00{offset}") == (moment, False)
