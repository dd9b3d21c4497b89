"""Two attempts at one question side by side."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse

from interview.comparing import compare, with_the_one_before
from interview.models import Attempt
from tests.attempts import attempted, grade_of, point

pytestmark = pytest.mark.django_db


def graded(person, question, score: float, **verdicts: str) -> Attempt:
    """An attempt whose points a, b, c … have these verdicts, a the heaviest."""
    attempt = attempted(person, question, score)
    attempt.grade = grade_of(
        score,
        points=[
            point(name, verdict, weight=0.5 - 0.1 * n)
            for n, (name, verdict) in enumerate(verdicts.items())
        ],
    )
    attempt.save()
    return attempt


def retry(earlier: Attempt, score: float, **verdicts: str) -> Attempt:
    """The same person's next attempt in the same place."""
    later = graded(earlier.user, earlier.version.question, score, **verdicts)
    later.slot, later.created_at = earlier.slot, earlier.created_at + dt.timedelta(minutes=5)
    later.save()
    return later


def test_points_that_moved_are_named_with_where_from_and_where_to(person, question):
    before = graded(person, question, 40, a="missed", b="covered", c="partly", d="contradicted")
    after = retry(before, 62.4, a="covered", b="missed", c="partly", d="missed")
    found = compare(before, after)
    assert (found.before, found.after, found.change) == (40, 62, 22)
    assert [(p.text, p.verdict) for p in found.better] == [("a", "covered"), ("d", "missed")]
    assert [p.text for p in found.worse] == ["b"]
    assert found.same == 1


def test_a_point_that_the_author_changed_since_is_left_out(person, question):
    before = graded(person, question, 40, a="missed", old="missed")
    found = compare(before, retry(before, 40, a="missed", new="covered"))
    assert (found.better, found.worse, found.same) == ([], [], 1)


def test_without_a_grade_there_is_nothing_to_compare(person, question):
    before = graded(person, question, 40, a="missed")
    after = retry(before, 50, a="covered")
    Attempt.objects.filter(pk=before.pk).update(score=None, grade=None)
    assert with_the_one_before(after) is None
    assert compare(Attempt.objects.get(pk=before.pk), after) is None


def test_the_last_one_before_it_in_the_same_place_counts(person, question):
    first = graded(person, question, 10, a="missed")
    second = retry(first, 30, a="partly")
    third = retry(second, 60, a="covered")
    elsewhere = graded(person, question, 90, a="covered")
    assert with_the_one_before(first) is None
    assert with_the_one_before(second).earlier == first
    assert with_the_one_before(third).earlier == second
    assert with_the_one_before(elsewhere) is None


def test_the_page_shows_it_after_another_try(person, question, client_of, ready):
    client = client_of(person)
    before = graded(person, question, 40, 学习率="missed", 动量="covered")
    after = retry(before, 62, 学习率="covered", 动量="covered")
    page = client.get(reverse("attempt", args=[after.pk])).content.decode()
    assert "40 → 62" in page
    assert "+22" in page
    assert reverse("attempt", args=[before.pk]) in page
    assert "40 → 62" not in client.get(reverse("attempt", args=[before.pk])).content.decode()


def test_from_another_try_on_the_question_page(person, question, client_of, ready):
    client = client_of(person)
    client.post(reverse("start"), {"count": 1})
    slot = person.interviews.get().slots.get()
    for answer in ("动量减少震荡。", "学习率决定每一步走多远，太大会震荡。动量减少震荡。"):
        data = {"answer": answer, "submission": str(uuid.uuid4())}
        client.post(reverse("answer", args=[slot.interview_id, 1]), data)
    page = client.get(reverse("slot", args=[slot.interview_id, 1])).content.decode()
    assert 'class="card comparison"' in page
