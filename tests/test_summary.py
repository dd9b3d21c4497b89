"""The end of a sitting: what it amounts to, what comes next, and all of it on paper."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from interview import reviewing
from interview.models import Attempt, Interview, Slot
from interview.summary import summary_of
from interview.templatetags.viva import duration
from tests.attempts import START, grade_of, point, sitting
from tests.conftest import add_question
from tests.pages import Document

pytestmark = pytest.mark.django_db

NOW = START + dt.timedelta(minutes=30)


@pytest.fixture
def questions(question):
    return [question, add_question("什么是动量？"), add_question("什么是学习率？")]


@pytest.fixture
def interview(person, questions) -> Interview:
    return sitting(person, *questions, created_at=START, finished_at=NOW)


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


def answered(interview: Interview, number: int, score: float | None, *points, **fields) -> Attempt:
    slot = interview.slots.select_related("version").get(position=number - 1)
    slot.state, slot.score = Slot.State.ANSWERED, score
    slot.save()
    attempt = Attempt.objects.create(
        user=interview.user,
        slot=slot,
        version=slot.version,
        topic_name=slot.version.topic_name,
        answer="学习率决定步长。",
        score=score,
        grade=None if score is None else grade_of(score, points=list(points)),
        **{"created_at": START + dt.timedelta(minutes=number), **fields},
    )
    reviewing.record(attempt)
    return attempt


def skipped(interview: Interview, number: int, **fields) -> None:
    interview.slots.filter(position=number - 1).update(state=Slot.State.SKIPPED, **fields)


def read(client: Client, interview: Interview, name: str = "summary") -> Document:
    response = client.get(reverse(name, args=[interview.pk]))
    assert response.status_code == 200
    return Document(response.content.decode())


class TestFigures:
    def test_the_mean_is_over_what_was_graded(self, interview):
        answered(interview, 1, 80)
        answered(interview, 2, 41)
        skipped(interview, 3)
        found = summary_of(interview, NOW)
        assert (found.mean, found.answered, found.passed) == (60, 2, 1)
        assert [row.score for row in found.rows] == [80, 41, None]

    def test_without_any_answer_there_is_no_mean_and_no_sentence(self, interview):
        found = summary_of(interview, NOW)
        assert (found.mean, found.sentence, found.answered) == (None, None, 0)

    def test_of_several_tries_the_latest_counts_and_all_take_time(self, interview):
        answered(interview, 1, 30, seconds=60)
        answered(interview, 1, 90, seconds=30.4, created_at=NOW)
        row = summary_of(interview, NOW).rows[0]
        assert (row.score, row.tries, row.seconds) == (90, 2, 90.4)

    def test_time_at_a_skipped_question_counts(self, interview):
        answered(interview, 1, 50, seconds=100)
        skipped(interview, 2, seconds=20)
        assert summary_of(interview, NOW).seconds == 120

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (None, ""),
            (0.4, ""),
            (1, "1 s"),
            (59.7, "1 min"),
            (200, "3 min 20 s"),
            (3600, "1 h 0 min"),
            (3930, "1 h 5 min"),
        ],
    )
    def test_times_are_told_as_people_say_them(self, seconds, words):
        with override("en"):
            assert duration(seconds) == words


class TestPoints:
    def test_the_heaviest_said_and_the_heaviest_missed(self, interview):
        answered(
            interview,
            1,
            60,
            point("甲", "covered", 0.2),
            point("乙", "missed", 0.5),
            point("丙", "partly", 0.9),
        )
        answered(interview, 2, 60, point("丁", "covered", 0.6), point("戊", "missed", 0.4))
        found = summary_of(interview, NOW)
        assert [(p.text, p.row.number) for p in found.strong] == [("丁", 2), ("甲", 1)]
        assert [(p.text, p.row.number) for p in found.weak] == [("乙", 1), ("戊", 2)]

    def test_what_was_said_the_wrong_way_round_comes_first(self, interview):
        answered(interview, 1, 60, point("缺", "missed", 0.9), point("反", "contradicted", 0.1))
        assert [p.text for p in summary_of(interview, NOW).weak] == ["反", "缺"]

    def test_only_a_few_are_named_and_not_all_of_one_question(self, interview):
        for number in (1, 2, 3):
            many = [point(f"点{n}", "missed", 0.5 / number) for n in range(5)]
            answered(interview, number, 60, *many)
        assert [p.row.number for p in summary_of(interview, NOW).weak] == [1, 1, 2, 2]


class TestWhatComesNext:
    def test_below_the_pass_mark_and_skipped_is_missed(self, interview, questions):
        answered(interview, 1, 59)
        answered(interview, 2, 60)
        skipped(interview, 3)
        assert summary_of(interview, NOW).missed == [questions[0].pk, questions[2].pk]

    def test_one_button_practises_them(self, client, interview, questions):
        answered(interview, 1, 20)
        answered(interview, 2, 90)
        skipped(interview, 3)
        page = read(client, interview)
        named = [i["value"] for i in page.all("input") if i.get("name") == "question"]
        assert named == [str(questions[0].pk), str(questions[2].pk)]
        client.post(reverse("practise"), {"question": named})
        latest = Interview.objects.order_by("-created_at").first()
        assert {slot.question_id for slot in latest.slots.all()} == {int(pk) for pk in named}

    def test_without_anything_missed_there_is_no_such_button(self, client, interview):
        answered(interview, 1, 90)
        assert reverse("practise") not in [f["action"] for f in read(client, interview).all("form")]

    def test_every_answered_question_names_the_day_on_which_it_comes_back(self, interview):
        answered(interview, 1, 20)
        answered(interview, 2, 80)
        skipped(interview, 3)
        coming = summary_of(interview, NOW).coming
        days = [day for day, _rows in coming]
        assert days == sorted(days)
        assert [row.number for _day, rows in coming for row in rows] == [1, 2]

    def test_what_is_overdue_belongs_to_today(self, interview):
        answered(interview, 1, 20)
        later = NOW + dt.timedelta(days=400)
        assert [day for day, _rows in summary_of(interview, later).coming] == [later.date()]

    def test_a_question_that_is_gone_is_neither_due_nor_practised(self, interview, questions):
        answered(interview, 1, 20)
        questions[0].delete()
        found = summary_of(Interview.objects.get(), NOW)
        assert (found.missed, found.coming) == ([], [])
        assert found.rows[0].score == 20


class TestHeldBack:
    @pytest.fixture
    def mock(self, person, questions) -> Interview:
        return sitting(person, *questions, mode="mock", feedback="end")

    def test_nothing_of_a_grade_is_told_before_the_end(self, client, mock):
        answered(mock, 1, 10, point("缺", "missed"), seconds=90)
        found = summary_of(mock, NOW)
        assert (found.mean, found.strong, found.weak) == (None, [], [])
        assert (found.missed, found.coming) == ([], [])
        assert (found.answered, found.seconds) == (1, 90)
        assert "缺" not in "".join(read(client, mock).texts("main"))

    def test_nor_on_paper(self, client, mock):
        answered(mock, 1, 10)
        response = client.get(reverse("on_paper", args=[mock.pk]))
        assert response.headers["Location"] == reverse("summary", args=[mock.pk])


class TestPage:
    def test_each_question_with_its_score_verdict_mark_and_time(self, client, interview):
        answered(interview, 1, 72, seconds=200)
        interview.slots.filter(position=0).update(flagged=True)
        response = client.get(
            reverse("summary", args=[interview.pk]), headers={"Accept-Language": "en"}
        )
        row = Document(response.content.decode()).texts("li")[0]
        for told in ("72", "Good:", "marked", "3 min 20 s"):
            assert told in row

    def test_an_answer_that_waits_is_graded_on_the_way(self, client, interview, ready):
        answered(interview, 1, None)
        assert "data-result" not in "".join(read(client, interview).texts("main"))
        assert Attempt.objects.get().score is not None

    def test_one_that_cannot_be_graded_yet_says_so(self, client, interview):
        answered(interview, 1, None)
        response = client.get(
            reverse("summary", args=[interview.pk]), headers={"Accept-Language": "en"}
        )
        assert "waits for its grade" in response.content.decode()


class TestOnPaper:
    def test_everything_is_there_and_open(self, client, interview, questions):
        answered(interview, 1, 72, point("学习率决定步长", "covered"))
        skipped(interview, 2)
        page = read(client, interview, "on_paper")
        assert len(page.all("article")) == 3
        assert [d.get("class") for d in page.all("details")] == ["keysheet"]  # of the footer
        text = page.texts("article")
        for told in ("学习率决定步长。", "梯度下降", "72"):
            assert told in text[0]
        assert "动量把历史梯度做滑动平均" in text[1]  # skipped: the reference to learn from

    def test_the_reference_of_an_open_question_stays_closed(self, client, person, questions):
        begun = sitting(person, *questions)
        answered(begun, 1, 72)
        assert "动量把历史梯度做滑动平均" not in read(client, begun, "on_paper").texts("article")[1]

    def test_no_id_is_there_twice(self, client, interview):
        passages = [{"position": n, "verdict": "covered"} for n in range(3)]
        for number in (1, 2, 3):
            attempt = answered(interview, number, 72)
            attempt.grade["passages"] = passages
            attempt.save()
        page = read(client, interview, "on_paper")
        ids = [attributes["id"] for _tag, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert "passage--covered" in str(page.elements)

    @pytest.mark.parametrize("name", ["summary", "on_paper"])
    def test_a_stranger_gets_404(self, interview, stranger, client_of, name):
        assert client_of(stranger).get(reverse(name, args=[interview.pk])).status_code == 404
        assert Client().get(reverse(name, args=[interview.pk])).status_code == 302


def test_days_begin_at_the_persons_midnight(interview):
    answered(interview, 1, 20)
    due = reviewing.due_dates(interview.user, [interview.slots.get(position=0).question_id])
    [moment] = due.values()
    zone = zoneinfo.ZoneInfo("Pacific/Kiritimati")
    [(day, _rows)] = summary_of(interview, timezone.localtime(NOW, zone)).coming
    assert day == moment.astimezone(zone).date() != moment.date()
