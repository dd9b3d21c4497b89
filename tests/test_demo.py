"""The scratch site: every page has something to show, and it is the same every time."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from interview import disputes
from interview.management.commands import demo
from interview.models import Attempt, FollowUp, Interview, Report, ReviewCard
from knowledge.models import Question
from tests.conftest import add_question

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture
def bank(ready):
    for number in range(8):
        add_question(
            f"第{number}个问题是什么？",
            topic=f"主题{number % 3}",
            samples=[["good", f"第{number}个答案是学习率。"], ["wrong", "不知道。"]],
        )


def filled(name: str) -> User:
    person = User.objects.create_user(name)
    demo.fill(person, now=NOW)
    return person


def test_history_reviews_and_an_open_interview(bank):
    person = filled("demo")
    sittings = Interview.objects.filter(user=person)
    assert sittings.filter(finished_at=None).count() == 1
    assert sittings.exclude(finished_at=None).count() == len(demo.SITTINGS)
    assert not Attempt.objects.of(person).filter(score=None).exists()
    assert ReviewCard.objects.of(person).filter(due__lt=NOW).exists()
    assert sittings.get(finished_at=None).slots.exclude(draft="").count() == 1


def test_objections_that_wait_or_are_decided_and_a_reported_question(bank, staff):
    person = filled("demo")
    demo.object_to(person, staff, now=NOW)
    reports = Report.objects.filter(attempt__user=person)
    states = sorted(reports.filter(kind="grade").values_list("state", flat=True))
    assert states == ["accepted", "declined", "open"]
    assert reports.get(kind="question").state == "open"
    assert disputes.news(person).count() == 2


def test_follow_ups_are_answered_and_left(bank):
    for question in Question.objects.all():
        question.points = [["学习率决定步长", 3], ["动量减少震荡", 3]]
        question.samples = [
            ["middling", "学习率决定步长。"],
            ["good", "动量减少震荡。"],
            ["wrong", "不知道。"],
        ]
        question.save()
    person = filled("demo")
    asked = FollowUp.objects.filter(attempt__user=person)
    assert set(asked.values_list("state", flat=True)) == {"open", "answered", "skipped"}
    assert not asked.filter(state="answered", grade__isnull=True).exists()


def test_every_answer_took_time(bank):
    assert min(Attempt.objects.of(filled("demo")).values_list("seconds", flat=True)) > 45


def test_it_is_the_same_every_time(bank):
    def told(person: User) -> list[tuple[object, ...]]:
        attempts = Attempt.objects.of(person).order_by("created_at")
        return list(attempts.values_list("created_at", "answer", "score", "topic_name"))

    assert told(filled("one")) == told(filled("two"))


def test_a_folder_with_other_people_in_it_is_left_alone(bank, person):
    with pytest.raises(CommandError, match="VIVA_DATA_DIR"):
        call_command("demo")
    assert not User.objects.filter(username=demo.PERSON).exists()
