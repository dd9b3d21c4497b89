"""The background work: one task for one opinion, tried again with backoff, taken up after a restart."""

from __future__ import annotations

import datetime as dt
import logging

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from interview import reviewing
from interview.examiner import client, examining, opinions, prompt
from interview.examiner.config import configured
from interview.models import SecondOpinion

logger = logging.getLogger(__name__)

# Seconds before the second, third and fourth try; a server may ask for more, up to the longest.
BACKOFF = (5, 30, 180)
LONGEST_WAIT = 900.0
MAX_TRIES = len(BACKOFF) + 1


@task()
def give_opinion(opinion_id: int) -> str:
    """Ask the examiner about one attempt and keep what it says; returns how it ended."""
    opinion = (
        SecondOpinion.objects.filter(pk=opinion_id, state=SecondOpinion.State.WAITING)
        .select_related("attempt__version")
        .first()
    )
    if opinion is None:
        return "nothing to do"
    now = timezone.now()
    config = configured()
    attempt = opinion.attempt
    if config is None or not attempt.grade:
        opinions.fail(opinion, opinions.OFF, now=now)
        return opinions.OFF
    if opinion.tries >= MAX_TRIES:  # each of them ended this process
        opinions.fail(opinion, opinions.CRASHED, now=now)
        return opinions.CRASHED
    # Counted before it is tried: a try that takes the process down with it counts too.
    SecondOpinion.objects.filter(pk=opinion.pk).update(
        tries=F("tries") + 1, retry_at=None, problem="", host=config.host, model=config.model[:200]
    )
    tries = opinion.tries + 1
    try:
        found = examining.examine(
            config,
            attempt.version.title,
            attempt.version.stem,
            [(point["text"], point["weight"]) for point in attempt.grade["points"]],
            attempt.answer,
            secret=prompt.secret_of(settings.SECRET_KEY, str(attempt.pk)),
        )
    except client.ServerTrouble as trouble:
        return _trouble(opinion, trouble, tries)
    except examining.Unusable as error:
        opinions.fail(
            opinion,
            opinions.UNREADABLE,
            error.reason[:1000],
            now=timezone.now(),
            exchange=error.exchange,
        )
        return opinions.UNREADABLE
    except Exception as error:
        opinions.fail(opinion, opinions.CRASHED, type(error).__name__, now=timezone.now())
        raise
    opinions.keep(opinion, found, now=timezone.now())
    reviewing.record(attempt)
    return "obeyed" if found.opinion.obeyed else "done"


def _trouble(opinion: SecondOpinion, trouble: client.ServerTrouble, tries: int) -> str:
    now = timezone.now()
    logger.warning("second opinion %d, try %d: %s", opinion.pk, tries, trouble.kind)
    retry_at = None
    if trouble.retryable and tries < MAX_TRIES and trouble.wait <= LONGEST_WAIT:
        retry_at = now + dt.timedelta(seconds=max(BACKOFF[tries - 1], trouble.wait))
        enqueue(opinion.pk, retry_at)
    status = f"HTTP {trouble.status}. " if trouble.status else ""
    opinions.fail(opinion, trouble.kind, f"{status}{trouble.detail}", now=now, retry_at=retry_at)
    return trouble.kind


def enqueue(opinion_id: int, run_after: dt.datetime | None = None) -> None:
    """Have the worker see to an opinion, not before ``run_after``."""
    (give_opinion.using(run_after=run_after) if run_after else give_opinion).enqueue(opinion_id)


def recover(worker_id: str, *, now: dt.datetime) -> int:
    """Take up what a worker left behind that was killed: its tasks are still marked as running, and
    nobody would ever look at them. Also what waits without any task. Returns how many."""
    ours = DBTaskResult.objects.filter(task_path=give_opinion.module_path)
    # One request, its correction, and the ways of asking that a server refuses, each up to the time-out.
    longest = dt.timedelta(seconds=8 * settings.VIVA_EXAMINER_TIMEOUT)
    for left in ours.filter(status=TaskResultStatus.RUNNING):
        mine = bool(left.worker_ids) and left.worker_ids[-1] == worker_id
        if mine or left.started_at is None or left.started_at < now - longest:
            left.set_failed(RuntimeError("the worker ended"))
    active = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    seen = {
        row["args"][0]
        for row in ours.filter(status__in=active).values_list("args_kwargs", flat=True)
    }
    waiting = SecondOpinion.objects.filter(state=SecondOpinion.State.WAITING)
    lost = [pk for pk in waiting.values_list("pk", flat=True) if pk not in seen]
    for pk in lost:
        enqueue(pk)
    return len(lost)
