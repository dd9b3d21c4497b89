"""What may go wrong around the site: nothing that a person was told is saved is lost."""

from __future__ import annotations

import datetime as dt
import sys
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from bench import faults, faults_files
from interview import answering, catching_up, drafting, throttling
from interview.models import Attempt, Interview, ReviewLog, Slot, Try
from tests.attempts import sitting
from tests.test_interview import ANSWER


class Clock:
    """The server's clock, which somebody sets back."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        self.time += dt.timedelta(seconds=1)
        return self.time

    def back(self, **by: int) -> None:
        self.time -= dt.timedelta(**by)


@pytest.mark.django_db
class TestClockSetBack:
    @pytest.fixture
    def clock(self, monkeypatch) -> Clock:
        clock = Clock()
        monkeypatch.setattr(timezone, "now", clock.now)
        return clock

    @pytest.fixture
    def client(self, clock, person, client_of):
        return client_of(person)

    @pytest.fixture
    def interview(self, clock, question, person) -> Interview:
        return sitting(person, question, created_at=clock.now())

    def answer(self, client, interview, text: str) -> Attempt:
        submission = uuid.uuid4()
        address = reverse("answer", args=[interview.pk, 1])
        response = client.post(address, {"answer": text, "submission": str(submission)})
        assert response.status_code == 302
        return Attempt.objects.get(submission=submission)

    def test_the_newest_answer_is_the_one_whose_result_is_shown(
        self, client, interview, ready, clock
    ):
        self.answer(client, interview, "学习率决定每一步走多远。")
        clock.back(hours=2)
        again = self.answer(client, interview, ANSWER)
        page = client.get(reverse("slot", args=[interview.pk, 1])).content.decode()
        assert reverse("dispute", args=[again.pk]) in page
        assert Slot.objects.get().score == again.score

    def test_both_answers_count_as_reviews_in_the_order_in_which_they_came(
        self, client, interview, ready, clock
    ):
        first = self.answer(client, interview, "学习率决定每一步走多远。")
        clock.back(days=400)
        second = self.answer(client, interview, ANSWER)
        logs = ReviewLog.objects.order_by("reviewed_at")
        assert [log.attempt for log in logs] == [first, second]

    def test_a_later_draft_replaces_an_earlier_one(self, interview, clock):
        slot = Slot.objects.get()
        drafting.keep(slot, "早", base=0, writer="a")
        clock.back(days=1)
        assert drafting.keep(slot, "晚", base=slot.draft_version, writer="a") is None
        assert Slot.objects.get().draft == "晚"

    def test_time_at_work_is_never_negative(self, client, interview, clock):
        client.get(reverse("slot", args=[interview.pk, 1]))
        clock.back(hours=1)
        assert self.answer(client, interview, ANSWER).seconds == 0

    def test_an_open_question_does_not_run_out(self, client, interview, clock):
        Interview.objects.update(question_seconds=120)
        client.get(reverse("slot", args=[interview.pk, 1]))
        clock.back(hours=1)
        assert not answering.settle(Interview.objects.get(), clock.now())

    def test_one_stays_signed_in(self, client, clock):
        clock.back(days=400)
        assert client.get(reverse("history")).status_code == 200

    def test_nobody_is_kept_out_until_the_clock_has_caught_up(self, clock):
        limits = {"here": 1}
        throttling.take(throttling.SIGN_IN, limits, now=clock.now())
        with pytest.raises(throttling.TooMany):
            throttling.take(throttling.SIGN_IN, limits, now=clock.now())
        clock.back(days=365)
        assert throttling.take(throttling.SIGN_IN, limits, now=clock.now())

    def test_a_clock_that_is_a_little_behind_another_machines_counts_all_the_same(self, clock):
        throttling.take(throttling.SIGN_IN, {"here": 1}, now=clock.now())
        clock.back(seconds=20)
        with pytest.raises(throttling.TooMany):
            throttling.take(throttling.SIGN_IN, {"here": 1}, now=clock.now())
        assert Try.objects.count() == 1

    def test_an_answer_that_was_left_ungraded_is_taken_up(self, client, interview, clock):
        kept = self.answer(client, interview, ANSWER)
        clock.back(hours=1)
        assert catching_up.left_over(clock.now()) == [kept.pk]


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> faults.Bench:
    """A prepared site on SQLite, with the small encoder, to be served by real processes."""
    return faults.Bench(tmp_path_factory.mktemp("faults"), small=True)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the site's processes in /proc")
@pytest.mark.parametrize(
    "fault",
    [
        faults.worker_killed,
        faults.examiner_killed,
        faults.sqlite_killed,
        faults_files.two_imports,
        faults_files.disk_full_index,
    ],
    ids=lambda fault: fault.__name__,
)
def test_nothing_that_was_told_saved_is_lost(bench, fault):
    """The cheap ones of `python -m bench.faults`, each with real processes."""
    assert fault(bench).lost == []
