"""What a person did: newest first, in numbers and as a picture, and nobody else's."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import pytest
from django.urls import reverse

from interview.history import (
    BOTTOM,
    CHART_POINTS,
    HEIGHT,
    LEFT,
    TOP,
    WIDTH,
    calendar,
    score_chart,
    topic_table,
)
from interview.models import Interview, Slot
from interview.weaknesses import weaknesses
from tests.attempts import START, attempted, point
from tests.conftest import add_question
from tests.pages import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_topic():
    return add_question("什么是进程？", "进程是资源分配的单位。", topic="操作系统")


@pytest.fixture
def history(person, client_of):
    def get(**query):
        return client_of(person).get(reverse("history"), query)

    return get


class TestChart:
    @pytest.mark.parametrize("count", [0, 1])
    def test_one_attempt_makes_no_line(self, person, question, count):
        for n in range(count):
            attempted(person, question, 50, n)
        assert score_chart(person) is None

    def test_time_runs_to_the_right_and_better_is_higher(self, person, question):
        for n, score in enumerate((0, 100, 50)):
            attempted(person, question, score, n)
        dots = score_chart(person).dots
        assert [dot.score for dot in dots] == [0, 100, 50]
        assert [dot.x for dot in dots] == sorted(dot.x for dot in dots)
        assert (dots[0].y, dots[1].y) == (HEIGHT - BOTTOM, TOP)
        assert dots[2].y == pytest.approx((TOP + HEIGHT - BOTTOM) / 2)

    def test_every_dot_lies_inside_the_drawing(self, person, question):
        for n in range(50):
            attempted(person, question, n * 2, n)
        chart = score_chart(person)
        assert len(chart.dots) == CHART_POINTS
        assert all(LEFT <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in chart.dots)

    def test_the_latest_are_shown(self, person, question):
        for n in range(CHART_POINTS + 5):
            attempted(person, question, n, n)
        assert [d.score for d in score_chart(person).dots] == list(range(5, CHART_POINTS + 5))

    def test_attempts_without_a_grade_yet_are_left_out(self, person, question):
        for n, score in enumerate((10, None, 20)):
            attempted(person, question, score, n)
        assert [dot.score for dot in score_chart(person).dots] == [10, 20]

    def test_the_line_goes_through_the_dots(self, person, question):
        for n in range(3):
            attempted(person, question, 10 * n, n)
        chart = score_chart(person)
        assert chart.line == " ".join(f"{dot.x},{dot.y}" for dot in chart.dots)


class TestTopics:
    def test_each_topic_with_its_figures_weakest_first(self, person, question, other_topic):
        for n, score in enumerate((90, 60)):
            attempted(person, question, score, n)
        attempted(person, add_question("什么是动量？"), 70, 3)
        attempted(person, other_topic, 30, 9)
        rows = topic_table(person)
        assert [(r.name, r.attempts, r.questions, r.best) for r in rows] == [
            ("操作系统", 1, 1, 30),
            ("优化", 3, 2, 90),
        ]
        # Of each question the latest score counts: 60 and 70.
        assert [row.mastery for row in rows] == [30, 65]

    def test_a_question_that_is_gone_still_counts(self, person, question):
        other = add_question("什么是动量？")
        for n, asked in enumerate((question, other, other)):
            attempted(person, asked, 50, n)
        question.delete()
        other.delete()
        row = topic_table(person)[0]
        assert (row.attempts, row.questions) == (3, 2)

    def test_an_attempt_stays_with_the_topic_it_was_asked_in(self, person, question, other_topic):
        attempted(person, question, 50)
        question.topic = other_topic.topic
        question.save()
        assert [row.name for row in topic_table(person)] == ["优化"]

    def test_other_people_do_not_count(self, person, stranger, question):
        attempted(stranger, question, 90)
        assert topic_table(person) == []


class TestCalendar:
    """START is a Thursday."""

    def practised(self, person, question, *days: int) -> None:
        for day in days:
            attempted(person, question, 50, 24 * day)

    @pytest.mark.parametrize(
        ("days", "today", "streak", "longest"),
        [
            ((0,), 0, 1, 1),
            ((0, 1, 2), 2, 3, 3),
            ((0, 1, 2), 3, 3, 3),  # today may still come
            ((0, 1, 2), 4, 0, 3),
            ((0, 1, 2, 5, 6), 6, 2, 3),
            ((0, 0, 0), 0, 1, 1),
        ],
    )
    def test_a_streak_is_days_in_a_row(self, person, question, days, today, streak, longest):
        self.practised(person, question, *days)
        made = calendar(person, START + dt.timedelta(days=today))
        assert (made.streak, made.longest) == (streak, longest)
        assert (made.active, made.answers) == (len(set(days)), len(days))

    def test_days_begin_at_the_persons_midnight(self, person, question):
        """Noon and 18 o'clock UTC are the same day here and two days in Shanghai."""
        attempted(person, question, 50, 0)
        attempted(person, question, 50, 6)
        evening = START + dt.timedelta(hours=7)
        assert calendar(person, evening).active == 1
        shanghai = evening.astimezone(zoneinfo.ZoneInfo("Asia/Shanghai"))
        assert calendar(person, shanghai).active == 2

    def test_the_drawing_ends_today_and_begins_on_a_monday(self, person, question):
        self.practised(person, question, 0)
        days = calendar(person, START).days
        assert days[0].date.weekday() == 0
        assert (days[-1].date, days[-1].answers) == (START.date(), 1)
        assert {day.x for day in days} == set(range(26))
        assert all(day.y == day.date.weekday() for day in days)

    def test_a_busier_day_is_drawn_larger(self, person, question):
        self.practised(person, question, 0, *[1] * 4, *[2] * 10)
        days = calendar(person, START + dt.timedelta(days=3)).days[-4:]
        assert [day.size for day in days] == [1, 2, 3, 0]
        widths = [day.width for day in days]
        assert widths[3] < widths[0] < widths[1] < widths[2]

    def test_there_is_none_before_the_first_answer(self, person, stranger, question):
        attempted(stranger, question)
        assert calendar(person, START) is None


class TestPage:
    def test_the_newest_comes_first(self, history, person, question):
        made = [attempted(person, question, 10 * n, n) for n in range(3)]
        assert [a.pk for a in history().context["attempts"]] == [a.pk for a in made[::-1]]
        assert [i.created_at for i in history().context["interviews"]] == [
            a.created_at for a in made[::-1]
        ]

    def test_each_can_be_opened_again(self, history, person, question, client_of):
        attempt = attempted(person, question, 70)
        html = history().content.decode()
        for address in (
            reverse("attempt", args=[attempt.pk]),
            reverse("summary", args=[attempt.slot.interview_id]),
        ):
            assert f'href="{address}"' in html
            assert client_of(person).get(address).status_code == 200

    def test_an_open_interview_leads_back_into_it(self, history, person, question):
        interview = Interview.objects.create(user=person, created_at=START)
        Slot.objects.create(interview=interview, position=0, version=question.version())
        assert reverse("resume", args=[interview.pk]) in history().content.decode()

    def test_of_many_answers_the_latest_are_shown(self, history, person, question):
        made = [attempted(person, question, n, n) for n in range(25)]
        assert [a.pk for a in history().context["attempts"]] == [a.pk for a in made[:14:-1]]

    def test_many_interviews_come_in_pages(self, history, person, question):
        made = [attempted(person, question, n, n).slot.interview for n in range(15)]
        seen = [i.pk for page in (1, 2) for i in history(sittings=page).context["interviews"]]
        assert seen == [interview.pk for interview in made[::-1]]

    @pytest.mark.parametrize("number", ["0", "-1", "999", "x", ""])
    def test_a_page_that_is_not_there_is_the_nearest_one(self, history, person, question, number):
        attempted(person, question, 50)
        assert history(sittings=number).status_code == 200

    def test_nothing_of_other_people_is_shown(self, history, person, stranger, question):
        theirs = attempted(stranger, question, 93, answer="别人的话")
        html = history().content.decode()
        assert str(theirs.pk) not in html
        assert str(theirs.slot.interview_id) not in html

    def test_a_newcomer_is_shown_the_way(self, history):
        response = history()
        assert response.status_code == 200
        assert reverse("home") in response.content.decode()

    def test_a_chart_tells_its_figures_to_those_who_cannot_see_it(self, history, person, question):
        for n in range(3):
            attempted(person, question, 40 + n, n)
        page = Document(history().content.decode())
        [chart] = [svg for svg in page.all("svg") if svg.get("class") == "chart"]
        assert chart.get("aria-label") or chart.get("aria-labelledby")
        dots = [title for title in page.texts("title") if question.title in title]
        assert [dot.split()[0] for dot in dots] == ["40", "41", "42"]

    def test_coordinates_have_points_in_every_language(self, person, client_of, question, settings):
        for n in range(3):
            attempted(person, question, 33.3 + n, n)
        settings.LANGUAGES = [*settings.LANGUAGES, ("de", "Deutsch")]
        html = client_of(person).get(reverse("history"), headers={"Accept-Language": "de"})
        assert 'lang="de"' in html.content.decode()
        places = re.findall(r"translate\(([^)]*)\)", html.content.decode())
        assert len(places) == 3
        assert all(re.fullmatch(r"\d+ \d+", place) for place in places)


class TestResultsHeldBack:
    """A mock interview with its results at the end: until then nothing of them is told or counted."""

    @pytest.fixture
    def held(self, person, question):
        attempted(person, question, 40, 0)
        attempt = attempted(person, add_question("什么是动量？", topic="别的"), 97, 1)
        attempt.grade["points"] = [point("缺的", "missed")]
        attempt.save()
        again = attempted(person, attempt.version.question, 96, 2)
        again.grade["points"] = [point("缺的", "missed")]
        again.save()
        for row in (attempt, again):
            self.sitting_of(row, finished_at=None)
        return attempt

    def sitting_of(self, attempt, **fields) -> None:
        Interview.objects.filter(pk=attempt.slot.interview_id).update(
            mode="mock", feedback="end", **fields
        )

    def test_neither_the_chart_nor_topics_nor_weaknesses_know_them(self, person, held):
        assert score_chart(person) is None
        assert [row.name for row in topic_table(person)] == ["优化"]
        assert weaknesses(person) == []

    def test_the_page_says_that_they_come(self, history, held):
        page = Document(history().content.decode())
        shown = [s for s in page.all("span") if s.get("class", "").startswith("score ")]
        assert [s["class"] for s in shown] == ["score score--middling"] * 2  # answer and sitting
        assert "97" not in "".join(page.texts("main"))

    def test_the_search_by_score_does_not_find_them(self, client_of, person, held):
        answers = client_of(person).get(reverse("answers"), {"score": "good"})
        assert list(answers.context["attempts"]) == []

    def test_nor_does_the_start_page_count_them(self, client_of, person, held):
        standing = client_of(person).get(reverse("home")).context["standing"]
        assert standing[held.version.question.topic_id] is None

    def test_at_the_end_they_are_there(self, history, person, held):
        Interview.objects.update(finished_at=START)
        assert len(score_chart(person).dots) == 3
        assert "97" in "".join(Document(history().content.decode()).texts("main"))
        assert weaknesses(person)[0].topic == "别的"

    def test_a_sitting_with_feedback_after_each_answer_counts_at_once(self, person, held):
        Interview.objects.update(feedback="each")
        assert len(score_chart(person).dots) == 3
