"""Time limits and time at work: from timestamps of the server, with the clock passed in."""

from __future__ import annotations

import datetime as dt

import pytest

from interview import timing
from interview.models import Interview, Slot

START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def slot(opened: float | None = None, **limits: int) -> Slot:
    interview = Interview(created_at=START, **limits)
    return Slot(interview=interview, opened_at=None if opened is None else at(opened))


class TestDeadline:
    def test_without_a_limit_there_is_none(self):
        assert timing.deadline(slot(opened=5)) is None

    def test_of_a_sitting_it_counts_from_its_start(self):
        assert timing.deadline(slot(opened=50, sitting_seconds=600)) == at(600)

    def test_of_a_question_it_counts_from_when_it_was_first_shown(self):
        assert timing.deadline(slot(opened=50, question_seconds=120)) == at(170)

    def test_a_question_nobody_has_seen_has_no_clock_yet(self):
        assert timing.deadline(slot(question_seconds=120)) is None

    def test_the_earlier_of_two_counts(self):
        both = slot(opened=550, question_seconds=120, sitting_seconds=600)
        assert timing.deadline(both) == at(600)


class TestRemaining:
    @pytest.mark.parametrize(("now", "left"), [(0, 600.0), (599.5, 0.5), (600, 0.0), (9999, 0.0)])
    def test_it_never_falls_below_nothing(self, now, left):
        assert timing.remaining(at(600), at(now)) == left

    def test_without_a_limit_there_is_nothing_to_count(self):
        assert timing.remaining(None, at(0)) is None

    def test_an_answer_on_its_way_has_a_moment(self):
        assert not timing.is_over(at(600), at(604.9))
        assert timing.is_over(at(600), at(605))
        assert not timing.is_over(None, at(605))


class TestTimeAtWork:
    def test_it_runs_from_looking_to_answering(self):
        row = slot()
        assert set(timing.see(row, at(10))) == {"seen_at", "opened_at"}
        timing.spend(row, at(40))
        assert row.seconds == 30
        timing.spend(row, at(45))
        assert row.seconds == 35

    def test_looking_again_keeps_the_first_time_it_was_shown(self):
        row = slot(opened=5)
        assert timing.see(row, at(50)) == ["seen_at"]
        assert row.opened_at == at(5)

    def test_time_between_leaving_and_coming_back_does_not_count(self):
        row = slot()
        timing.see(row, at(0))
        timing.spend(row, at(20))  # the draft of leaving
        timing.see(row, at(9000))
        timing.spend(row, at(9010))
        assert row.seconds == 30

    def test_a_night_without_a_sign_counts_as_a_pause(self):
        row = slot()
        timing.see(row, at(0))
        timing.spend(row, at(40_000))
        assert row.seconds == timing.PAUSE

    def test_a_clock_that_was_set_back_takes_nothing_away(self):
        row = slot()
        timing.see(row, at(100))
        timing.spend(row, at(50))
        assert row.seconds == 0
