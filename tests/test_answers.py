"""One's own answers: found again by words, topic, score, date and mode."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from interview.filtering import AROUND, excerpt
from interview.models import FollowUp, Interview
from tests.attempts import attempted
from tests.conftest import add_question
from tests.pages import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(person, client_of):
    client = client_of(person)

    def get(**query):
        response = client.get(reverse("answers"), query)
        assert response.status_code == 200
        return response

    return get


def found(response) -> list[str]:
    return [attempt.answer for attempt, _ in response.context["rows"]]


@pytest.fixture
def three(person, question):
    """甲 (30, a day before), 乙 (55), 丙 (90, a review in another topic)."""
    attempted(person, question, 30, -24, answer="甲：学习率太大会震荡")
    attempted(person, question, 55, 0, answer="乙：Momentum 减少震荡")
    other = add_question("什么是进程？", topic="操作系统")
    attempt = attempted(person, other, 90, 1, answer="丙：100% 资源_分配")
    Interview.objects.filter(slots__attempts=attempt).update(mode=Interview.Mode.REVIEW)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ({}, "丙乙甲"),
            ({"q": "震荡"}, "乙甲"),
            ({"q": "momentum"}, "乙"),
            ({"q": "震荡 学习率"}, "甲"),
            ({"q": "进程"}, "丙"),  # a word of the question
            ({"q": "100%"}, "丙"),
            ({"q": "%"}, "丙"),
            ({"q": "_"}, "丙"),
            ({"q": "没有的词"}, ""),
            ({"topic": "优化"}, "乙甲"),
            ({"score": "poor"}, "甲"),
            ({"score": "middling"}, "乙"),
            ({"score": "good"}, "丙"),
            ({"mode": "review"}, "丙"),
            ({"mode": "practice"}, "乙甲"),
            ({"since": "2026-01-01"}, "丙乙"),
            ({"until": "2025-12-31"}, "甲"),
            ({"since": "2026-01-01", "until": "2026-01-01", "score": "good"}, "丙"),
        ],
    )
    def test_each_narrows_the_list(self, three, find, query, wanted):
        assert "".join(answer[0] for answer in found(find(**query))) == wanted

    @pytest.mark.parametrize(
        "query", [{"since": "gestern"}, {"score": "x"}, {"topic": "没有"}, {"mode": "x"}]
    )
    def test_what_cannot_be_read_is_said_and_filters_nothing(self, three, find, query):
        response = find(**query)
        assert len(found(response)) == 3
        assert 'class="error"' in response.content.decode()

    def test_a_day_is_the_persons_day(self, three, find, person, client_of):
        client = client_of(person)
        client.cookies["viva-zone"] = "Pacific/Auckland"  # noon UTC is past midnight there
        response = client.get(reverse("answers"), {"since": "2026-01-02"})
        assert "".join(answer[0] for answer in found(response)) == "丙乙"

    def test_what_was_said_to_a_follow_up_is_found_and_shown(self, person, question, find):
        attempt = attempted(person, question, 50, answer="甲")
        FollowUp.objects.create(attempt=attempt, text="？", point="x", answer="丁：自旋锁")
        response = find(q="自旋锁")
        assert found(response) == [attempt.answer]
        assert '<mark class="found">自旋锁</mark>' in response.content.decode()

    def test_nothing_of_other_people_is_found(self, three, stranger, client_of):
        response = client_of(stranger).get(reverse("answers"), {"q": "震荡"})
        assert found(response) == []
        assert "操作系统" not in response.content.decode()


class TestPages:
    def test_pages_keep_what_was_asked_for(self, person, question, find):
        for n in range(45):
            attempted(person, question, 50, n, answer="震荡")
        page = Document(find(q="震荡", page=2).content.decode())
        links = {link["rel"]: link["href"] for link in page.all("a") if "rel" in link}
        assert links == {
            "prev": "?q=%E9%9C%87%E8%8D%A1&page=1",
            "next": "?q=%E9%9C%87%E8%8D%A1&page=3",
        }

    def test_every_answer_is_on_one_page(self, person, question, find):
        made = [attempted(person, question, n, n, answer=f"{n}") for n in range(25)]
        seen = found(find()) + found(find(page=2))
        assert seen == [attempt.answer for attempt in made[::-1]]

    def test_long_answers_and_grades_are_not_read_for_the_list(self, person, question, find):
        attempted(person, question, 50)
        [(attempt, _)] = find().context["rows"]
        assert {"grade"} <= attempt.get_deferred_fields()

    def test_signing_in_comes_first(self, db):
        response = Client().get(reverse("answers"))
        assert response.headers["Location"].startswith(reverse("login"))


class TestExcerpt:
    def test_the_first_hit_with_what_stands_around_it(self):
        text = "头" * 100 + "动量" + "尾" * 100
        pieces = excerpt(text, ["动量"])
        assert pieces == [
            ("…", False),
            ("头" * AROUND, False),
            ("动量", True),
            ("尾" * AROUND, False),
            ("…", False),
        ]

    def test_every_word_in_it_is_marked_whatever_its_case(self):
        assert excerpt("Adam 和动量", ["adam", "动量"]) == [
            ("Adam", True),
            (" 和", False),
            ("动量", True),
        ]

    @pytest.mark.parametrize("words", [[], ["没有"]])
    def test_without_a_hit_there_is_none(self, words):
        assert excerpt("动量", words) == []

    def test_markup_in_an_answer_is_shown_as_text(self, person, question, find):
        attempted(person, question, 50, answer="<b>动量</b><script>x</script>")
        html = find(q="动量").content.decode()
        assert "&lt;b&gt;" in html and "<script>x" not in html
