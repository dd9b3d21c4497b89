"""One's settings, one's data as files, and leaving."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import reverse

from interview import own_data, reviewing
from interview.models import Attempt, Interview, Preferences
from knowledge.models import Question
from tests.attempts import attempted
from tests.pages import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


def body(response) -> str:
    return b"".join(response.streaming_content).decode()


class TestSettings:
    def test_the_daily_limit_is_kept(self, client, person):
        response = client.post(reverse("account"), {"daily_limit": 25}, follow=True)
        assert Preferences.of(person).daily_limit == 25
        assert 'role="status"' in response.content.decode()

    @pytest.mark.parametrize("limit", ["0", "-1", "101", "x", ""])
    def test_a_limit_that_makes_no_sense_is_refused_with_a_reason(self, client, person, limit):
        response = client.post(reverse("account"), {"daily_limit": limit})
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
        assert not Preferences.objects.exists()

    def test_everybody_has_settings_of_their_own(self, client, stranger):
        client.post(reverse("account"), {"daily_limit": 25})
        assert Preferences.of(stranger).daily_limit == 10

    @pytest.mark.parametrize(
        "name", ["account", "change_password", "export_csv", "export_json", "leave"]
    )
    def test_signing_in_comes_first(self, name):
        response = Client().get(reverse(name))
        assert response.headers["Location"].startswith(reverse("login"))


class TestPassword:
    NEW = {"new_password1": "another phrase 9", "new_password2": "another phrase 9"}

    def test_it_changes_and_one_stays_signed_in(self, client, person):
        data = {"old_password": "correct horse", **self.NEW}
        response = client.post(reverse("change_password"), data)
        assert response.headers["Location"] == reverse("account")
        person.refresh_from_db()
        assert person.check_password("another phrase 9")
        assert client.get(reverse("account")).status_code == 200

    @pytest.mark.parametrize(
        "change",
        [{"old_password": "wrong"}, {"new_password2": "other 99"}, {"new_password1": "1"}],
        ids=["old one wrong", "differ", "weak"],
    )
    def test_otherwise_it_stays_and_it_says_why(self, client, person, change):
        data = {"old_password": "correct horse", **self.NEW} | change
        response = client.post(reverse("change_password"), data)
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
        person.refresh_from_db()
        assert person.check_password("correct horse")


class TestTable:
    def rows(self, client) -> list[dict[str, str]]:
        text = body(client.get(reverse("export_csv")))
        assert text.startswith("\ufeff")
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))

    def test_one_line_an_attempt_oldest_first(self, client, person, question):
        later = attempted(person, question, 62.5, 2, answer='她说："动量",\n第二行')
        earlier = attempted(person, question, None, 1)
        reviewing.record(later)
        rows = self.rows(client)
        assert [row["attempt"] for row in rows] == [str(earlier.pk), str(later.pk)]
        assert rows[1] == {
            "answered_at": "2026-01-01T14:00:00+00:00",
            "mode": "practice",
            "topic": "优化",
            "question": question.title,
            "score": "62.5",
            "rating": "hard",
            "answer": '她说："动量",\n第二行',
            "grader": "test",
            "follow_up": "",
            "follow_up_answer": "",
            "attempt": str(later.pk),
        }
        assert (rows[0]["score"], rows[0]["rating"]) == ("", "")

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
    def test_no_cell_is_a_formula(self, client, person, question, start):
        attempted(person, question, 50, answer=start + "1+1")
        assert self.rows(client)[0]["answer"] == "'" + start + "1+1"

    def test_it_is_a_file_with_a_name_that_no_cache_keeps(self, client):
        response = client.get(reverse("export_csv"))
        assert response.headers["Content-Disposition"].startswith('attachment; filename="viva-')
        assert "no-store" in response.headers["Cache-Control"]

    def test_more_attempts_cost_no_more_queries(
        self, client, person, question, django_assert_num_queries
    ):
        for n in range(10):
            attempted(person, question, 50, n)
        with django_assert_num_queries(1):
            assert len(list(own_data.as_csv(person))) == 11


class TestEverything:
    def read(self, client) -> dict:
        return json.loads(body(client.get(reverse("export_json"))))

    def test_somebody_without_anything_gets_a_whole_file(self, client):
        found = self.read(client)
        assert found["person"]["name"] == "ming"
        assert found["attempts"] == []

    def test_every_row_with_every_field(self, client, person, question):
        world = World(person, question)
        found = self.read(client)
        [attempt] = [a for a in found["attempts"] if a["id"] == str(world.graded.pk)]
        assert attempt["answer"] == world.graded.answer
        assert attempt["grade"] == world.graded.grade
        assert "想到一半" in [slot["draft"] for slot in found["slots"]]
        assert found["review_logs"][0]["attempt_id"] == str(world.graded.pk)
        assert found["questions_as_asked"][0]["body"] == question.body

    def test_the_chosen_topics_are_named(self, client, person, question):
        client.post(reverse("start"), {"count": 1, "topics": [question.topic_id]})
        assert self.read(client)["interviews"][0]["topics"] == ["优化"]

    def test_no_kind_of_row_is_forgotten(self, person):
        """Every model here that reaches a person by its keys is in the file."""

        def reaches(model, seen=()) -> bool:
            targets = [
                f.related_model
                for f in model._meta.concrete_fields
                if isinstance(f, models.ForeignKey) and f.related_model not in seen
            ]
            return User in targets or any(
                reaches(t, (*seen, model)) for t in targets if t._meta.app_label == "interview"
            )

        exported = {rows.model for rows in own_data.sections(person).values()}
        own = {m for m in apps.get_app_config("interview").get_models() if reaches(m)}
        assert own - exported == set()

    def test_nothing_of_other_people(self, client, person, stranger, question):
        World(stranger, question)
        found = self.read(client)
        kinds = [name for name, rows in found.items() if isinstance(rows, list) and rows]
        assert kinds == []

    def test_more_rows_cost_no_more_queries(self, person, question, django_assert_max_num_queries):
        for n in range(10):
            attempted(person, question, 50, n)
        with django_assert_max_num_queries(11):
            list(own_data.as_json(person))


class TestLeaving:
    def test_the_password_confirms_it_and_nothing_stays(self, client, person, stranger, question):
        World(person, question)
        kept = attempted(stranger, question, 50)
        response = client.post(reverse("leave"), {"password": "correct horse"}, follow=True)
        assert response.redirect_chain[-1][0] == reverse("home")
        assert 'role="status"' in response.content.decode()
        assert not User.objects.filter(pk=person.pk).exists()
        assert list(Attempt.objects.all()) == [kept]
        assert Interview.objects.count() == 1
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize("password", ["", "wrong"])
    def test_without_it_nothing_happens(self, client, person, question, password):
        attempted(person, question, 50)
        response = client.post(reverse("leave"), {"password": password})
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
        assert Attempt.objects.of(person).count() == 1
        assert client.get(reverse("account")).status_code == 200

    def test_looking_at_the_page_deletes_nothing(self, client, person):
        assert client.get(reverse("leave")).status_code == 200
        assert User.objects.filter(pk=person.pk).exists()

    def test_an_author_may_leave_and_the_bank_stays(self, staff, client_of, question):
        client_of(staff).post(reverse("leave"), {"password": "correct horse"})
        assert not User.objects.filter(pk=staff.pk).exists()
        assert Question.objects.filter(pk=question.pk).exists()
