"""The page of what is due, and the rating row of a result."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from interview import reviewing
from interview.models import Interview, ReviewCard, ReviewLog
from interview.reviewing import Rating
from tests.attempts import attempted
from tests.conftest import add_question
from tests.pages import Document

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


@pytest.fixture
def attempt(person, question):
    """A failed answer of long ago: its question is due."""
    made = attempted(person, question, 30)
    reviewing.record(made)
    return made


class TestPage:
    def test_it_tells_what_is_due_what_is_new_and_what_was_done(self, client, attempt):
        add_question("另一题？")
        response = client.get(reverse("review"))
        day = response.context["today"]
        assert (day.due, day.new, day.done) == (1, 1, 0)
        assert attempt.version.title in response.content.decode()

    def test_starting_asks_what_is_due_in_a_review(self, client, person, attempt, question):
        response = client.post(reverse("review_start"), follow=True)
        sitting = Interview.objects.get(mode=Interview.Mode.REVIEW)
        assert response.redirect_chain[-1][0] == reverse("slot", args=[sitting.pk, 1])
        assert [slot.question for slot in sitting.slots.all()] == [question]

    def test_a_review_of_today_is_gone_on_with(self, client, attempt):
        for _ in range(2):
            client.post(reverse("review_start"))
        assert Interview.objects.filter(mode=Interview.Mode.REVIEW).count() == 1

    def test_with_nothing_to_review_one_stays_where_one_is(self, client):
        response = client.post(reverse("review_start"))
        assert response.headers["Location"] == reverse("review")
        assert not Interview.objects.exists()
        assert reverse("home") in client.get(reverse("review")).content.decode()

    def test_a_get_changes_nothing(self, client, attempt):
        assert client.get(reverse("review_start")).headers["Location"] == reverse("review")
        assert not Interview.objects.filter(mode=Interview.Mode.REVIEW).exists()

    def test_signing_in_comes_first(self, db):
        response = Client().get(reverse("review"))
        assert response.headers["Location"].startswith(reverse("login"))

    def test_what_is_due_is_shown_on_the_start_page(self, client, attempt):
        page = Document(client.get(reverse("home")).content.decode())
        assert reverse("review_start") in [form.get("action") for form in page.all("form")]

    def test_and_nothing_where_nothing_is(self, client, person, question):
        page = Document(client.get(reverse("home")).content.decode())
        assert reverse("review_start") not in [form.get("action") for form in page.all("form")]

    def test_nothing_of_other_people_is_due(self, attempt, stranger, client_of):
        response = client_of(stranger).get(reverse("review"))
        assert response.context["today"].due == 0
        assert not list(response.context["cards"])


class TestZone:
    @pytest.mark.parametrize(
        ("zone", "hour"), [("Asia/Shanghai", 20), ("../../etc/passwd", 12), ("", 12)]
    )
    def test_the_browsers_zone_decides_what_a_day_is(self, client, zone, hour):
        client.cookies["viva-zone"] = zone
        noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
        seen = []
        original = timezone.localtime
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "localtime", lambda: seen.append(original(noon)) or seen[0])
            client.get(reverse("review"))
        assert seen[0].hour == hour


class TestRating:
    def test_the_four_ratings_are_offered_the_proposed_one_chosen(self, client, attempt):
        page = Document(client.get(reverse("attempt", args=[attempt.pk])).content.decode())
        buttons = [b for b in page.all("button") if b.get("name") == "rating"]
        assert [b["value"] for b in buttons] == ["1", "2", "3", "4"]
        assert [b["aria-pressed"] for b in buttons] == ["true", "false", "false", "false"]

    def test_choosing_another_changes_the_day(self, client, attempt):
        before = ReviewCard.objects.get().due
        response = client.post(reverse("rate", args=[attempt.pk]), {"rating": "4"})
        assert response.headers["Location"] == reverse("attempt", args=[attempt.pk])
        assert ReviewLog.objects.get().rating == Rating.EASY
        assert ReviewCard.objects.get().due > before

    def test_from_within_a_sitting_one_comes_back_to_it(self, client, attempt):
        data = {"rating": "2", "slot": "1"}
        response = client.post(reverse("rate", args=[attempt.pk]), data)
        assert response.headers["Location"] == reverse("slot", args=[attempt.slot.interview_id, 1])

    def test_htmx_gets_the_row_alone(self, client, attempt):
        data, headers = {"rating": "3"}, {"HX-Request": "true"}
        html = client.post(reverse("rate", args=[attempt.pk]), data, headers=headers)
        page = Document(html.content.decode())
        assert not page.all("html")
        chosen = [b["value"] for b in page.all("button") if b.get("aria-pressed") == "true"]
        assert chosen == ["3"]

    @pytest.mark.parametrize("rating", ["", "0", "5", "x", "3.0"])
    def test_a_rating_that_there_is_not_changes_nothing(self, client, attempt, rating):
        client.post(reverse("rate", args=[attempt.pk]), {"rating": rating})
        assert ReviewLog.objects.get().rating == Rating.AGAIN

    def test_a_stranger_gets_404(self, attempt, stranger, client_of):
        address = reverse("rate", args=[attempt.pk])
        assert client_of(stranger).post(address, {"rating": "4"}).status_code == 404
        assert ReviewLog.objects.get().rating == Rating.AGAIN

    def test_a_get_leads_to_the_attempt(self, client, attempt):
        response = client.get(reverse("rate", args=[attempt.pk]))
        assert response.headers["Location"] == reverse("attempt", args=[attempt.pk])


def test_an_answer_counts_as_soon_as_it_is_graded(client, person, question, ready):
    client.post(reverse("start"), {"count": 1})
    sitting = Interview.objects.get()
    client.post(reverse("answer", args=[sitting.pk, 1]), {"answer": "不知道"})
    log = ReviewLog.objects.get()
    assert log.rating == Rating.AGAIN
    assert log.card.due == log.reviewed_at + dt.timedelta(days=1)


def test_more_cards_cost_no_more_queries(client, person, question, django_assert_max_num_queries):
    for n in range(30):
        reviewing.record(attempted(person, add_question(f"题{n}？", "短。"), 30, n))
    client.get(reverse("review"))
    with django_assert_max_num_queries(11):
        client.get(reverse("review"))
