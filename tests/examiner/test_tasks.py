"""The background work, by the worker's own loop against a real server."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from interview.examiner import examining, opinions, tasks
from interview.models import SecondOpinion
from tests.chat_server import KEY, asked, honest, reply
from tests.examiner.conftest import ANSWER, attempt_of, hurry, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opinion(examiner, attempt):
    return opinions.ask(attempt, now=timezone.now())


def now_of(opinion) -> SecondOpinion:
    opinion.refresh_from_db()
    return opinion


class TestDone:
    def test_verdicts_with_evidence_a_score_of_ours_and_who_said_it(self, opinion, server):
        work()
        done = now_of(opinion)
        assert (done.state, done.problem, done.tries) == ("done", "", 1)
        assert [p["verdict"] for p in done.points] == ["covered", "missed", "missed"]
        assert [p["grader"] for p in done.points] == ["covered", "missed", "missed"]
        [span] = done.points[0]["spans"]
        assert ANSWER[slice(*span)] == "学习率决定每一步走多远，太大会震荡"
        assert 50 < done.score < 70  # half of the weight
        assert (done.model, done.host) == ("fake-1", "127.0.0.1")
        assert done.feedback and done.follow_up and done.seconds > 0

    def test_the_raw_exchange_is_kept_without_the_key(self, opinion, server):
        work()
        done = now_of(opinion)
        assert ANSWER in done.prompt and "什么是梯度下降" in done.prompt
        assert '"passages"' in done.replies[0]
        assert KEY in server.requests[0].headers["authorization"]
        for row in (*SecondOpinion.objects.values(), *DBTaskResult.objects.values()):
            assert KEY not in str(row)

    def test_one_try_to_mend_a_reply(self, opinion, server):
        def behave(handler, body):
            mending = len(body["messages"]) > 2
            handler.stream(reply(honest(body)) if mending else "Sure! Here is my grading.")

        server.behave = behave
        work()
        assert now_of(opinion).state == "done"
        assert len(opinion.replies) == 2
        assert "not one JSON object" in server.requests[1].body["messages"][-1]["content"]

    def test_and_only_one(self, opinion, server):
        server.behave = lambda h, _: h.stream("I would say it is quite good.")
        work()
        assert (now_of(opinion).state, opinion.problem) == ("failed", opinions.UNREADABLE)
        assert len(server.requests) == 2
        assert opinion.replies == ["I would say it is quite good."] * 2

    def test_a_model_that_says_yes_to_everything_is_not_shown(self, opinion, server):
        def behave(handler, body):
            everything = [
                {"passage": n, "verdict": "covered", "evidence": ANSWER[:10]}
                for n in asked(body).passages
            ]
            handler.stream(reply(everything, score=100, feedback="Perfect!"))

        server.behave = behave
        work()
        done = now_of(opinion)
        assert (done.state, done.problem, done.score) == ("failed", opinions.OBEYED, None)
        assert (done.points, done.feedback, done.follow_up) == ([], "", "")
        assert "Perfect!" in done.replies[0]  # for staff

    def test_twenty_thousand_characters_are_cut_and_it_is_said(self, examiner, person, question):
        attempt = attempt_of(person, question, answer=(ANSWER * 700)[:20_000])
        opinion = opinions.ask(attempt, now=timezone.now())
        work()
        done = now_of(opinion)
        assert done.state == "done"
        assert done.reach["length"] == 20_000
        assert 1000 < done.reach["sent"] < 8192
        attempt.refresh_from_db()
        assert len(attempt.answer) == 20_000


class TestTrouble:
    def test_a_busy_server_is_tried_again_later(self, opinion, server):
        before = timezone.now()
        server.behave = lambda h, _: h.send(429, {}, retry_after="77")
        work()
        assert (now_of(opinion).state, opinion.problem, opinion.tries) == ("waiting", "busy", 1)
        assert dt.timedelta(seconds=76) < opinion.retry_at - before
        assert len(server.requests) == 1
        work()
        assert len(server.requests) == 1  # not before its time

    def test_it_gives_up_after_the_last_try(self, opinion, server):
        server.behave = lambda h, _: h.send(503, {})
        waits = []
        for _ in range(tasks.MAX_TRIES + 2):
            before = timezone.now()
            work()
            if now_of(opinion).retry_at:
                waits.append(round((opinion.retry_at - before).total_seconds(), -1))
            hurry()
        assert (opinion.state, opinion.problem) == ("failed", "server")
        assert len(server.requests) == tasks.MAX_TRIES
        assert waits == sorted(waits) and len(set(waits)) == 3
        assert opinion.finished_at is not None

    def test_it_recovers(self, opinion, server):
        graceful = server.behave
        server.behave = lambda h, _: h.send(500, {})
        work()
        server.behave = graceful
        hurry()
        work()
        assert (now_of(opinion).state, opinion.tries, opinion.problem) == ("done", 2, "")

    def test_a_refused_key_is_not_tried_again(self, opinion, server):
        server.behave = lambda h, _: h.send(401, {"error": {"message": f"bad key {KEY}"}})
        work()
        assert (now_of(opinion).state, opinion.problem) == ("failed", "key")
        assert "•••" in opinion.detail and KEY not in opinion.detail

    def test_a_wait_beyond_all_reason_is_not_waited_for(self, opinion, server):
        server.behave = lambda h, _: h.send(429, {}, retry_after="86400")
        work()
        assert now_of(opinion).state == "failed"

    def test_a_server_that_hangs(self, opinion, server, settings):
        settings.VIVA_EXAMINER_TIMEOUT = 0.5
        server.behave = lambda h, _: h.server.chat.hang()
        work()
        assert (now_of(opinion).state, opinion.problem) == ("waiting", "timeout")

    def test_what_was_typed_and_the_grade_stay(self, opinion, server, attempt):
        server.behave = lambda h, _: h.send(200, b"<html>", content_type="text/html")
        work()
        attempt.refresh_from_db()
        assert (attempt.answer, attempt.score) == (ANSWER, 40)

    def test_an_error_of_ours_is_a_failure_too(self, opinion, monkeypatch):
        monkeypatch.setattr(examining.scoring, "judge", lambda *_: 1 / 0)
        work()
        assert (now_of(opinion).state, opinion.problem) == ("failed", opinions.CRASHED)
        assert DBTaskResult.objects.get().status == "FAILED"

    def test_the_log_says_what_and_no_key(self, opinion, server, caplog):
        caplog.set_level(logging.DEBUG)
        server.behave = lambda h, _: h.send(500, {"error": {"message": KEY}})
        work()
        assert "server" in caplog.text and KEY not in caplog.text


class TestMeanwhile:
    def test_the_attempt_was_deleted(self, opinion, attempt, server):
        attempt.delete()
        work()
        assert server.requests == []
        assert DBTaskResult.objects.get().status == "SUCCESSFUL"

    def test_the_attempt_is_deleted_while_the_model_reads(self, opinion, attempt, server):
        def behave(handler, body):
            attempt.delete()
            handler.stream(reply(honest(body)))

        server.behave = behave
        work()
        assert not SecondOpinion.objects.exists()

    def test_the_examiner_was_switched_off(self, opinion, server, settings):
        settings.VIVA_EXAMINER_URL = ""
        work()
        assert (now_of(opinion).state, opinion.problem) == ("failed", opinions.OFF)
        assert server.requests == []

    def test_a_task_that_runs_twice_asks_once(self, opinion, server):
        tasks.enqueue(opinion.pk)
        work()
        assert len(server.requests) == 1


class TestRestart:
    def test_what_waits_is_done_by_the_next_worker(self, opinion):
        assert tasks.recover("next", now=timezone.now()) == 0  # its task is there
        work("next")
        assert now_of(opinion).state == "done"

    def test_what_a_killed_worker_had_begun_is_taken_up(self, opinion):
        DBTaskResult.objects.get().claim("ours")
        SecondOpinion.objects.update(tries=1)
        work()
        assert now_of(opinion).state == "waiting"  # nobody looks at a running task
        assert tasks.recover("ours", now=timezone.now()) == 1
        work()
        assert now_of(opinion).state == "done"

    def test_what_another_worker_does_now_is_left_alone(self, opinion):
        DBTaskResult.objects.get().claim("theirs")
        assert tasks.recover("ours", now=timezone.now()) == 0
        much_later = timezone.now() + dt.timedelta(hours=1)
        assert tasks.recover("ours", now=much_later) == 1

    def test_what_ends_the_worker_each_time_is_given_up(self, opinion, server):
        SecondOpinion.objects.update(tries=tasks.MAX_TRIES)
        work()
        assert (now_of(opinion).state, opinion.problem) == ("failed", opinions.CRASHED)
        assert server.requests == []

    def test_a_retry_that_was_planned_is_not_planned_twice(self, opinion, server):
        server.behave = lambda h, _: h.send(500, {})
        work()
        assert tasks.recover("tests", now=timezone.now()) == 0
        assert DBTaskResult.objects.filter(status="READY").count() == 1
