"""Beside the requests of a process: the models are loaded, then answers that were left ungraded are graded.

An answer is stored before it is graded. It stays without a grade when its process was killed, when too
many were being graded, or when the models were not there yet. Whoever looks at it has it graded; this
sees to the ones that nobody looks at, one after the other, in line with everybody else's.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import time
import uuid
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from interview import answering, grader
from interview.models import Attempt, FollowUp
from knowledge import index

logger = logging.getLogger(__name__)

# Seconds between two looks. What is younger than that is most likely in work with the request that
# stored it.
PAUSE = 30.0
YOUNG = dt.timedelta(seconds=PAUSE)
# After so many tries an answer is left to whoever looks at it: one that ends the process must not end
# it again and again.
MAX_TRIES = 3
# Answers taken up in one look; the next look takes the others.
AT_A_TIME = 100


def start() -> None:
    """Do both in a thread of this process, for as long as it lives; pages are served meanwhile."""
    threading.Thread(target=_run, name="catching-up", daemon=True).start()


def _run() -> None:
    while True:
        try:
            if not (grader.is_ready() and index.is_prepared()):
                grader.warm_up()  # once, unless the database or a file could not be read
            catch_up(timezone.now())
        except DatabaseError as error:
            logger.warning("the database cannot be used, trying again in %.0f s: %s", PAUSE, error)
        except Exception:
            logger.exception("the grader could not be loaded, trying again in %.0f s", PAUSE)
        finally:
            connection.close()
        time.sleep(PAUSE)


def left_over(now: dt.datetime) -> list[uuid.UUID]:
    """The attempts whose answer, or whose follow-up's answer, has no grade and that nobody is at work
    on. One from the future was stored before the clock was set back."""
    answers = _settled(Attempt.objects.filter(score=None), "created_at", now)
    followed = Attempt.objects.filter(
        score__isnull=False,
        follow_up__state=FollowUp.State.ANSWERED,
        follow_up__grade__isnull=True,
    )
    return [*answers, *_settled(followed, "follow_up__settled_at", now)][:AT_A_TIME]


def _settled(ungraded: QuerySet[Attempt], since: str, now: dt.datetime) -> QuerySet[Any]:
    young = {f"{since}__gt": now - YOUNG, f"{since}__lt": now + YOUNG}
    tried = Q(tries=None) | Q(tries__lt=MAX_TRIES)
    left = ungraded.filter(tried).exclude(**young).order_by(since)
    return left.values_list("pk", flat=True)[:AT_A_TIME]


def catch_up(now: dt.datetime) -> int:
    """Grade what is left over; returns how many, 0 while the models are not there. Raises DatabaseError."""
    found = left_over(now) if grader.is_ready() else []
    random.shuffle(found)  # processes that look at the same time seldom take the same
    graded = 0
    for pk in found:
        # Counted before it is tried: a try that takes the process down with it counts too.
        ours = Attempt.objects.filter(pk=pk)
        if not ours.update(tries=Coalesce(F("tries"), 0) + 1):
            continue
        try:
            graded += answering.ensure_graded(ours.get(), now=timezone.now(), patient=True)
        except (Attempt.DoesNotExist, DatabaseError):
            if ours.exists():
                raise
        except Exception:
            logger.exception("an answer could not be graded: attempt %s", pk)
    if graded:
        logger.info("graded %d answers that were left over", graded)
    return graded
