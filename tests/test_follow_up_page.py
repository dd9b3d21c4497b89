"""The question after an answer: when it is asked, what it adds, and that nothing typed in it is lost."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview import answering, grader, own_data
from interview.models import Attempt, FollowUp, Interview, ReviewLog
from tests.attempts import sitting
from tests.conftest import add_question
from tests.pages import Document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ready")]

POINTS = [
    ["梯度下降沿损失函数负梯度方向迭代更新参数", 3],
    ["学习率太大会震荡，太小收敛慢", 2],
    ["动量把历史梯度做滑动平均，减少震荡", 5],
]
ANSWER = "梯度下降沿损失函数负梯度方向迭代更新参数。"
MORE = "动量把历史梯度做滑动平均，减少震荡。"


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


@pytest.fixture
def questions(db):
    titles = ("什么是梯度下降？", "怎样训练网络？", "优化器有哪些？", "参数怎样更新？")
    return [add_question(title, points=POINTS) for title in titles]


@pytest.fixture
def practice(person, questions) -> Interview:
    return sitting(person, *questions, follow_ups=True)


def url(name: str, interview: Interview, number: int = 1) -> str:
    return reverse(name, args=[interview.pk, number])


def read(client: Client, interview: Interview, number: int = 1) -> str:
    return client.get(url("slot", interview, number)).content.decode()


def send(client: Client, interview: Interview, number: int = 1, answer: str = ANSWER):
    data = {"answer": answer, "submission": str(uuid.uuid4())}
    return client.post(url("answer", interview, number), data, follow=True)


def reply(client: Client, interview: Interview, answer: str = MORE, number: int = 1, **more):
    row = FollowUp.objects.get(
        attempt__slot__interview=interview, attempt__slot__position=number - 1
    )
    data = {"answer": answer, "submission": str(uuid.uuid4()), "follow_up": row.pk, **more}
    return client.post(url("answer_follow_up", interview, number), data)


def skip(client: Client, interview: Interview, number: int = 1, **more):
    row = FollowUp.objects.get(
        attempt__slot__interview=interview, attempt__slot__position=number - 1
    )
    return client.post(url("skip_follow_up", interview, number), {"follow_up": row.pk, **more})


class TestWhenItIsAsked:
    def test_after_an_answer_with_the_reference_still_closed(self, client, practice):
        send(client, practice)
        page = read(client, practice)
        row = FollowUp.objects.get()
        assert row.point == POINTS[2][0]
        assert row.text in page
        assert 'class="ring"' in page
        assert "滑动平均" not in page
        assert "data-passage" not in page

    def test_its_attempts_own_page_leads_to_it_as_well(self, client, practice):
        send(client, practice)
        address = reverse("attempt", args=[Attempt.objects.get().pk])
        assert client.get(address).headers["Location"] == url("slot", practice)
        assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"

    def test_not_where_it_was_switched_off(self, client, person, questions):
        send(client, sitting(person, *questions))
        assert not FollowUp.objects.exists()

    def test_not_in_a_review(self, client, person, questions):
        send(client, sitting(person, *questions, mode="review", follow_ups=True))
        assert not FollowUp.objects.exists()

    def test_not_after_a_second_try(self, client, practice):
        send(client, practice)
        skip(client, practice)
        send(client, practice)
        assert Attempt.objects.count() == 2
        assert FollowUp.objects.count() == 1

    def test_at_most_twice_in_a_mock_interview(self, client, person, questions):
        mock = sitting(person, *questions, mode="mock", feedback="each", follow_ups=True)
        for number in (1, 2, 3):
            send(client, mock, number, answer="学习率太大会震荡。")
        assert FollowUp.objects.count() == 2

    def test_the_start_page_has_the_switch(self, client, questions):
        page = client.get(reverse("home")).content.decode()
        assert 'name="follow_ups"' in page
        client.post(reverse("start"), {"count": 1, "follow_ups": "on"})
        client.post(reverse("start"), {"count": 1})
        assert list(
            Interview.objects.order_by("created_at").values_list("follow_ups", flat=True)
        ) == [True, False]

    def test_the_switch_is_on_at_first_and_then_as_it_was_last_time(
        self, client, person, questions
    ):
        def switched_on() -> bool:
            page = Document(client.get(reverse("home")).content.decode())
            [switch] = [box for box in page.all("input") if box.get("name") == "follow_ups"]
            return "checked" in switch

        assert switched_on()
        client.post(reverse("start"), {"count": 1})
        assert not switched_on()
        client.post(reverse("start"), {"count": 1, "follow_ups": "on"})
        sitting(person, *questions, mode="review")
        assert switched_on()

    def test_practising_again_asks_as_the_person_chose_last(self, client, person, questions):
        for chosen in (True, False):
            sitting(person, *questions, follow_ups=chosen)
            client.post(reverse("practise"), {"question": questions[0].pk})
            newest = Interview.objects.order_by("created_at").last()
            assert newest.follow_ups is chosen

    def test_the_summary_of_a_practice_does_not_tell_it_beforehand(self, client, practice):
        send(client, practice)
        page = client.get(reverse("summary", args=[practice.pk])).content.decode()
        assert "滑动平均" not in page
        assert "有一个追问待答" in page
        skip(client, practice)
        page = client.get(reverse("summary", args=[practice.pk])).content.decode()
        assert "滑动平均" in page
        assert "有一个追问待答" not in page

    def test_dont_know_opens_the_subject_gently(self, client, practice):
        send(client, practice, answer="不知道")
        assert FollowUp.objects.get().kind == "opening"

    def test_it_asks_for_no_names_of_columns(self, client, person):
        table = (
            "| 方法 | 优点 | 缺点 |\n|---|---|---|\n| 网格搜索 | 简单，容易并行 | 维度高时太慢 |\n"
        )
        question = add_question("超参数怎么搜索？", body=f"## 常用的方法\n\n{table}")
        send(client, sitting(person, question, follow_ups=True), answer="不知道")
        row = FollowUp.objects.get()
        assert "优点" not in row.text
        assert "常用的方法" in row.text

    def test_an_authors_own_question_is_preferred_where_it_aims_at_the_point(
        self, client, person, monkeypatch
    ):
        monkeypatch.setattr(grader, "_AIMED", 0.0)  # the small encoder sees shared letters alone
        monkeypatch.setattr(grader, "_GIVEN_AWAY", 1.1)
        question = add_question(
            "什么是优化？", points=POINTS, follow_ups=["怎样减少历史梯度的震荡？", "什么是过拟合？"]
        )
        send(client, sitting(person, question, follow_ups=True))
        row = FollowUp.objects.get()
        assert (row.kind, row.text) == ("author", "怎样减少历史梯度的震荡？")


class TestHeldBack:
    @pytest.fixture
    def mock(self, person, questions) -> Interview:
        return sitting(person, *questions[:2], mode="mock", feedback="end", follow_ups=True)

    def test_it_is_asked_without_showing_the_result(self, client, mock):
        send(client, mock)
        page = read(client, mock)
        assert FollowUp.objects.get().text in page
        assert 'class="ring"' not in page
        reply(client, mock)
        page = read(client, mock)
        assert MORE in page
        assert 'class="ring"' not in page
        assert "→" not in page

    def test_not_after_the_last_question(self, client, mock):
        for number in (1, 2):
            send(client, mock, number)
        assert list(FollowUp.objects.values_list("attempt__slot__position", flat=True)) == [0]

    def test_the_end_takes_what_was_typed(self, client, mock):
        send(client, mock)
        row = FollowUp.objects.get()
        data = {"answer": MORE, "follow_up": row.pk, "submission": str(uuid.uuid4())}
        client.post(reverse("end", args=[mock.pk]), {**data, "number": 1})
        row.refresh_from_db()
        assert (row.state, row.answer) == ("answered", MORE)
        assert MORE in read(client, mock)
        row.refresh_from_db()
        assert row.grade is not None

    def test_the_end_skips_what_was_not(self, client, mock):
        send(client, mock)
        answering.end(Interview.objects.get(), now=timezone.now())
        assert FollowUp.objects.get().state == "skipped"


class TestItsResult:
    def test_it_adds_and_says_so(self, client, practice):
        send(client, practice)
        before = Attempt.objects.get().score
        assert reply(client, practice).headers["Location"] == url("slot", practice)
        attempt = Attempt.objects.get()
        assert attempt.score > before == attempt.grade["score"]
        assert attempt.slot.score == attempt.score
        page = read(client, practice)
        assert f"{before:.0f} → {attempt.score:.0f}" in page
        assert MORE[:4] in page
        assert "data-passage" in page

    def test_at_once_it_would_have_earned_more(self, client, practice):
        send(client, practice, 1)
        reply(client, practice)
        send(client, practice, 2, answer=ANSWER + MORE)
        asked, at_once = Attempt.objects.order_by("created_at").values_list("score", flat=True)
        assert asked < at_once

    @pytest.mark.parametrize("answer", ["不知道", "今天天气很好，我们去公园散步。", ANSWER])
    def test_it_never_takes_away(self, client, practice, answer):
        send(client, practice)
        before = Attempt.objects.get().score
        reply(client, practice, answer)
        assert Attempt.objects.get().score >= before

    @pytest.mark.parametrize(("verdict", "adds"), [("missed", False), ("partly", True)])
    def test_what_misses_the_point_adds_nothing(self, client, practice, verdict, adds):
        send(client, practice)
        grade, point = Attempt.objects.get().grade, FollowUp.objects.get().point
        graded = {"points": [{"verdict": verdict, "coverage": 0.14}]}
        assert (grader.score_with(grade, point, graded) > grade["score"]) is adds

    def test_grading_anew_keeps_it(self, client, practice):
        send(client, practice)
        reply(client, practice)
        attempt = Attempt.objects.get()
        after = attempt.score
        answering.regrade(attempt)
        assert Attempt.objects.get().score == after

    def test_review_goes_by_the_score_with_it(self, client, practice, monkeypatch):
        seen = []
        from interview import reviewing

        propose = reviewing.propose
        monkeypatch.setattr(
            reviewing, "propose", lambda score, *rest: seen.append(score) or propose(score, *rest)
        )
        send(client, practice)
        reply(client, practice)
        assert seen[-1] == Attempt.objects.get().score
        assert ReviewLog.objects.count() == 1

    def test_skipped_it_changes_nothing_and_opens_the_reference(self, client, practice):
        send(client, practice)
        before = Attempt.objects.get().score
        skip(client, practice)
        assert Attempt.objects.get().score == before
        assert "data-passage" in read(client, practice)

    def test_the_summary_and_the_paper_show_it(self, client, practice):
        send(client, practice)
        reply(client, practice)
        assert "→" in client.get(reverse("summary", args=[practice.pk])).content.decode()
        paper = client.get(reverse("on_paper", args=[practice.pk])).content.decode()
        assert FollowUp.objects.get().text in paper


class TestWhatIsTyped:
    def test_a_draft_is_kept_and_restored(self, client, practice):
        send(client, practice)
        row = FollowUp.objects.get()
        response = client.post(
            url("draft", practice), {"answer": "想到一半", "follow_up": row.pk, "base": "0"}
        )
        assert response["Draft-Version"] == "1"
        assert practice.slots.get(position=0).draft == ""
        assert ">想到一半</textarea>" in read(client, practice)

    def test_on_the_way_elsewhere_too(self, client, practice):
        send(client, practice)
        data = {"answer": "想到一半", "follow_up": FollowUp.objects.get().pk}
        for to, there in (
            ("2", url("slot", practice, 2)),
            ("summary", reverse("summary", args=[practice.pk])),
        ):
            response = client.post(url("go", practice), {**data, "to": to})
            assert response.headers["Location"] == there
        assert FollowUp.objects.get().draft == "想到一半"

    def test_an_empty_answer_is_refused(self, client, practice):
        send(client, practice)
        response = reply(client, practice, " \n")
        assert response.status_code == 422
        assert FollowUp.objects.get().state == "open"

    def test_a_too_long_one_is_refused_and_kept(self, client, practice, settings):
        send(client, practice)
        text = "长" * (settings.VIVA_MAX_ANSWER + 1)
        response = reply(client, practice, text)
        assert response.status_code == 422
        assert text in response.content.decode()
        assert FollowUp.objects.get().draft == text

    def test_a_double_submit_counts_once(self, client, practice):
        send(client, practice)
        name = str(uuid.uuid4())
        for _twice in range(2):
            assert reply(client, practice, submission=name).status_code == 302
        row = FollowUp.objects.get()
        assert (row.answer, row.draft) == (MORE, "")

    def test_what_another_window_sends_later_is_shown_beside_it(self, client, practice):
        send(client, practice)
        reply(client, practice)
        reply(client, practice, "另一扇窗里写的")
        assert FollowUp.objects.get().answer == MORE
        assert "另一扇窗里写的" in read(client, practice)

    def test_what_was_typed_before_skipping_stays(self, client, practice):
        send(client, practice)
        skip(client, practice, answer="写了一点", submission=str(uuid.uuid4()))
        assert "写了一点" in read(client, practice)

    def test_markup_is_shown_as_it_was_typed(self, client, practice):
        send(client, practice)
        reply(client, practice, "<script>alert(1)</script>动量")
        assert "<script>alert(1)" not in read(client, practice)


class TestWhoseItIs:
    def test_strangers_get_404(self, client, client_of, stranger, practice):
        send(client, practice)
        other = client_of(stranger)
        assert reply(other, practice).status_code == 404
        assert skip(other, practice).status_code == 404
        assert FollowUp.objects.get().state == "open"

    @pytest.mark.parametrize("named", ["", "0", "x", "９", "9" * 30])
    def test_so_does_one_that_is_not_there(self, client, practice, named):
        send(client, practice)
        data = {"answer": MORE, "follow_up": named}
        assert client.post(url("answer_follow_up", practice), data).status_code == 404

    def test_it_belongs_to_its_question(self, client, practice):
        send(client, practice, 1)
        data = {"answer": MORE, "follow_up": FollowUp.objects.get().pk}
        assert client.post(url("answer_follow_up", practice, 2), data).status_code == 404

    def test_looking_at_the_address_leads_to_the_question(self, client, practice):
        for name in ("answer_follow_up", "skip_follow_up"):
            assert client.get(url(name, practice)).headers["Location"] == url("slot", practice)

    def test_it_is_in_ones_data_and_goes_with_the_account(self, client, practice, person):
        send(client, practice)
        reply(client, practice)
        rows = json.loads("".join(own_data.as_json(person)))["follow_ups"]
        assert [row["answer"] for row in rows] == [MORE]
        assert MORE in "".join(own_data.as_csv(person))
        person.delete()
        assert not FollowUp.objects.exists()
