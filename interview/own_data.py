"""Everything that a person has on this site, as files that stream while they are read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from interview.models import (
    Attempt,
    FollowUp,
    Interview,
    Preferences,
    Report,
    ReviewCard,
    ReviewLog,
    SecondOpinion,
    Slot,
)
from knowledge.models import QuestionVersion

FORMAT = "viva-person-1"
CHUNK = 200  # rows held at a time
COLUMNS = (
    "answered_at",
    "mode",
    "topic",
    "question",
    "score",
    "rating",
    "answer",
    "grader",
    "attempt",
    "follow_up",
    "follow_up_answer",
)
# A cell that begins so would be taken for a formula by a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sections(user: Any) -> dict[str, QuerySet[Any]]:
    """The rows of each kind that belong to a person, by the name they have in the file."""
    attempts = Attempt.objects.of(user)
    slots = Slot.objects.filter(interview__user=user)
    asked = QuestionVersion.objects.filter(pk__in=slots.values("version"))
    return {
        "preferences": Preferences.objects.filter(user=user),
        "interviews": Interview.objects.of(user).order_by("created_at"),
        "slots": slots.order_by("interview__created_at", "position"),
        "attempts": attempts.order_by("created_at"),
        "follow_ups": FollowUp.objects.filter(attempt__user=user).order_by("pk"),
        "review_cards": ReviewCard.objects.of(user).order_by("pk"),
        "review_logs": ReviewLog.objects.filter(card__user=user).order_by("reviewed_at"),
        "reports": Report.objects.filter(attempt__user=user).order_by("created_at"),
        "second_opinions": SecondOpinion.objects.filter(attempt__user=user).order_by("pk"),
        "questions_as_asked": asked.order_by("pk"),
    }


def as_json(user: Any) -> Iterator[str]:
    """One JSON object: who, then a list of rows per kind. Rows name each other by their ids."""
    who = {"name": user.get_username(), "since": user.date_joined}
    yield f'{{"format": {_json(FORMAT)},\n"person": {_json(who)}'
    for name, rows in sections(user).items():
        yield f",\n{_json(name)}: ["
        many = [field.name for field in rows.model._meta.many_to_many]
        for number, row in enumerate(rows.prefetch_related(*many).iterator(CHUNK)):
            yield ("," if number else "") + "\n" + _json(_fields(row, many))
        yield "]"
    yield "}\n"


def _fields(row: Model, many: Iterable[str]) -> dict[str, Any]:
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    fields.pop("user_id", None)
    return fields | {name: [str(one) for one in getattr(row, name).all()] for name in many}


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


class _Echo:
    """A file that hands back what is written to it, as csv.writer wants one."""

    def write(self, text: str) -> str:
        return text


def as_csv(user: Any) -> Iterator[str]:
    """One line an attempt, oldest first, with a byte order mark, by which spreadsheets know UTF-8.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; the JSON has it as it is.
    """
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    attempts = (
        Attempt.objects.of(user)
        .select_related("version", "slot__interview", "review", "follow_up")
        .defer("grade", "version__body", "version__stem", "slot__draft", "follow_up__grade")
        .order_by("created_at")
    )
    for attempt in attempts.iterator(CHUNK):
        review = getattr(attempt, "review", None)
        follow_up = getattr(attempt, "follow_up", None)
        cells = (
            attempt.created_at.isoformat(timespec="seconds"),
            attempt.slot.interview.mode,
            attempt.topic_name,
            attempt.version.title,
            "" if attempt.score is None else f"{attempt.score:g}",
            review.Rating(review.rating).name.lower() if review else "",
            attempt.answer,
            attempt.grader_version,
            str(attempt.pk),
            follow_up.text if follow_up else "",
            follow_up.answer if follow_up else "",
        )
        yield writer.writerow([f"'{c}" if c.startswith(_FORMULA) else c for c in cells])
