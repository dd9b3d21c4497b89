"""Asking within the budget, keeping what came, and whose score counts."""

from __future__ import annotations

import datetime as dt

import pytest
from django_tasks_db.models import DBTaskResult

from interview import reviewing
from interview.examiner import opinions
from interview.models import ReviewLog, SecondOpinion
from tests.attempts import attempted, point
from tests.examiner.conftest import attempt_of, work

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 5, 22, 30, tzinfo=dt.UTC)


def opinion_of(attempt, score: float | None = 80.0, **fields) -> SecondOpinion:
    fields.setdefault("state", "done")
    return SecondOpinion.objects.create(attempt=attempt, asked_at=NOW, score=score, **fields)


class TestAsking:
    def test_a_row_and_a_task(self, examiner, attempt):
        opinion = opinions.ask(attempt, now=NOW)
        assert (opinion.state, opinion.asked_at) == ("waiting", NOW)
        [task] = DBTaskResult.objects.all()
        assert task.args_kwargs["args"] == [opinion.pk]

    def test_nothing_is_asked_without_an_examiner(self, attempt):
        assert opinions.ask(attempt, now=NOW) is None
        assert not SecondOpinion.objects.exists() and not DBTaskResult.objects.exists()

    def test_a_half_set_examiner_is_none(self, examiner, attempt, settings):
        settings.VIVA_EXAMINER_MODEL = ""
        assert opinions.ask(attempt, now=NOW) is None

    def test_twice_is_once(self, examiner, attempt):
        assert opinions.ask(attempt, now=NOW) == opinions.ask(attempt, now=NOW, again=True)
        assert DBTaskResult.objects.count() == 1

    @pytest.mark.parametrize(("state", "rows"), [("failed", 2), ("done", 1), ("waiting", 1)])
    def test_again_only_when_it_failed(self, examiner, attempt, state, rows):
        first = opinion_of(attempt, state=state)
        assert opinions.ask(attempt, now=NOW) == first
        opinions.ask(attempt, now=NOW, again=True)
        assert SecondOpinion.objects.count() == rows

    @pytest.mark.parametrize(
        "fields", [{"flags": ["dont_know"]}, {"flags": ["empty"]}, {"points": []}]
    )
    def test_not_about_nothing(self, examiner, person, question, fields):
        assert opinions.ask(attempt_of(person, question, 0, **fields), now=NOW) is None

    def test_not_before_there_is_a_grade(self, examiner, person, question):
        assert opinions.ask(attempted(person, question, None), now=NOW) is None


class TestBudget:
    @pytest.fixture(autouse=True)
    def two_a_day(self, settings):
        settings.VIVA_EXAMINER_DAILY = 2

    def test_it_ends_and_comes_back_at_midnight(self, examiner, person, question):
        attempts = [attempt_of(person, question) for _ in range(3)]
        for attempt in attempts[:2]:
            opinions.ask(attempt, now=NOW)
        with pytest.raises(opinions.OverBudget):
            opinions.ask(attempts[2], now=NOW)
        assert SecondOpinion.objects.count() == 2
        assert opinions.ask(attempts[2], now=NOW + dt.timedelta(hours=2)) is not None

    def test_the_day_is_that_of_utc_wherever_the_clock_stands(self, person, question):
        opinion_of(attempt_of(person, question))
        there = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))  # already tomorrow
        assert opinions.spent(person, there) == 1

    def test_one_person_cannot_spend_anothers(self, examiner, person, stranger, question):
        for _ in range(2):
            opinions.ask(attempt_of(person, question), now=NOW)
        assert opinions.ask(attempt_of(stranger, question), now=NOW) is not None
        assert opinions.spent(stranger, NOW) == 1

    def test_asking_again_costs_another_one(self, examiner, attempt):
        opinion_of(attempt, state="failed")
        opinions.ask(attempt, now=NOW, again=True)
        assert opinions.spent(attempt.user, NOW) == 2


class TestWhatCounts:
    def test_the_grade_where_there_is_no_opinion(self, attempt):
        assert opinions.counting_score(attempt) == 40

    @pytest.mark.parametrize(("default", "score"), [("grader", 40), ("examiner", 80), ("both", 40)])
    def test_the_sites_setting_without_a_choice(self, attempt, settings, default, score):
        settings.VIVA_EXAMINER_COUNTS = default
        opinion_of(attempt)
        assert opinions.counting_score(attempt) == score

    @pytest.mark.parametrize(("choice", "score"), [("grader", 40), ("examiner", 80)])
    def test_the_persons_choice_goes_first(self, attempt, settings, choice, score):
        settings.VIVA_EXAMINER_COUNTS = "examiner" if choice == "grader" else "grader"
        opinion_of(attempt)
        assert opinions.choose(attempt, choice)
        assert opinions.counting_score(attempt) == score

    @pytest.mark.parametrize("state", ["failed", "waiting"])
    def test_an_opinion_without_a_score_counts_for_nothing(self, attempt, settings, state):
        settings.VIVA_EXAMINER_COUNTS = "examiner"
        opinion_of(attempt, None, state=state)
        assert opinions.counting_score(attempt) == 40

    def test_no_grade_no_score(self, person, question):
        assert opinions.counting_score(attempted(person, question, None)) is None

    @pytest.mark.parametrize(
        ("score", "asked"), [(60.4, False), (61, True), (20, False), (19, True)]
    )
    def test_a_choice_from_more_than_twenty_points_on(self, attempt, score, asked):
        opinion_of(attempt, score)
        assert opinions.choose(attempt, "examiner") is asked

    @pytest.mark.parametrize("choice", ["", "both", "<b>"])
    def test_nothing_else_can_be_chosen(self, attempt, choice):
        opinion_of(attempt)
        assert not opinions.choose(attempt, choice)
        assert SecondOpinion.objects.get().choice == ""

    def test_review_goes_by_the_score_that_counts(self, attempt):
        """40 is below the pass mark, 80 is a pass."""
        opinion_of(attempt)
        reviewing.record(attempt)
        assert ReviewLog.objects.get().rating == reviewing.Rating.AGAIN
        opinions.choose(attempt, "examiner")
        reviewing.record(attempt)
        assert ReviewLog.objects.get().rating != reviewing.Rating.AGAIN

    @pytest.mark.django_db(transaction=True)  # the worker has a connection of its own
    def test_review_takes_an_opinion_that_comes_later(self, examiner, person, question, settings):
        settings.VIVA_EXAMINER_COUNTS = "examiner"
        points = [
            point("学习率决定每一步走多远，太大会震荡", "covered", 0.3),
            point("随机梯度下降每次只用一个小批量估计梯度", "covered", 0.7),
        ]
        attempt = attempt_of(person, question, 90, points=points)
        reviewing.record(attempt)
        before = ReviewLog.objects.get().rating
        opinions.ask(attempt, now=NOW)
        work()
        assert SecondOpinion.objects.get().score < 60
        assert before != reviewing.Rating.AGAIN
        assert ReviewLog.objects.get().rating == reviewing.Rating.AGAIN
