"""The day of a learner: it begins at four in the morning, local time, so that a late sitting is still today's.

Events carry their time in UTC. A review also carries the learner's day, because the schedule counts whole days and the
clock alone could not tell later in which time zone the learner was.
"""

from datetime import UTC, date, datetime, time, timedelta

DAY_STARTS_AT = 4
"""The hour, local time, at which a new day begins."""


def learning_day(now: datetime) -> date:
    """The day to which the moment `now` (with a time zone) belongs: on its own clock, four hours back."""
    return (now.replace(tzinfo=None) - timedelta(hours=DAY_STARTS_AT)).date()


def local_now() -> datetime:
    """Now, on the clock of this computer."""
    return datetime.now(UTC).astimezone()


def moment(day: date) -> datetime:
    """The day as the scheduler wants it: a time in UTC. Every review of a day counts as made at its midnight."""
    return datetime.combine(day, time(), tzinfo=UTC)
