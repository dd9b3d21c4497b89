"""Every page of the site, with rows behind it, and a reader of what a page consists of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from interview import reviewing
from interview.models import Interview, Slot
from knowledge.models import Question
from tests.attempts import START, attempted, grade_of, point

PUBLIC = ("home", "login", "sign_up")


@dataclass
class World:
    """One person's rows: an open interview, a graded attempt, one that waits for its grade."""

    person: User
    question: Question
    open: Interview = field(init=False)

    def __post_init__(self) -> None:
        self.graded = attempted(self.person, self.question, 62, 1, answer="学习率决定步长。")
        self.graded.grade = grade_of(
            62,
            points=[
                point("学习率决定步长", "covered", spans=[(0, 8)], passages=(1,)),
                point("动量减少震荡", "contradicted", spans=[(0, 3)], passages=(3,)),
                point("噪声更大", "missed", passages=(2,)),
            ],
            passages=[
                {"position": chunk.position, "verdict": verdict}
                for chunk, verdict in zip(
                    self.question.chunks.exclude(kind="heading").order_by("position"),
                    ("partly", "covered", "missed", "contradicted"),
                    strict=False,
                )
            ],
            flags=["short"],
            keywords_found=["学习率"],
            keywords_missed=["动量"],
        )
        self.graded.save()
        reviewing.record(self.graded)
        self.waiting = attempted(self.person, self.question, None, 2)
        attempted(self.person, self.question, 40, 3)
        self.open = Interview.objects.create(user=self.person, created_at=START)
        Slot.objects.create(
            interview=self.open,
            position=0,
            question=self.question,
            version=self.question.version(),
            draft="想到一半",
        )

    def own(self) -> dict[str, str]:
        """The addresses of rows that belong to the person."""
        return {
            "composer": reverse("slot", args=[self.open.pk, 1]),
            "result": reverse("slot", args=[self.graded.slot.interview_id, 1]),
            "again": reverse("slot", args=[self.graded.slot.interview_id, 1]) + "?again",
            "attempt": reverse("attempt", args=[self.graded.pk]),
            "waiting": reverse("attempt", args=[self.waiting.pk]),
            "summary": reverse("summary", args=[self.graded.slot.interview_id]),
            "open summary": reverse("summary", args=[self.open.pk]),
            "paper": reverse("on_paper", args=[self.graded.slot.interview_id]),
        }

    def pages(self) -> dict[str, str]:
        """Every page for a signed-in person."""
        return {
            "home": reverse("home"),
            "history": reverse("history"),
            "account": reverse("account"),
            "password": reverse("change_password"),
            "leave": reverse("leave"),
            "answers": reverse("answers"),
            "found": reverse("answers") + "?q=学习率&score=middling&since=2025-01-01",
            "review": reverse("review"),
            "search": reverse("search"),
            "hits": reverse("search") + "?q=动量",
            "question": reverse("question", args=[self.question.pk]) + "?passage=1",
            **self.own(),
        }


def admin_pages(question: Question) -> Iterator[str]:
    """The admin's lists, and the forms of a question."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    yield reverse("admin:knowledge_question_add")
    yield reverse("admin:knowledge_question_change", args=[question.pk])


class Document(HTMLParser):
    """The elements of a page: (tag, attributes) in order, and the text inside each tag name."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._texts: dict[str, list[str]] = {}
        self._inside: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside.append(tag)
        self._texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._inside):
            self._texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def texts(self, tag: str) -> list[str]:
        return [text.strip() for text in self._texts.get(tag, [])]
