"""The bank, or a part of it, as Markdown that imports back to the same rows, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from knowledge.importing import banknotes
from knowledge.importing.merging import METADATA, plain
from knowledge.markdown import Entry, dump
from knowledge.markdown.drafts import draft_reason
from knowledge.models import Question


def exportable(topics: Iterable[str] = ()) -> QuerySet[Question]:
    """The questions of the bank, or of the topics named, without those that left their source."""
    questions = Question.objects.filter(missing=False)
    if names := list(topics):
        questions = questions.filter(topic__name__in=names)
    return in_order(questions)


def in_order(questions: QuerySet[Question]) -> QuerySet[Question]:
    return questions.select_related("topic", "source").order_by("topic__name", "position", "pk")


def as_markdown(questions: Iterable[Question]) -> str:
    """One document; topics are its chapters.

    What Markdown notes have no form for stands at the end (see knowledge.importing.banknotes): that
    a question is a draft although it has an answer (or the reverse), and accepted alternative
    answers. Pictures that lie beside a source are named but not contained.
    """
    entries: list[Entry] = []
    notes: list[dict[str, Any]] = []
    for place, question in enumerate(questions, 1):
        entries.append(entry_of(question))
        note: dict[str, Any] = {}
        draft = question.status == Question.Status.DRAFT
        if draft != bool(draft_reason(question.body.strip("\n"))):
            note["draft"] = draft
        if question.accepted:
            note["accepted"] = list(question.accepted)
        if note:
            notes.append({"question": place, "title": question.title, **note})
    return banknotes.append(dump(entries), notes)


def entry_of(question: Question) -> Entry:
    return Entry(
        title=question.title,
        key=question.key,
        stem=question.stem,
        body=question.body,
        topic=question.topic.name,
        difficulty=question.difficulty,
        language=question.language,
        twin=question.twin,
        tags=tuple(question.tags),
        points=tuple((str(text), float(weight)) for text, weight in question.points),
        keywords=tuple(question.author_keywords),
        misconceptions=tuple(question.misconceptions),
        follow_ups=tuple(question.follow_ups),
        samples=tuple((str(label), str(text)) for label, text in question.samples),
    )


def as_json(questions: Iterable[Question]) -> str:
    """``{"questions": [{"title": …, "answer": …, …}, …]}``, fields that are empty left out."""
    rows = [
        {
            "title": question.title,
            "topic": question.topic.name,
            "status": question.status,
            **{
                name: value
                for name, value in (
                    ("stem", question.stem),
                    ("answer", question.body),
                    *((name, plain(getattr(question, name))) for name in METADATA),
                    ("keywords", question.author_keywords),
                    ("source", question.source.name if question.source else ""),
                )
                if value
            },
        }
        for question in questions
    ]
    return json.dumps({"questions": rows}, ensure_ascii=False, indent=1) + "\n"
