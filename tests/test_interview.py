"""Taking an interview: answer, skip, come back, finish; and whose it is."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from interview.models import Attempt, Interview, Slot
from tests.attempts import sitting
from tests.conftest import add_question

pytestmark = pytest.mark.django_db

# Says something on either question: which one comes first is left to chance.
ANSWER = "梯度下降沿负梯度方向更新参数，学习率决定步长。动量把历史梯度做指数滑动平均，减少震荡。"


@pytest.fixture
def client(person, client_of):
    return client_of(person)


@pytest.fixture
def interview(question, person) -> Interview:
    other = add_question("什么是动量？", "**动量**把历史梯度做指数滑动平均，减少震荡，加快收敛。")
    return sitting(person, question, other)


def url(name: str, interview: Interview, number: int = 1) -> str:
    return reverse(name, args=[interview.pk, number])


def send(client, interview, number=1, answer=ANSWER, **headers):
    data = {"answer": answer, "submission": str(uuid.uuid4())}
    return client.post(url("answer", interview, number), data, headers=headers)


class TestAnswer:
    def test_the_result_comes_in_place_for_htmx(self, client, interview, ready):
        response = send(client, interview, **{"HX-Request": "true"})
        html = response.content.decode()
        assert response.status_code == 200
        assert "<html" not in html
        assert 'class="ring"' in html
        assert "passage--" in html
        assert "HX-Request" in response.headers["Vary"]

    def test_without_htmx_it_redirects_to_the_same_address(self, client, interview, ready):
        response = send(client, interview)
        assert response.headers["Location"] == url("slot", interview, 1)
        page = client.get(response.headers["Location"]).content.decode()
        assert 'class="ring"' in page
        assert "said--" in page

    def test_the_grade_is_stored_with_its_origin(self, client, interview, ready):
        send(client, interview)
        attempt = Attempt.objects.get()
        assert attempt.score is not None
        assert attempt.grade["encoder"] == "tests/hash-256"
        assert attempt.grader_version == attempt.grade["version"]
        assert interview.slots.get(position=0).state == Slot.State.ANSWERED

    def test_an_answer_is_kept_while_the_grader_warms_up(self, client, interview):
        response = send(client, interview, **{"HX-Request": "true"})
        attempt = Attempt.objects.get()
        assert attempt.answer == ANSWER
        assert attempt.score is None
        assert reverse("attempt", args=[attempt.pk]) in response.content.decode()

    def test_and_graded_when_looked_at_later(self, client, interview):
        send(client, interview)
        from interview import grader

        grader.tools()
        attempt = Attempt.objects.get()
        client.get(reverse("attempt", args=[attempt.pk]))
        attempt.refresh_from_db()
        assert attempt.score is not None

    def test_a_double_submit_counts_once(self, client, interview, ready):
        data = {"answer": ANSWER, "submission": str(uuid.uuid4())}
        for _ in range(2):
            client.post(url("answer", interview), data)
        assert Attempt.objects.count() == 1

    @pytest.mark.parametrize("answer", ["", "   \n\t "])
    def test_an_empty_answer_is_refused(self, client, interview, answer):
        response = send(client, interview, answer=answer)
        assert response.status_code == 422
        assert not Attempt.objects.exists()

    def test_a_too_long_answer_is_refused_and_not_lost(self, client, interview, settings):
        answer = "字" * (settings.VIVA_MAX_ANSWER + 1)
        response = send(client, interview, answer=answer)
        assert response.status_code == 422
        assert answer in response.content.decode()

    def test_markup_in_an_answer_is_shown_as_text(self, client, interview, ready):
        send(client, interview, answer='<script>alert(1)</script> 梯度 <img src=x onerror="x()">')
        page = client.get(url("slot", interview)).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page

    def test_trying_again_keeps_both_attempts(self, client, interview, ready):
        send(client, interview)
        page = client.get(url("slot", interview) + "?again").content.decode()
        assert ANSWER in page
        send(client, interview, answer="更完整：" + ANSWER)
        assert Attempt.objects.count() == 2

    def test_a_get_of_its_address_leads_to_the_question(self, client, interview):
        response = client.get(url("answer", interview))
        assert response.headers["Location"] == url("slot", interview)
        assert not Attempt.objects.exists()


class TestSkipAndDraft:
    def test_skipping_goes_on_and_keeps_what_was_typed(self, client, interview):
        response = client.post(url("skip", interview), {"answer": "半句话"})
        assert response.headers["Location"] == url("slot", interview, 2)
        slot = interview.slots.get(position=0)
        assert (slot.state, slot.draft) == (Slot.State.SKIPPED, "半句话")

    def test_a_draft_is_restored_with_a_notice(self, client, interview):
        client.post(url("draft", interview), {"answer": "想到一半"})
        page = client.get(url("slot", interview)).content.decode()
        assert "想到一半" in page
        assert 'role="status"' in page

    def test_a_draft_goes_only_with_a_stored_answer(self, client, interview, ready):
        client.post(url("draft", interview), {"answer": "想到一半"})
        send(client, interview, answer="")
        assert interview.slots.get(position=0).draft == "想到一半"
        send(client, interview)
        assert interview.slots.get(position=0).draft == ""

    def test_one_comes_back_to_the_first_open_question(self, client, interview):
        client.post(url("skip", interview))
        response = client.get(reverse("resume", args=[interview.pk]))
        assert response.headers["Location"] == url("slot", interview, 2)


class TestFinish:
    def test_the_last_answer_finishes_the_interview(self, client, interview, ready):
        send(client, interview, 1)
        client.post(url("skip", interview, 2))
        interview.refresh_from_db()
        assert interview.finished_at is not None
        response = client.get(reverse("resume", args=[interview.pk]))
        assert response.headers["Location"] == reverse("summary", args=[interview.pk])

    def test_the_summary_lists_every_question(self, client, interview, ready):
        send(client, interview, 1)
        page = client.get(reverse("summary", args=[interview.pk])).content.decode()
        for slot in interview.slots.all():
            assert slot.version.title in page


class TestOtherPeople:
    @pytest.mark.parametrize("name", ["slot", "answer", "skip", "draft"])
    def test_a_stranger_gets_404(self, interview, stranger, client_of, name):
        other = client_of(stranger)
        method = other.get if name == "slot" else other.post
        assert method(url(name, interview), {"answer": "x"}).status_code == 404

    @pytest.mark.parametrize("name", ["resume", "summary"])
    def test_of_the_interview_too(self, interview, stranger, client_of, name):
        assert client_of(stranger).get(reverse(name, args=[interview.pk])).status_code == 404

    def test_and_of_the_attempt(self, client, interview, ready, stranger, client_of):
        send(client, interview)
        address = reverse("attempt", args=[Attempt.objects.get().pk])
        assert client_of(stranger).get(address).status_code == 404
        assert client.get(address).status_code == 200

    def test_a_submission_id_of_somebody_else_shows_nothing(
        self, client, interview, ready, stranger, client_of
    ):
        submission = str(uuid.uuid4())
        client.post(url("answer", interview), {"answer": ANSWER, "submission": submission})
        other = client_of(stranger)
        other.post(reverse("start"), {"count": 1})
        own = Interview.objects.get(user=stranger)
        response = other.post(
            url("answer", own), {"answer": "我的回答", "submission": submission}, follow=True
        )
        assert ANSWER not in response.content.decode()
        assert Attempt.objects.get(user=stranger).answer == "我的回答"

    def test_an_unknown_number_is_404(self, client, interview):
        assert client.get(url("slot", interview, 99)).status_code == 404


class TestEditedQuestions:
    def test_an_attempt_stays_readable_after_an_edit(self, client, interview, ready):
        send(client, interview)
        attempt = Attempt.objects.get()
        question = attempt.version.question
        question.title, question.body = "改过的题目？", "改过的参考答案。"
        question.save()
        page = client.get(reverse("attempt", args=[attempt.pk])).content.decode()
        assert attempt.version.title in page
        assert "改过的参考答案" not in page

    def test_and_after_its_question_is_removed(self, client, interview, ready):
        send(client, interview)
        attempt = Attempt.objects.get()
        attempt.version.question.delete()
        response = client.get(reverse("attempt", args=[attempt.pk]))
        assert response.status_code == 200
        assert client.get(reverse("summary", args=[interview.pk])).status_code == 200


class TestAcceptedAlternatives:
    def test_an_answer_like_an_accepted_one_scores_by_it(self, question, ready):
        from interview import grader

        answer = "把山谷想成地形，每次朝最陡的下坡走一小步。"
        before = grader.grade_answer(question, answer)
        question.accepted = [answer]
        after = grader.grade_answer(question, answer)
        assert after.score > before.score
        assert "accepted" in after.flags
        assert after.points == before.points
