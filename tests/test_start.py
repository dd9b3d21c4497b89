"""Starting an interview: what is asked, and how."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from interview.models import Interview
from knowledge.models import Question
from tests.attempts import attempted
from tests.conftest import add_question
from tests.pages import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


def start(client: Client, **choice) -> Interview:
    response = client.post(reverse("start"), {"count": 5, **choice})
    assert response.status_code == 302, response.content.decode()
    return Interview.objects.latest("created_at")


def asked(interview: Interview) -> set[Question]:
    return {slot.question for slot in interview.slots.all()}


class TestWhatIsAsked:
    def test_the_chosen_number_of_questions_is_asked(self, client, person, question):
        for n in range(4):
            add_question(f"问题{n}？")
        response = client.post(reverse("start"), {"count": 3})
        interview = Interview.objects.get(user=person)
        assert interview.slots.count() == 3
        assert response.headers["Location"] == reverse("slot", args=[interview.pk, 1])

    def test_only_the_chosen_topics_are_asked(self, client, person, question):
        other = add_question("什么是进程？", topic="操作系统")
        assert asked(start(client, topics=[other.topic_id])) == {other}

    def test_questions_never_answered_come_first(self, client, person, question):
        other = add_question("什么是动量？")
        attempted(person, question)
        assert asked(start(client, count=1)) == {other}

    def test_drafts_and_missing_questions_are_not_asked(self, client, person):
        add_question("草稿？", status="draft")
        add_question("已从来源删除？", missing=True)
        response = client.post(reverse("start"), {"count": 5})
        assert response.status_code == 422
        assert not Interview.objects.exists()

    @pytest.mark.parametrize("count", ["0", "-1", "51", "x", ""])
    def test_a_bad_number_is_refused_with_a_message(self, client, question, count):
        response = client.post(reverse("start"), {"count": count})
        assert response.status_code == 422
        assert b"error" in response.content

    def test_signing_in_comes_first(self, question):
        response = Client().post(reverse("start"), {"count": 1})
        assert response.status_code == 302
        assert reverse("login") in response.headers["Location"]

    def test_the_chosen_difficulty_is_asked(self, client, question):
        hard = add_question("为什么？", difficulty="hard")
        add_question("是什么？", difficulty="easy")
        assert asked(start(client, difficulty="hard")) == {hard}

    def test_a_difficulty_that_no_question_has_says_so(self, client, question):
        client.post(reverse("set_language"), {"language": "en"})
        response = client.post(reverse("start"), {"count": 5, "difficulty": "hard"})
        assert response.status_code == 422
        assert "no question of this difficulty" in response.content.decode()
        chosen = Document(response.content.decode()).all("option")
        assert any(o["value"] == "hard" and "selected" in o for o in chosen)


class TestHowItIsAsked:
    def test_without_a_choice_it_is_untimed_practice_with_results_at_once(self, client, question):
        interview = start(client)
        assert (interview.mode, interview.feedback) == ("practice", "each")
        assert interview.question_seconds is None
        assert interview.sitting_seconds is None
        assert not interview.keeps_results_back

    @pytest.mark.parametrize(("feedback", "held"), [("end", True), ("each", False), ("", False)])
    def test_a_mock_interview_shows_results_when_one_wants_them(
        self, client, question, feedback, held
    ):
        interview = start(client, mode="mock", feedback=feedback)
        assert interview.mode == "mock"
        assert interview.keeps_results_back == held

    def test_practice_never_holds_results_back(self, client, question):
        assert not start(client, mode="practice", feedback="end").keeps_results_back

    @pytest.mark.parametrize(
        ("time", "question_seconds", "sitting_seconds"),
        [("question-180", 180, None), ("sitting-1800", None, 1800), ("", None, None)],
    )
    def test_time_is_for_each_question_or_for_the_sitting_or_unlimited(
        self, client, question, time, question_seconds, sitting_seconds
    ):
        interview = start(client, time=time)
        assert interview.question_seconds == question_seconds
        assert interview.sitting_seconds == sitting_seconds

    @pytest.mark.parametrize(
        "bad",
        [
            {"mode": "review"},
            {"mode": "x"},
            {"mode": "mock", "feedback": "never"},
            {"difficulty": "impossible"},
            {"time": "question-1"},
            {"time": "-5"},
            {"topics": ["999"]},
        ],
    )
    def test_what_is_not_on_offer_is_refused_with_a_message(self, client, question, bad):
        response = client.post(reverse("start"), {"count": 5, **bad})
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
        assert not Interview.objects.exists()

    def test_every_choice_is_kept_when_the_form_comes_back(self, client, question):
        data = {
            "count": "99",
            "mode": "mock",
            "feedback": "each",
            "difficulty": "hard",
            "time": "sitting-1800",
            "topics": [str(question.topic_id)],
        }
        page = Document(client.post(reverse("start"), data).content.decode())
        selected = {option["value"] for option in page.all("option") if "selected" in option}
        assert selected == {"each", "hard", "sitting-1800"}
        checked = {(i["name"], i["value"]) for i in page.all("input") if "checked" in i}
        assert checked == {("mode", "mock"), ("topics", str(question.topic_id))}
