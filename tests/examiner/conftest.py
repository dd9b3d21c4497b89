"""A site with a second examiner behind it."""

from __future__ import annotations

import pytest
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from interview.examiner import client
from tests.attempts import attempted, grade_of, point
from tests.chat_server import KEY, chat_server, graceful

ANSWER = "学习率决定每一步走多远，太大会震荡。动量让更新记住以前的方向。"


@pytest.fixture
def server():
    with chat_server(graceful) as server:
        yield server


@pytest.fixture
def examiner(server, settings, monkeypatch):
    """The site asks this server."""
    monkeypatch.setattr(client, "_known", {})
    settings.VIVA_EXAMINER_URL = server.url
    settings.VIVA_EXAMINER_MODEL = "fake"
    settings.VIVA_EXAMINER_KEY = KEY
    settings.VIVA_EXAMINER_TIMEOUT = 5
    return server


@pytest.fixture
def attempt(person, question):
    return attempt_of(person, question)


def attempt_of(person, question, score: float = 40, answer: str = ANSWER, **fields):
    attempt = attempted(person, question, score, answer=answer)
    fields.setdefault(
        "points",
        [
            point(
                "学习率决定每一步走多远，太大会震荡，太小收敛慢", "covered", 0.5, spans=[(0, 16)]
            ),
            point("动量把历史梯度做滑动平均，减少震荡", "missed", 0.3),
            point("随机梯度下降每次只用一个小批量估计梯度", "missed", 0.2),
        ],
    )
    attempt.grade = grade_of(score, **fields)
    attempt.save()
    return attempt


def work(worker_id: str = "tests") -> None:
    """Do everything that is due, as the worker process does."""
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    ).run()


def hurry() -> None:
    """Time passes: what is to be tried later is due."""
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
