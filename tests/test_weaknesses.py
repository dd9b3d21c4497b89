"""What goes missing again and again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from interview.models import Attempt, Interview
from interview.weaknesses import ANSWERS_READ, weaknesses
from tests.attempts import attempted, grade_of, point
from tests.conftest import add_question

pytestmark = pytest.mark.django_db


def graded(person, question, number: int, found=(), missed=(), **verdicts: str) -> Attempt:
    attempt = attempted(person, question, 50, number)
    points = [point(text, verdict) for text, verdict in verdicts.items()]
    attempt.grade = grade_of(
        50, points=points, keywords_found=list(found), keywords_missed=list(missed)
    )
    attempt.save()
    return attempt


@pytest.fixture
def momentum(db):
    return add_question("什么是动量？")


class TestPoints:
    @pytest.mark.parametrize(
        ("verdicts", "weak"),
        [
            (["missed"], False),
            (["missed", "missed"], True),
            (["missed", "contradicted"], True),
            (["missed", "partly"], False),
            (["missed", "missed", "covered"], False),  # said at last
            (["missed", "covered", "missed"], True),
            (["covered", "missed"], False),
        ],
    )
    def test_missed_more_than_once_and_the_last_time(self, person, question, verdicts, weak):
        for n, verdict in enumerate(verdicts):
            graded(person, question, n, 噪声更大=verdict)
        found = [p.text for weakness in weaknesses(person) for p in weakness.points]
        assert found == (["噪声更大"] if weak else [])

    def test_it_tells_how_often_and_where_it_was_seen_last(self, person, question):
        for n, verdict in enumerate(["covered", "missed", "contradicted"]):
            latest = graded(person, question, n, 噪声更大=verdict)
        [weakness] = weaknesses(person)
        [weak] = weakness.points
        assert (weak.failed, weak.asked, weak.contradicted) == (2, 3, True)
        assert (weak.attempt, weak.title) == (latest.pk, question.title)
        assert (weakness.topic, weakness.questions) == ("优化", [question.pk])

    def test_the_same_words_in_two_questions_are_two_points(self, person, question, momentum):
        graded(person, question, 0, 减少震荡="missed")
        graded(person, momentum, 1, 减少震荡="missed")
        assert weaknesses(person) == []

    def test_the_most_often_missed_comes_first(self, person, question):
        for n in range(3):
            graded(person, question, n, 甲="missed", 乙="missed" if n else "covered")
        assert [p.text for p in weaknesses(person)[0].points] == ["甲", "乙"]


class TestTerms:
    def test_a_term_of_several_questions_that_is_never_used(self, person, question, momentum):
        for n, asked in enumerate([question, momentum, question]):
            graded(person, asked, n, missed=["动量"], found=["梯度"])
        [weakness] = weaknesses(person)
        [term] = weakness.terms
        assert (term.term, term.used, term.expected) == ("动量", 0, 3)
        assert set(weakness.questions) == {question.pk, momentum.pk}

    def test_not_one_that_belongs_to_a_single_question(self, person, question):
        for n in range(4):
            graded(person, question, n, missed=["动量"])
        assert weaknesses(person) == []

    def test_nor_one_that_comes_up_now_and_then(self, person, question, momentum):
        for n, asked in enumerate([question, momentum, question]):
            graded(person, asked, n, **({"found": ["动量"]} if n == 1 else {"missed": ["动量"]}))
        assert weaknesses(person) == []


def test_what_was_weak_long_ago_is_forgotten(person, question, momentum):
    for n in range(2):
        graded(person, momentum, n, 噪声更大="missed")
    for n in range(ANSWERS_READ):
        attempted(person, question, 90, n + 2)
    assert weaknesses(person) == []


def test_nothing_of_other_people_counts(person, stranger, question):
    for n in range(2):
        graded(stranger, question, n, 噪声更大="missed")
    assert weaknesses(person) == []


class TestPractise:
    @pytest.fixture
    def client(self, person, client_of) -> Client:
        return client_of(person)

    def test_the_page_offers_to_practise_them(self, client, person, question):
        for n in range(2):
            graded(person, question, n, 噪声更大="missed")
        html = client.get(reverse("history")).content.decode()
        assert "噪声更大" in html
        assert f'name="question" value="{question.pk}"' in html

    def test_a_sitting_of_these_questions_begins(self, client, person, question, momentum):
        add_question("另一题？")
        data = {"question": [question.pk, momentum.pk]}
        response = client.post(reverse("practise"), data)
        sitting = Interview.objects.get(user=person)
        assert {slot.question for slot in sitting.slots.all()} == {question, momentum}
        assert response.headers["Location"] == reverse("slot", args=[sitting.pk, 1])

    @pytest.mark.parametrize("named", [[], ["x"], ["-1"], ["9" * 30], ["999999"]])
    def test_what_is_no_question_begins_nothing(self, client, question, named):
        response = client.post(reverse("practise"), {"question": named})
        assert response.headers["Location"] == reverse("history")
        assert not Interview.objects.exists()

    def test_nor_does_a_draft(self, client, question):
        draft = add_question("草稿？", status="draft")
        client.post(reverse("practise"), {"question": [draft.pk]})
        assert not Interview.objects.exists()
