"""Objecting to a grade, reporting a question, and what staff decide."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from interview import answering, disputes, grader
from interview.disputes import NotDecided, as_one_line
from interview.models import Attempt, Report
from tests.attempts import START, attempted

pytestmark = pytest.mark.django_db

ANSWER = "把山谷想成地形，每次朝最陡的下坡走一小步。"
QUEUE = "admin:interview_report_changelist"


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


@pytest.fixture
def attempt(person, question, ready) -> Attempt:
    made = attempted(person, question, None, answer=ANSWER)
    answering.grade_attempt(made)
    return made


@pytest.fixture
def report(attempt) -> Report:
    return disputes.raise_report(attempt, "grade", "说得对，只是换了说法", now=START, own_rating=80)


class TestDispute:
    def test_the_own_rating_and_a_sentence_are_kept_beside_the_grade(self, client, attempt):
        data = {"own_rating": 80, "text": "说得对"}
        response = client.post(reverse("dispute", args=[attempt.pk]), data, follow=True)
        kept = Report.objects.get()
        assert (kept.kind, kept.own_rating, kept.text) == ("grade", 80, "说得对")
        assert (kept.score_before, kept.state) == (attempt.score, "open")
        assert "说得对" in response.content.decode()

    @pytest.mark.parametrize(
        "change", [{"own_rating": "101"}, {"own_rating": "-1"}, {"own_rating": ""}, {"text": " "}]
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(self, client, attempt, change):
        data = {"own_rating": "80", "text": "我的理由"} | change
        response = client.post(reverse("dispute", args=[attempt.pk]), data)
        html = response.content.decode()
        assert response.status_code == 422
        assert 'class="error"' in html
        assert all(value in html for value in data.values() if value.strip())
        assert not Report.objects.exists()

    def test_a_question_is_reported_with_a_reason(self, client, attempt):
        data = {"reason": "unclear", "text": "哪一种？"}
        client.post(reverse("report_question", args=[attempt.pk]), data)
        kept = Report.objects.get()
        assert (kept.kind, kept.reason, kept.own_rating) == ("question", "unclear", None)

    @pytest.mark.parametrize("reason", ["", "x"])
    def test_without_a_reason_it_is_refused(self, client, attempt, reason):
        data = {"reason": reason, "text": "哪一种？"}
        response = client.post(reverse("report_question", args=[attempt.pk]), data)
        assert response.status_code == 422
        assert "哪一种？" in response.content.decode()

    def test_said_again_it_replaces_what_is_open_and_not_what_is_decided(self, report, staff):
        again = {"now": START, "own_rating": 90}
        disputes.raise_report(report.attempt, "grade", "再说一次", **again)
        report.refresh_from_db()
        assert (report.text, report.own_rating) == ("再说一次", 90)
        disputes.decline(report, staff, now=START, note="不对")
        disputes.raise_report(report.attempt, "grade", "第三次", **again)
        assert Report.objects.get().text == "再说一次"

    @pytest.mark.parametrize("name", ["dispute", "report_question"])
    def test_a_stranger_gets_404(self, attempt, stranger, client_of, name):
        data = {"own_rating": 80, "reason": "other", "text": "x"}
        address = reverse(name, args=[attempt.pk])
        assert client_of(stranger).post(address, data).status_code == 404
        assert not Report.objects.exists()

    @pytest.mark.parametrize("name", ["dispute", "report_question"])
    def test_a_get_leads_to_the_attempt(self, client, attempt, name):
        response = client.get(reverse(name, args=[attempt.pk]))
        assert response.headers["Location"] == reverse("attempt", args=[attempt.pk])


class TestAccept:
    def test_the_answer_is_an_accepted_one_and_the_attempt_graded_anew(self, report, staff):
        before = report.score_before
        disputes.accept(report, staff, now=START)
        attempt = Attempt.objects.get()
        assert attempt.version.question.accepted == [ANSWER]
        assert attempt.score > before
        assert "accepted" in attempt.grade["flags"]
        assert attempt.slot.score == attempt.score
        report.refresh_from_db()
        assert (report.state, report.decided_by, report.score_before) == ("accepted", staff, before)

    def test_a_later_answer_like_it_scores_accordingly(self, report, staff, stranger, question):
        similar = "想象山谷地形，每次朝着最陡的下坡方向走一小步。"
        before = grader.grade_answer(question, similar).score
        disputes.accept(report, staff, now=START)
        later = attempted(stranger, question, None, answer=similar)
        answering.grade_attempt(later)
        assert later.score > before

    def test_the_review_follows_the_new_grade(self, report, staff):
        before = report.attempt.review.proposed
        disputes.accept(report, staff, now=START)
        assert Attempt.objects.get().review.proposed > before

    def test_an_answer_to_an_earlier_wording_counts_too(self, report, staff, question):
        question.refresh_from_db()
        question.title, question.body = "梯度下降是什么？", "全新的参考答案，说的是别的。"
        question.save()
        fresh = Report.objects.get()
        disputes.accept(fresh, staff, now=START)
        attempt = Attempt.objects.get()
        assert attempt.version.title == "什么是梯度下降？"
        assert "accepted" in attempt.grade["flags"]

    def test_the_wording_and_its_versions_stay(self, report, staff, question):
        version = question.version()
        disputes.accept(report, staff, now=START)
        question.refresh_from_db()
        assert question.version() == version
        assert question.versions.count() == 1

    def test_twice_is_refused_and_kept_once(self, report, staff, question):
        disputes.accept(report, staff, now=START)
        with pytest.raises(NotDecided, match="closed"):
            disputes.accept(report, staff, now=START)
        question.refresh_from_db()
        assert len(question.accepted) == 1

    def test_of_a_question_that_is_gone_nothing_can_be_accepted(self, report, staff, question):
        question.delete()
        with pytest.raises(NotDecided, match="gone"):
            disputes.accept(Report.objects.get(), staff, now=START)
        assert Report.objects.get().state == "open"

    def test_nor_while_the_grader_loads(self, report, staff, question, monkeypatch):
        monkeypatch.setattr(grader, "_tools", None)
        with pytest.raises(NotDecided, match="loading"):
            disputes.accept(report, staff, now=START)
        question.refresh_from_db()
        assert question.accepted == []

    @pytest.mark.parametrize(
        ("answer", "line"),
        [
            ("一句话。", "一句话。"),
            ("- 第一点\n- 第二点。\n\n3. 第三点", "第一点； 第二点。 第三点"),
            ("one\r\n* two  three", "one; two three"),
        ],
    )
    def test_it_is_kept_as_one_line(self, answer, line):
        assert as_one_line(answer) == line


class TestQueue:
    def test_staff_see_all_it_takes_to_decide(self, report, staff, client_of):
        html = client_of(staff).get(reverse(QUEUE)).content.decode()
        for wanted in (report.attempt.version.title, "最陡的下坡", "学习率", report.text, "80"):
            assert wanted in html

    def decide(self, client: Client, report: Report, **data: str):
        address = reverse("admin:interview_report_decide", args=[report.pk])
        return client.post(address, data, follow=True)

    def test_accepting_there(self, report, staff, client_of):
        self.decide(client_of(staff), report, accept="1")
        report.refresh_from_db()
        assert report.state == "accepted"
        assert report.text not in client_of(staff).get(reverse(QUEUE)).content.decode()
        assert report.text in client_of(staff).get(reverse(QUEUE) + "?decided").content.decode()

    def test_declining_needs_a_note_that_the_person_reads(self, report, staff, client_of, client):
        self.decide(client_of(staff), report, decline="1", note=" ")
        report.refresh_from_db()
        assert report.state == "open"
        self.decide(client_of(staff), report, decline="1", note="方向说反了")
        page = client.get(reverse("attempt", args=[report.attempt_id])).content.decode()
        assert "方向说反了" in page

    def test_what_cannot_be_decided_is_said(self, report, staff, client_of, question):
        question.delete()
        response = self.decide(client_of(staff), report, accept="1")
        assert 'class="error"' in response.content.decode()

    def test_only_those_who_may_change_questions_decide(self, report, client_of, client):
        reader = User.objects.create_user("reader", password="x", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_report"))
        assert client_of(reader).get(reverse(QUEUE)).status_code == 200
        address = reverse("admin:interview_report_decide", args=[report.pk])
        assert client_of(reader).post(address, {"accept": "1"}).status_code == 403
        assert client.post(address, {"accept": "1"}).status_code == 302  # to the sign-in page
        report.refresh_from_db()
        assert report.state == "open"

    def test_more_reports_cost_no_more_queries(
        self, person, question, staff, client_of, django_assert_max_num_queries
    ):
        for n in range(8):
            attempt = attempted(person, question, 50, n)
            disputes.raise_report(attempt, "grade", "x", now=START, own_rating=80)
        client = client_of(staff)
        client.get(reverse(QUEUE))
        with django_assert_max_num_queries(6):
            client.get(reverse(QUEUE))


class TestNews:
    """A decision is told on the start page until the person has looked at it."""

    @pytest.fixture
    def titles(self, client):
        return lambda: [r.attempt.version.title for r in client.get("/").context["decided"]]

    def test_what_is_open_is_no_news(self, titles, report):
        assert titles() == []

    @pytest.mark.parametrize("accepted", [True, False])
    def test_a_decision_is_until_the_result_was_looked_at(
        self, client, titles, report, staff, accepted
    ):
        if accepted:
            disputes.accept(report, staff, now=START, note="对")
        else:
            disputes.decline(report, staff, now=START, note="不对")
        assert titles() == [report.attempt.version.title]
        address = reverse("attempt", args=[report.attempt_id])
        assert address in client.get("/").content.decode()
        client.get(address)
        assert titles() == []

    def test_looking_before_the_decision_does_not_hide_it(self, client, titles, report, staff):
        client.get(reverse("attempt", args=[report.attempt_id]))
        disputes.decline(report, staff, now=START, note="不对")
        assert len(titles()) == 1

    def test_nobody_else_hears_of_it(self, client_of, stranger, report, staff):
        disputes.decline(report, staff, now=START, note="不对")
        assert list(client_of(stranger).get("/").context["decided"]) == []

    def test_filing_one_says_where_the_answer_will_be(self, client, attempt):
        data = {"own_rating": 80, "text": "说得对"}
        response = client.post(
            reverse("dispute", args=[attempt.pk]),
            data,
            follow=True,
            headers={"Accept-Language": "en"},
        )
        assert "the start page tells you" in response.content.decode()
