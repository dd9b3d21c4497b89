"""What every page owes its reader, and what it may cost the database."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from interview.models import Interview, Slot
from knowledge import index
from knowledge.models import Question, Topic
from tests.attempts import START, attempted
from tests.conftest import add_question
from tests.pages import PUBLIC, Document, World

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]


@pytest.fixture
def world(person, question) -> World:
    return World(person, question)


@pytest.fixture
def client(person, client_of) -> Client:
    return client_of(person)


def read(client: Client, address: str, status: int = 200, **headers: str) -> Document:
    response = client.get(address, headers=headers)
    assert response.status_code == status, address
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return Document(response.content.decode())


def assert_whole(page: Document, address: str) -> None:
    assert len(page.all("html")) == 1, address
    assert page.all("html")[0]["lang"] in LANGUAGES, address
    assert len(page.all("h1")) == 1, address
    assert page.texts("h1")[0], address
    assert page.texts("title")[0], address
    assert len(page.all("main")) == 1, address
    assert any(meta.get("name") == "viewport" for meta in page.all("meta")), address


class TestEveryPage:
    def test_it_has_a_title_a_language_one_heading_and_one_main_part(self, client, world):
        for address in world.pages().values():
            assert_whole(read(client, address), address)

    def test_so_have_the_pages_of_a_grader_that_is_there(self, client, world, ready):
        for address in world.pages().values():
            assert_whole(read(client, address), address)

    @pytest.mark.parametrize("name", PUBLIC)
    def test_so_have_the_pages_for_everybody(self, question, name):
        assert_whole(read(Client(), reverse(name)), name)

    def test_so_has_the_page_of_what_is_not_there(self, client):
        assert_whole(read(client, "/nowhere/", 404), "404")

    def test_so_has_the_page_of_a_form_that_was_open_too_long(self, person, question):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(person)
        response = strict.post(reverse("start"), {"count": 1})
        assert response.status_code == 403
        assert_whole(Document(response.content.decode()), "403")

    def test_so_has_the_page_of_an_error(self, client, question, monkeypatch):
        monkeypatch.setattr("interview.history.score_chart", lambda _user: 1 / 0)
        client.raise_request_exception = False
        response = client.get(reverse("history"))
        assert response.status_code == 500
        assert_whole(Document(response.content.decode()), "500")

    def test_so_has_a_form_that_was_refused(self, client, question):
        response = client.post(reverse("start"), {"count": "x"})
        assert_whole(Document(response.content.decode()), "422")

    def test_titles_tell_pages_apart(self, client, world):
        pages = world.pages()
        chosen = ("home", "history", "search", "composer", "summary")
        titles = {name: read(client, pages[name]).texts("title")[0] for name in chosen}
        assert len(set(titles.values())) == len(chosen), titles

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_speaks_the_chosen_language(self, client, world, language):
        client.post(reverse("set_language"), {"language": language})
        for address in world.pages().values():
            assert read(client, address).all("html")[0]["lang"] == language

    def test_ids_are_unique(self, client, world):
        for address in world.pages().values():
            ids = [a["id"] for _, a in read(client, address).elements if "id" in a]
            assert len(ids) == len(set(ids)), address

    def test_every_field_has_a_label(self, client, world):
        for address in [*world.pages().values(), reverse("home")]:
            page = read(client, address)
            labelled = {label.get("for") for label in page.all("label")}
            fields = [*page.all("input"), *page.all("textarea"), *page.all("select")]
            for field in fields:
                if field.get("type") in ("hidden", "checkbox", "submit"):
                    continue
                assert field.get("id") in labelled or "aria-label" in field, (address, field)

    def test_every_picture_has_a_text(self, client, world):
        for address in world.pages().values():
            assert all("alt" in image for image in read(client, address).all("img")), address

    def test_what_a_label_points_to_is_there(self, client, world):
        for address in world.pages().values():
            page = read(client, address)
            ids = {a["id"] for _, a in page.elements if "id" in a}
            for _, attributes in page.elements:
                for name in ("aria-labelledby", "aria-describedby", "for"):
                    for wanted in attributes.get(name, "").split():
                        assert wanted in ids, (address, name, wanted)

    def test_links_inside_the_site_lead_somewhere(self, client, world, ready):
        seen: set[str] = set()
        for address in world.pages().values():
            for link in read(client, address).all("a"):
                target = link["href"].split("#")[0]
                if target.startswith("?"):
                    target = address.split("?")[0] + target
                if target and target not in seen:
                    seen.add(target)
                    assert client.get(target).status_code in (200, 302), (address, target)
        assert len(seen) > 5

    def test_links_within_a_page_have_a_target(self, client, world):
        for address in world.pages().values():
            page = read(client, address)
            ids = {a["id"] for _, a in page.elements if "id" in a}
            for link in page.all("a"):
                if link["href"].startswith("#"):
                    assert link["href"][1:] in ids, (address, link)

    def test_static_files_of_every_page_are_there(self, client, world):
        from django.contrib.staticfiles.finders import find

        for address in world.pages().values():
            page = read(client, address)
            files = [script["src"] for script in page.all("script")]
            files += [link["href"] for link in page.all("link")]
            for file in files:
                assert find(file.removeprefix("/static/")), (address, file)


class TestMethods:
    @pytest.mark.parametrize("name", ["home", "history", "search"])
    def test_a_page_is_read_and_not_posted_to(self, client, question, name):
        assert client.post(reverse(name)).status_code == 405
        assert client.head(reverse(name)).status_code == 200

    @pytest.mark.parametrize("name", ["answer", "skip", "draft"])
    def test_a_change_is_never_made_by_a_get_which_leads_to_its_page(self, client, world, name):
        before = Slot.objects.get(interview=world.open)
        response = client.get(reverse(name, args=[world.open.pk, 1]))
        assert response.headers["Location"] == reverse("slot", args=[world.open.pk, 1])
        after = Slot.objects.get(interview=world.open)
        assert (after.state, after.draft) == (before.state, before.draft)

    def test_after_signing_in_again_one_is_back_at_the_question(self, world):
        """The session ended while the answer was typed."""
        client = Client()
        address = reverse("answer", args=[world.open.pk, 1])
        login = client.post(address, {"answer": "想到一半"}).headers["Location"]
        target = Document(client.get(login).content.decode()).all("input")
        following = next(field["value"] for field in target if field.get("name") == "next")
        data = {"username": "ming", "password": "correct horse", "next": following}
        response = client.post(reverse("login"), data, follow=True)
        assert response.redirect_chain[-1][0] == reverse("slot", args=[world.open.pk, 1])
        assert response.status_code == 200

    def test_a_refused_form_survives_choosing_another_language(self, client, world):
        address = reverse("start")
        assert client.post(address, {"count": "x"}).status_code == 422
        data = {"language": "en", "next": address}
        response = client.post(reverse("set_language"), data, follow=True)
        assert response.status_code == 200


class TestHealth:
    def test_the_process_answers_before_the_models_are_there(self, db):
        assert Client().get(reverse("healthz")).json() == {"status": "ok"}

    def test_it_is_ready_when_the_grader_is(self, db, monkeypatch):
        assert Client().get(reverse("readyz")).status_code == 503
        from interview import grader

        grader.tools()
        index.prepare()
        response = Client().get(reverse("readyz"))
        assert response.status_code == 200
        assert response.json() == {"grader": True, "index": True, "database": True}


class TestQueries:
    """The number of queries depends on the page, not on how much there is to show."""

    def count(self, client: Client, address: str) -> int:
        from django.db import connection

        client.get(address)  # sessions and content types are looked up once
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    @pytest.mark.parametrize("name", ["history", "home"])
    def test_more_attempts_cost_no_more_queries(self, client, person, question, name):
        for n in range(5):
            attempted(person, question, 50, n)
        few = self.count(client, reverse(name))
        for n in range(5, 50):
            attempted(person, question, 50, n)
        assert self.count(client, reverse(name)) == few

    def test_more_topics_and_questions_cost_no_more_at_home(self, client, question):
        few = self.count(client, reverse("home"))
        for n in range(30):
            topic = Topic.objects.create(name=f"主题{n}")
            Question.objects.create(title=f"{n}", key=f"{n}", topic=topic, body="答。")
        assert self.count(client, reverse("home")) == few

    def test_more_open_interviews_cost_no_more_at_home(self, client, person, question):
        def start() -> None:
            interview = Interview.objects.create(user=person, created_at=START)
            Slot.objects.create(interview=interview, position=0, version=question.version())

        start()
        few = self.count(client, reverse("home"))
        for _ in range(5):
            start()
        assert self.count(client, reverse("home")) == few

    @pytest.mark.parametrize("page", ["slot", "summary"])
    def test_longer_interviews_cost_no_more(self, client, person, question, page):
        def interview(slots: int) -> str:
            made = Interview.objects.create(user=person, created_at=START)
            for place in range(slots):
                asked = add_question(f"问{slots}-{place}？", "短答案。")
                Slot.objects.create(
                    interview=made, position=place, question=asked, version=asked.version()
                )
            return reverse(page, args=[made.pk, 1] if page == "slot" else [made.pk])

        assert self.count(client, interview(20)) == self.count(client, interview(3))

    def test_more_hits_cost_no_more_queries(self, client, question, ready):
        address = reverse("search") + "?q=动量"
        few = self.count(client, address)
        for n in range(10):
            add_question(f"什么是动量{n}？", f"动量动量，第{n}种说法。")
        assert self.count(client, address) <= few
