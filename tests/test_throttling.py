"""Guessing passwords and flooding sign-ups: slowed down per account and per address."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from interview import throttling
from interview.models import Try
from interview.throttling import FROM_ADDRESS, FROM_HERE, SIGN_UPS, address_of

pytestmark = pytest.mark.django_db
RIGHT = "correct horse"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def sign_in(name: str, password: str, address: str = "203.0.113.1", view: str = "login"):
    client = Client(REMOTE_ADDR=address, headers={"Accept-Language": "en"})
    return client.post(reverse(view), {"username": name, "password": password})


def guess(times: int, name: str = "ming", address: str = "203.0.113.1", view: str = "login"):
    return [sign_in(name, "wrong", address, view) for _ in range(times)][-1]


def test_guessing_one_account_is_stopped_with_a_message(person):
    assert guess(FROM_HERE).status_code == 200
    stopped = sign_in("ming", RIGHT)
    assert stopped.status_code == 429
    assert "Too many tries" in stopped.content.decode()
    assert "_auth_user_id" not in stopped.client.session


def test_its_owner_still_comes_in_from_elsewhere(person):
    guess(FROM_HERE + 1)
    assert sign_in("ming", RIGHT, "198.51.100.7").status_code == 302


def test_trying_many_accounts_from_one_address_is_stopped(person):
    for number in range(FROM_ADDRESS):
        guess(1, f"nobody{number}")
    assert sign_in("ming", RIGHT).status_code == 429
    assert sign_in("ming", RIGHT, "198.51.100.7").status_code == 302


def test_many_addresses_on_one_account_are_stopped(person, monkeypatch):
    monkeypatch.setattr(throttling, "FROM_ANYWHERE", 5)
    for number in range(5):
        guess(1, address=f"198.51.100.{number}")
    assert sign_in("ming", RIGHT, "192.0.2.9").status_code == 429


def test_the_admin_counts_the_same_tries(staff):
    guess(FROM_HERE, "author", view="admin:login")
    assert "Too many tries" in sign_in("author", RIGHT, view="admin:login").content.decode()
    assert sign_in("author", RIGHT).status_code == 429


def test_a_right_password_is_not_counted(person):
    for _ in range(FROM_HERE + 1):
        assert sign_in("ming", RIGHT).status_code == 302
    assert not Try.objects.exists()


def test_another_spelling_of_the_name_is_the_same_account(person):
    for number in range(FROM_HERE):
        guess(1, "MING " if number % 2 else "ming")
    assert sign_in("ming", RIGHT).status_code == 429


def test_after_a_while_one_may_try_again(person):
    guess(FROM_HERE)
    past = timezone.now() - throttling.WINDOW[throttling.SIGN_IN] - dt.timedelta(seconds=1)
    Try.objects.update(happened_at=past)
    assert sign_in("ming", RIGHT).status_code == 302


def test_old_tries_are_thrown_away(person):
    guess(1)
    Try.objects.update(happened_at=timezone.now() - throttling.KEPT - dt.timedelta(seconds=1))
    guess(1)
    assert set(Try.objects.values_list("happened_at__date", flat=True)) == {timezone.now().date()}


def test_neither_names_nor_addresses_are_kept(person):
    guess(1)
    kept = " ".join(Try.objects.values_list("key", flat=True))
    assert "ming" not in kept and "203.0.113" not in kept


def test_a_flood_of_sign_ups_is_stopped_and_what_was_typed_stays(db):
    def sign_up(number: int, address: str):
        data = {"username": f"p{number}", "password1": "a-long-one-9", "password2": "a-long-one-9"}
        client = Client(REMOTE_ADDR=address, headers={"Accept-Language": "en"})
        return client.post(reverse("sign_up"), data)

    for number in range(SIGN_UPS):
        assert sign_up(number, "203.0.113.1").status_code == 302
    stopped = sign_up(99, "203.0.113.1")
    assert stopped.status_code == 429
    assert "Too many" in stopped.content.decode() and 'value="p99"' in stopped.content.decode()
    assert not User.objects.filter(username="p99").exists()
    assert sign_up(99, "198.51.100.7").status_code == 302


@pytest.mark.parametrize(
    ("https", "remote", "forwarded", "address"),
    [
        (False, "203.0.113.1", "198.51.100.1", "203.0.113.1"),
        (True, "127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        (True, "127.0.0.1", "", ""),
        (True, "127.0.0.1", "<script>", ""),
        (False, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (False, "::ffff:203.0.113.1", "", "203.0.113.1"),
        (False, "", "", ""),
    ],
)
def test_the_address_cannot_be_chosen_by_the_client(settings, https, remote, forwarded, address):
    settings.HTTPS = https
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert address_of(request) == address


def test_an_unknown_name_costs_as_much_as_a_wrong_password(person, monkeypatch):
    """Both hash a password once, so that the time tells nobody which names exist."""
    from django.contrib.auth.hashers import get_hasher

    hashed = []
    kind = type(get_hasher())
    original = kind.encode
    monkeypatch.setattr(
        kind, "encode", lambda self, *args, **kw: hashed.append(1) or original(self, *args, **kw)
    )
    guess(1, "ming")
    known = len(hashed)
    guess(1, "nobody")
    assert len(hashed) - known == known > 0


def test_signing_in_gives_a_new_session(person):
    client = Client()
    client.get(reverse("login"))
    session = client.session
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post(reverse("login"), {"username": "ming", "password": RIGHT})
    assert client.session.session_key != before
