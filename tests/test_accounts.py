"""Signing up, in and out."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from interview.models import Interview
from tests.attempts import attempted
from tests.pages import Document

pytestmark = pytest.mark.django_db

GOOD = {
    "username": "xiaohong",
    "password1": "a long pass phrase 7",
    "password2": "a long pass phrase 7",
}


@pytest.fixture
def client() -> Client:
    return Client()


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestSignUp:
    def test_a_new_person_is_signed_in_at_once(self, client):
        response = client.post(reverse("sign_up"), GOOD)
        assert response.headers["Location"] == reverse("home")
        assert signed_in(client)

    def test_they_are_no_staff_whatever_they_send(self, client):
        client.post(reverse("sign_up"), GOOD | {"is_staff": "1", "is_superuser": "1"})
        user = User.objects.get(username="xiaohong")
        assert not user.is_staff
        assert not user.is_superuser

    def test_chinese_names_are_names(self, client):
        client.post(reverse("sign_up"), GOOD | {"username": "小红"})
        assert User.objects.filter(username="小红").exists()

    @pytest.mark.parametrize(
        "change",
        [
            {"username": ""},
            {"username": "a b"},
            {"username": "x" * 151},
            {"password1": "12345678", "password2": "12345678"},
            {"password1": "short", "password2": "short"},
            {"password1": "password1", "password2": "password1"},
            {"password1": "xiaohong1", "password2": "xiaohong1"},
            {"password2": "something else 7"},
        ],
        ids=["none", "space", "long", "digits", "short", "common", "like the name", "differs"],
    )
    def test_bad_names_and_passwords_are_refused_with_a_reason(self, client, change):
        response = client.post(reverse("sign_up"), GOOD | change)
        assert response.status_code == 422
        assert 'class="error"' in response.content.decode()
        assert not User.objects.exists()

    def test_a_name_is_taken_once(self, client, person):
        assert client.post(reverse("sign_up"), GOOD | {"username": "ming"}).status_code == 422

    def test_the_password_is_never_shown_again(self, client):
        response = client.post(reverse("sign_up"), GOOD | {"username": ""})
        assert GOOD["password1"] not in response.content.decode()

    def test_who_is_signed_in_is_sent_home(self, person, client_of):
        assert client_of(person).get(reverse("sign_up")).headers["Location"] == reverse("home")


class TestSignIn:
    def test_the_right_password_leads_on(self, client, person):
        data = {"username": "ming", "password": "correct horse", "next": reverse("history")}
        response = client.post(reverse("login"), data)
        assert response.headers["Location"] == reverse("history")
        assert signed_in(client)

    @pytest.mark.parametrize("name", ["ming", "nobody"])
    def test_a_wrong_one_does_not_tell_whether_the_name_exists(self, client, person, name):
        response = client.post(reverse("login"), {"username": name, "password": "wrong"})
        assert not signed_in(client)
        assert 'role="alert"' in response.content.decode()
        errors = response.context["form"].non_field_errors()
        reference = client.post(reverse("login"), {"username": "ghost", "password": "wrong"})
        assert errors == reference.context["form"].non_field_errors()

    def test_the_session_changes_with_signing_in(self, client, person):
        client.get(reverse("login"))
        session = client.session
        session["before"] = 1
        session.save()
        key = session.session_key
        client.post(reverse("login"), {"username": "ming", "password": "correct horse"})
        assert client.session.session_key != key

    def test_a_switched_off_account_stays_out(self, client, person):
        User.objects.update(is_active=False)
        client.post(reverse("login"), {"username": "ming", "password": "correct horse"})
        assert not signed_in(client)

    @pytest.mark.parametrize("name", ["history", "search"])
    def test_a_page_of_ones_own_asks_to_sign_in_and_comes_back(self, client, name):
        response = client.get(reverse(name))
        assert response.headers["Location"] == f"{reverse('login')}?next={reverse(name)}"


class TestSignOut:
    def test_it_takes_a_post(self, person, client_of):
        client = client_of(person)
        assert client.get(reverse("logout")).status_code == 405
        assert signed_in(client)
        client.post(reverse("logout"))
        assert not signed_in(client)


class TestHome:
    def test_strangers_see_what_it_is(self, client, question):
        html = client.get(reverse("home")).content.decode()
        assert reverse("sign_up") in html
        assert 'name="count"' not in html

    def test_people_see_topics_with_counts_and_their_standing(self, person, client_of, question):
        attempted(person, question, 64)
        response = client_of(person).get(reverse("home"))
        topic = response.context["topics"][0]
        assert topic.askable == 1
        assert response.context["standing"][topic.pk].mastery == 64
        assert "64" in Document(response.content.decode()).texts("label")[0]

    def test_open_interviews_are_offered_to_go_on_with(self, person, client_of, question):
        client = client_of(person)
        client.post(reverse("start"), {"count": 1})
        interview = Interview.objects.get()
        assert (
            reverse("resume", args=[interview.pk]) in client.get(reverse("home")).content.decode()
        )

    def test_an_empty_bank_offers_nothing_to_start(self, person, client_of):
        page = Document(client_of(person).get(reverse("home")).content.decode())
        assert not any(form.get("action") == reverse("start") for form in page.all("form"))

    def test_and_shows_its_staff_where_to_add_questions(self, staff, person, client_of):
        address = reverse("admin:knowledge_question_add")
        assert address in client_of(staff).get(reverse("home")).content.decode()
        assert address not in client_of(person).get(reverse("home")).content.decode()


class TestLanguage:
    @pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh-hans", "zh-hans")])
    def test_the_choice_is_kept(self, client, language, tag):
        client.post(reverse("set_language"), {"language": language, "next": reverse("home")})
        assert f'<html lang="{tag}"' in client.get(reverse("home")).content.decode()

    def test_without_a_choice_the_browser_decides(self, client):
        html = client.get(reverse("home"), headers={"Accept-Language": "en-GB"}).content.decode()
        assert '<html lang="en"' in html
