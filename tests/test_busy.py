"""More people than the machine can serve: everyone is told the truth, nothing typed is lost."""

from __future__ import annotations

import sqlite3
import threading
import uuid

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from interview import answering
from interview.models import Attempt
from interview.turns import Turns
from tests.attempts import sitting
from tests.test_interview import ANSWER


@pytest.fixture
def client(person, client_of):
    return client_of(person)


@pytest.fixture
def address(question, person):
    interview = sitting(person, question)
    return lambda name: reverse(name, args=[interview.pk, 1])


def send(client, address, htmx=True):
    data = {"answer": ANSWER, "submission": str(uuid.uuid4())}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(address("answer"), data, headers=headers)


class TestGrading:
    @pytest.fixture
    def crowd(self, monkeypatch):
        """All turns are taken, and the line is full."""
        turns = Turns(1, 0)
        monkeypatch.setattr(answering, "_turns", turns)
        with turns.take():
            yield

    @pytest.fixture
    def english(self, client):
        client.cookies["django_language"] = "en"

    @pytest.mark.django_db
    def test_past_the_line_the_answer_is_kept_and_the_page_asks_again(
        self, client, address, ready, crowd, english
    ):
        response = send(client, address)
        html = response.content.decode()
        attempt = Attempt.objects.get()
        assert response.status_code == 200
        assert (attempt.answer, attempt.score) == (ANSWER, None)
        assert "Many people are answering right now" in html
        assert "Your answer is saved" in html
        assert f'hx-get="{reverse("attempt", args=[attempt.pk])}" hx-trigger="every 4s"' in html

    @pytest.mark.django_db
    def test_without_javascript_it_is_the_same_page(self, client, address, ready, crowd, english):
        page = client.get(send(client, address, htmx=False).headers["Location"]).content.decode()
        assert "Many people are answering right now" in page
        assert "Look again" in page

    @pytest.mark.django_db
    def test_when_the_crowd_is_gone_the_result_is_there(self, client, address, ready, monkeypatch):
        turns = Turns(1, 0)
        monkeypatch.setattr(answering, "_turns", turns)
        with turns.take():
            send(client, address)
        attempt = Attempt.objects.get()
        assert 'class="ring"' in client.get(reverse("attempt", args=[attempt.pk])).content.decode()
        attempt.refresh_from_db()
        assert attempt.score is not None

    @pytest.mark.django_db
    def test_two_who_ask_for_one_result_grade_it_once(self, client, address, ready, monkeypatch):
        send(client, address)
        stale = Attempt.objects.get()
        stale.score = None  # read before the other request was done
        monkeypatch.setattr(answering, "_grade", lambda _: pytest.fail("graded twice"))
        answering.grade_attempt(stale)
        assert stale.score is not None


class TestDatabase:
    @pytest.fixture
    def client(self, client):
        client.raise_request_exception = False
        client.cookies["django_language"] = "en"
        return client

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "message",
        ["database is locked", "database or disk is full", "server closed the connection"],
    )
    def test_what_cannot_be_saved_is_said_so_and_not_as_a_defect(
        self, client, address, monkeypatch, message
    ):
        def refuse(*_args, **_options):
            raise OperationalError(message)

        monkeypatch.setattr(answering, "submit", refuse)
        response = send(client, address)
        assert response.status_code == 503
        assert int(response.headers["Retry-After"]) > 0
        assert "Nothing can be saved at the moment" in response.content.decode()
        assert message not in response.content.decode()

    @pytest.mark.django_db
    def test_a_defect_is_still_one(self, client, address, monkeypatch):
        monkeypatch.setattr(answering, "submit", lambda *_a, **_k: 1 / 0)
        response = send(client, address)
        assert response.status_code == 500
        assert "Retry-After" not in response.headers

    @pytest.mark.django_db(transaction=True)
    def test_a_writer_that_holds_the_database_for_too_long(self, client, address, settings):
        """The real thing: another process writes for longer than anybody waits; the same answer sent
        again afterwards is kept, once."""
        if connection.vendor != "sqlite":
            pytest.skip("in PostgreSQL writers do not keep each other out")
        client.get(address("slot"))
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
        data = {"answer": ANSWER, "submission": str(uuid.uuid4())}
        other = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            assert client.post(address("answer"), data).status_code == 503
        finally:
            other.execute("ROLLBACK")
            other.close()
        for _ in range(2):
            assert client.post(address("answer"), data).status_code == 302
        assert Attempt.objects.get().answer == ANSWER

    @pytest.mark.django_db(transaction=True)
    def test_many_at_once_wait_for_each_other_and_none_fails(self, question, person, client_of):
        """Twenty people send at the same moment; each answer is stored."""
        sittings = [sitting(person, question) for _ in range(20)]
        clients = [client_of(person) for _ in sittings]
        gate = threading.Barrier(len(sittings))
        statuses = []

        def go(client, interview) -> None:
            data = {"answer": f"{ANSWER}{interview.pk}", "submission": str(uuid.uuid4())}
            gate.wait()
            response = client.post(reverse("answer", args=[interview.pk, 1]), data)
            statuses.append(response.status_code)
            connection.close()

        threads = [
            threading.Thread(target=go, args=pair) for pair in zip(clients, sittings, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [302] * 20
        kept = set(Attempt.objects.values_list("answer", flat=True))
        assert kept == {f"{ANSWER}{interview.pk}" for interview in sittings}
