"""Time limits and time spent, from timestamps of the server alone. Clocks are passed in."""

from __future__ import annotations

import datetime as dt

from interview.models import Drafted, Interview, Slot

# The page submits by itself when its clock ends; that answer may be on its way for a moment.
GRACE = dt.timedelta(seconds=5)
# Longer without a sign of the person, and the person was somewhere else.
PAUSE = 30 * 60.0


def sitting_deadline(interview: Interview) -> dt.datetime | None:
    """When the sitting is over; None without a limit."""
    if interview.sitting_seconds is None:
        return None
    return interview.created_at + dt.timedelta(seconds=interview.sitting_seconds)


def deadline(slot: Slot) -> dt.datetime | None:
    """Until when a question can be answered; None without a limit. The clock of a question starts
    when it is first shown."""
    limits = [sitting_deadline(slot.interview)]
    if slot.interview.question_seconds is not None and slot.opened_at is not None:
        limits.append(slot.opened_at + dt.timedelta(seconds=slot.interview.question_seconds))
    return min((limit for limit in limits if limit is not None), default=None)


def remaining(until: dt.datetime | None, now: dt.datetime) -> float | None:
    """Seconds until ``until``, not below 0; None without a limit."""
    return None if until is None else max(0.0, (until - now).total_seconds())


def is_over(until: dt.datetime | None, now: dt.datetime, grace: dt.timedelta = GRACE) -> bool:
    """Whether a limit has passed, the grace for what is on its way included."""
    return until is not None and now >= until + grace


def see(row: Drafted, now: dt.datetime) -> list[str]:
    """The person looks at a question: time runs from here. Returns the names of the fields to save."""
    row.seen_at = now
    fields = ["seen_at"]
    if isinstance(row, Slot) and row.opened_at is None:
        row.opened_at = now
        fields.append("opened_at")
    return fields


def spend(row: Drafted, now: dt.datetime) -> list[str]:
    """Count the time since the last sign of the person. Returns the names of the fields to save."""
    if row.seen_at is not None:
        row.seconds += min(PAUSE, max(0.0, (now - row.seen_at).total_seconds()))
    row.seen_at = now
    return ["seconds", "seen_at"]
