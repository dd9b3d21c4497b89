"""Answers that nobody graded when they came are graded later, by the process itself."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection

from interview import answering, catching_up
from interview.models import Attempt, FollowUp, ReviewLog, SecondOpinion
from interview.turns import Turns
from knowledge import index
from tests.attempts import START, attempted
from tests.conftest import add_question
from tests.test_interview import ANSWER

pytestmark = pytest.mark.django_db
LATER = START + dt.timedelta(hours=1)
POINTS = [
    ["梯度下降沿损失函数负梯度方向迭代更新参数", 3],
    ["动量把历史梯度做滑动平均，减少震荡", 3],
]


@pytest.fixture
def left(person, question) -> Attempt:
    """An answer whose process was killed before it was graded."""
    return attempted(person, question, score=None, answer=ANSWER)


@pytest.fixture
def asked_more(person, ready) -> FollowUp:
    """The answer to a follow-up whose process was killed before it was graded."""
    question = add_question("怎样训练网络？", points=POINTS)
    attempt = attempted(person, question, score=None, answer=POINTS[0][0])
    answering.grade_attempt(attempt)
    return FollowUp.objects.create(
        attempt=attempt,
        kind="missed",
        text="震荡时怎么办？",
        point=POINTS[1][0],
        state="answered",
        answer=POINTS[1][0],
        settled_at=START,
    )


def fail(*_args, **_options):
    raise ValueError("no grade for this one")


class TestWhichAnswers:
    def test_an_old_one_without_a_grade(self, left):
        assert catching_up.left_over(LATER) == [left.pk]

    @pytest.mark.parametrize("seconds", [0, 29])
    def test_a_young_one_is_left_to_its_own_request(self, left, seconds):
        assert catching_up.left_over(START + dt.timedelta(seconds=seconds)) == []

    def test_one_from_the_future_was_stored_before_the_clock_was_set_back(self, left):
        assert catching_up.left_over(START - dt.timedelta(days=1)) == [left.pk]

    def test_graded_ones_are_done(self, person, question):
        attempted(person, question, score=50)
        assert catching_up.left_over(LATER) == []

    def test_the_answer_to_a_follow_up_too_by_when_it_came(self, asked_more):
        later = START + dt.timedelta(seconds=40)
        FollowUp.objects.update(settled_at=later)
        assert catching_up.left_over(later + dt.timedelta(seconds=29)) == []
        assert catching_up.left_over(later + dt.timedelta(seconds=31)) == [asked_more.attempt_id]

    @pytest.mark.parametrize("state", ["open", "skipped"])
    def test_a_follow_up_without_an_answer_is_none(self, asked_more, state):
        FollowUp.objects.update(state=state)
        assert catching_up.left_over(LATER) == []

    def test_the_tables_are_not_read_for_it(self):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # it would read a table of a few rows
                cursor.execute("SET LOCAL enable_seqscan = off")
            query = Attempt.objects.filter(score=None).order_by("created_at").values("pk")
            assert "ungraded_attempts" in query.explain()
            answered = FollowUp.objects.filter(state="answered", grade__isnull=True)
            assert "ungraded_follow_ups" in answered.order_by("settled_at").values("pk").explain()


class TestGrading:
    def test_a_follow_up_is_graded_and_adds_to_the_score(self, asked_more, ready):
        attempt = asked_more.attempt
        before = attempt.score
        assert catching_up.catch_up(LATER) == 1
        attempt.refresh_from_db()
        asked_more.refresh_from_db()
        assert asked_more.grade is not None
        assert attempt.score > before
        assert catching_up.catch_up(LATER) == 0

    def test_it_is_graded_and_counts_as_a_review(self, left, ready):
        assert catching_up.catch_up(LATER) == 1
        left.refresh_from_db()
        assert left.score is not None
        assert left.slot.score == left.score
        assert ReviewLog.objects.get().attempt == left

    def test_nothing_is_done_twice(self, left, ready, monkeypatch):
        catching_up.catch_up(LATER)
        monkeypatch.setattr(answering, "_grade", fail)
        assert catching_up.catch_up(LATER) == 0

    def test_what_somebody_else_graded_meanwhile_keeps_its_grade(self, left, ready, monkeypatch):
        found = catching_up.left_over(LATER)
        monkeypatch.setattr(catching_up, "left_over", lambda now: found)
        Attempt.objects.update(score=7)
        assert catching_up.catch_up(LATER) == 0
        assert Attempt.objects.get().score == 7

    def test_it_waits_in_line_with_everybody_else(self, left, ready, monkeypatch):
        """A full line turns people away; this one waits."""
        turns = Turns(1, 0)
        monkeypatch.setattr(answering, "_turns", turns)
        begun = threading.Event()
        let_go = threading.Event()

        def hold() -> None:
            with turns.take():
                begun.set()
                let_go.wait(10)

        thread = threading.Thread(target=hold)
        thread.start()
        begun.wait(10)
        assert answering.grade_attempt(left) is None
        threading.Timer(0.05, let_go.set).start()
        assert catching_up.catch_up(LATER) == 1
        thread.join()

    def test_the_second_examiner_looks_at_it_too(self, left, ready, settings):
        settings.VIVA_EXAMINER_URL, settings.VIVA_EXAMINER_MODEL = "http://localhost:1/v1", "m"
        catching_up.catch_up(LATER)
        assert SecondOpinion.objects.get().attempt == left

    def test_without_models_it_stays_as_it_is(self, left):
        assert catching_up.catch_up(LATER) == 0
        kept = Attempt.objects.get()
        assert (kept.score, kept.tries) == (None, None)


class TestFailing:
    def test_one_that_cannot_be_graded_does_not_keep_the_others_from_it(
        self, left, person, ready, monkeypatch
    ):
        other = attempted(person, add_question("什么是动量？"), score=None, answer=ANSWER)
        grade = answering._grade
        monkeypatch.setattr(answering, "_grade", lambda a: fail() if a.pk == left.pk else grade(a))
        assert catching_up.catch_up(LATER) == 1
        other.refresh_from_db()
        assert other.score is not None

    def test_it_is_left_alone_after_a_few_tries(self, left, ready, monkeypatch):
        monkeypatch.setattr(answering, "_grade", fail)
        for _ in range(catching_up.MAX_TRIES):
            assert catching_up.left_over(LATER) == [left.pk]
            catching_up.catch_up(LATER)
        assert catching_up.left_over(LATER) == []

    def test_a_try_that_takes_the_process_down_counts(self, left, ready, monkeypatch):
        class Killed(BaseException):
            pass

        def die(_attempt):
            raise Killed

        monkeypatch.setattr(answering, "_grade", die)
        with pytest.raises(Killed):
            catching_up.catch_up(LATER)
        assert Attempt.objects.get().tries == 1

    def test_one_that_was_deleted_meanwhile_is_no_trouble(self, left, ready, monkeypatch):
        def vanish(attempt):
            Attempt.objects.all().delete()
            raise DatabaseError("nothing was updated")

        monkeypatch.setattr(answering, "_grade", vanish)
        assert catching_up.catch_up(LATER) == 0

    def test_a_database_that_is_gone_ends_the_look(self, left, ready, monkeypatch):
        def gone(_attempt):
            raise DatabaseError("server closed the connection")

        monkeypatch.setattr(answering, "_grade", gone)
        with pytest.raises(DatabaseError):
            catching_up.catch_up(LATER)


@pytest.mark.django_db(transaction=True)
def test_the_thread_goes_on_after_a_start_that_failed(person, question, monkeypatch):
    """The database was not there yet when the process started: models and answers come later."""
    left = attempted(person, question, score=None, answer=ANSWER)
    tries = []

    def prepare():
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseError("not yet")
        index._prepared = True

    class Done(BaseException):
        pass

    def pause(_seconds):
        if not Attempt.objects.filter(score=None).exists():
            raise Done

    monkeypatch.setattr(index, "prepare", prepare)
    monkeypatch.setattr(index, "_prepared", False)
    monkeypatch.setattr(catching_up.time, "sleep", pause)
    with pytest.raises(Done):
        catching_up._run()
    left.refresh_from_db()
    assert (left.score is not None, len(tries)) == (True, 2)
