"""A second opinion as the result page shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from interview.examiner import client, opinions, tasks
from interview.examiner.config import EXAMINER, configured
from interview.models import Attempt, SecondOpinion
from interview.result import VERDICT_NAMES, level_of

PROBLEMS: dict[str, Promise] = {
    client.UNREACHABLE: _("The examiner's server cannot be reached."),
    client.TIMEOUT: _("The examiner took longer than the time it has."),
    client.BUSY: _("The examiner's server has too much to do at the moment."),
    client.SERVER: _("The examiner's server reported an error of its own."),
    client.BROKEN: _("The reply broke off half-way."),
    client.KEY: _("The examiner's server refused the key. Tell whoever runs this site."),
    client.NOT_FOUND: _(
        "The examiner's server does not know this address or model. Tell whoever runs this site."
    ),
    client.REFUSED: _("The examiner's server refused the request."),
    client.NOT_JSON: _("What came back was not a reply of a chat model."),
    client.TOO_LONG: _("The reply went on without an end and was stopped."),
    client.CUT_SHORT: _("The reply did not fit into what the model can write at once."),
    client.FILTERED: _("The server's filter stopped the reply."),
    opinions.UNREADABLE: _(
        "The reply was not in the form that was asked for, not even at a second try."
    ),
    opinions.OBEYED: _(
        "The model claimed things that no answer to this question says, so nothing of its opinion is used."
    ),
    opinions.CRASHED: _("Something went wrong here while the examiner was asked."),
    opinions.OFF: _("The examiner was switched off before it was asked."),
}
# How often the page looks: often at first, then less, then only when asked to.
_EVERY = ((60, 2), (600, 10))
# Not taken up after this many seconds: the page says that it may take longer.
_SLOW = 20
# One step apart is close; to say the opposite is close to nothing.
_STEPS = {"covered": 2, "partly": 1, "missed": 0, "contradicted": -2}


@dataclass(frozen=True)
class Row:
    """One passage in both eyes."""

    text: str
    percent: int
    grader: str
    grader_name: Promise | str
    examiner: str
    examiner_name: Promise | str
    agreement: str  # "same" | "near" | "apart"
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """What there is to show; ``state`` is "none", "waiting", "done" or "failed"."""

    state: str
    mark: str  # changes whenever the panel would look different
    every: int = 0  # seconds until the page looks again; 0: not by itself
    slow: bool = False
    problem: Promise | str = ""
    retry_at: dt.datetime | None = None
    tries: int = 0
    most_tries: int = tasks.MAX_TRIES
    may_ask: bool = False
    budget: int = 0
    over_budget: bool = False
    model: str = ""
    host: str = ""
    seconds: float | None = None
    finished_at: dt.datetime | None = None
    score: int | None = None
    level: str = "none"
    grader_score: int = 0
    grader_level: str = "none"
    difference: int = 0
    differ: bool = False
    counts_examiner: bool = False
    rows: tuple[Row, ...] = ()
    same: int = 0
    feedback: str = ""
    follow_up: str = ""
    notes: tuple[str, ...] = ()
    pk: int | None = None


def panel_of(attempt: Attempt, *, now: dt.datetime) -> Panel | None:
    """The panel for a graded attempt; None where there is nothing to show. An opinion stays to be seen
    when the examiner has been switched off."""
    on = configured() is not None
    if attempt.score is None or attempt.grade is None:
        return None
    opinion = opinions.latest(attempt)
    if opinion is None:
        return _unasked(attempt, now) if on and opinions.is_worth_asking(attempt) else None
    if opinion.state == SecondOpinion.State.WAITING:
        return _waiting(opinion, now) if on else None
    if opinion.state == SecondOpinion.State.FAILED:
        return _failed(attempt, opinion, now, on)
    return _done(attempt, opinion)


def _unasked(attempt: Attempt, now: dt.datetime) -> Panel:
    budget = settings.VIVA_EXAMINER_DAILY
    over = opinions.spent(attempt.user, now) >= budget
    return Panel("none", f"none-{over}", may_ask=not over, over_budget=over, budget=budget)


def _waiting(opinion: SecondOpinion, now: dt.datetime) -> Panel:
    age = (now - opinion.asked_at).total_seconds()
    every = next((seconds for bound, seconds in _EVERY if age < bound), 0)
    slow = not opinion.tries and age > _SLOW
    return Panel(
        "waiting",
        f"{opinion.pk}-{opinion.tries}-{opinion.problem}-{every}-{slow}",
        every=every,
        slow=slow,
        problem=PROBLEMS.get(opinion.problem, ""),
        retry_at=opinion.retry_at,
        tries=opinion.tries,
        pk=opinion.pk,
    )


def _failed(attempt: Attempt, opinion: SecondOpinion, now: dt.datetime, on: bool) -> Panel:
    budget = settings.VIVA_EXAMINER_DAILY
    over = on and opinions.spent(attempt.user, now) >= budget
    return Panel(
        "failed",
        f"{opinion.pk}-failed-{over}",
        problem=PROBLEMS.get(opinion.problem, PROBLEMS[opinions.CRASHED]),
        tries=opinion.tries,
        may_ask=on and not over,
        over_budget=over,
        budget=budget,
        model=opinion.model,
        host=opinion.host,
        finished_at=opinion.finished_at,
        pk=opinion.pk,
    )


def _done(attempt: Attempt, opinion: SecondOpinion) -> Panel:
    rows = tuple(_row(point, attempt.answer) for point in opinion.points)
    score, grader_score = round(opinion.score or 0), round(attempt.score or 0)
    counts_examiner = opinions.counts(opinion) == EXAMINER
    return Panel(
        "done",
        f"{opinion.pk}-done-{counts_examiner}",
        model=opinion.model,
        host=opinion.host,
        seconds=opinion.seconds,
        finished_at=opinion.finished_at,
        score=score,
        level=level_of(score),
        grader_score=grader_score,
        grader_level=level_of(grader_score),
        difference=abs(score - grader_score),
        differ=opinions.differ(attempt, opinion),
        counts_examiner=counts_examiner,
        rows=rows,
        same=sum(row.agreement == "same" for row in rows),
        feedback=opinion.feedback,
        follow_up=opinion.follow_up,
        notes=tuple(_notes(opinion, counts_examiner)),
        pk=opinion.pk,
    )


def _row(point: dict[str, Any], answer: str) -> Row:
    grader, examiner = point["grader"], point["verdict"]
    apart = abs(_STEPS.get(grader, 0) - _STEPS.get(examiner, 0))
    return Row(
        text=point["text"],
        percent=round(100 * point["weight"]),
        grader=grader,
        grader_name=VERDICT_NAMES.get(grader, ""),
        examiner=examiner,
        examiner_name=VERDICT_NAMES.get(examiner, ""),
        agreement="same" if not apart else "near" if apart == 1 else "apart",
        quotes=tuple(answer[start:end] for start, end in point["spans"]),
    )


def _notes(opinion: SecondOpinion, counts_examiner: bool) -> list[str]:
    """What the reader should know about how the opinion came about, and what it does."""
    notes = [gettext("For review, the examiner's score counts.")] if counts_examiner else []
    reach, rejected = opinion.reach, opinion.rejected
    if reach.get("sent", 0) < reach.get("length", 0):
        notes.append(
            gettext(
                "The model read the first %(sent)s of %(length)s characters; the rest did not fit."
            )
            % {"sent": reach["sent"], "length": reach["length"]}
        )
    if left := reach.get("points_left_out", 0):
        notes.append(
            ngettext(
                "%(n)s light point was not sent, for want of room.",
                "%(n)s light points were not sent, for want of room.",
                left,
            )
            % {"n": left}
        )
    if reach.get("set_aside"):
        notes.append(
            gettext("What speaks to a machine in this answer was not sent and earns nothing.")
        )
    unproven = sum(rejected.get(why, 0) for why in ("quote", "none", "empty", "short", "overused"))
    if unproven:
        notes.append(
            ngettext(
                "%(n)s claim of the model was left out: what it quoted does not stand in the answer or proves nothing.",
                "%(n)s claims of the model were left out: what it quoted does not stand in the answer or proves nothing.",
                unproven,
            )
            % {"n": unproven}
        )
    malformed = sum(
        rejected.get(why, 0) for why in ("passage", "verdict", "shape", "repeated", "absent")
    )
    if malformed:
        notes.append(
            ngettext(
                "For %(n)s passage the model gave no usable verdict.",
                "For %(n)s passages the model gave no usable verdict.",
                malformed,
            )
            % {"n": malformed}
        )
    return notes
