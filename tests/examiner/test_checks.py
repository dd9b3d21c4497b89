"""A half-set or unusable examiner is named before anything is served."""

from __future__ import annotations

import pytest

from interview.checks import examiner as check
from interview.examiner.config import configured
from tests.chat_server import KEY

URL = "http://localhost:11434/v1"


@pytest.fixture
def given(settings):
    def given(url: str = "", model: str = "", key: str = "", counts: str = "grader"):
        settings.VIVA_EXAMINER_URL = url
        settings.VIVA_EXAMINER_MODEL = model
        settings.VIVA_EXAMINER_KEY = key
        settings.VIVA_EXAMINER_COUNTS = counts
        return [message.id for message in check()]

    return given


@pytest.mark.parametrize(
    "url",
    [URL, f"{URL}/", "https://api.deepseek.com", "http://[::1]:8080/v1", "http://10.0.0.7/v1"],
)
def test_address_and_model_are_enough(given, url):
    assert given(url, "qwen3:8b") == []
    assert configured().url == url.rstrip("/")


def test_nothing_set_is_fine_and_off(given):
    assert given() == []
    assert configured() is None


@pytest.mark.parametrize(
    ("given_settings", "id"),
    [
        ({"model": "m"}, "viva.E020"),
        ({"key": "k"}, "viva.E020"),
        ({"url": URL}, "viva.E021"),
        ({"url": "localhost:11434", "model": "m"}, "viva.E022"),
        ({"url": "ftp://x/v1", "model": "m"}, "viva.E022"),
        ({"url": "http://", "model": "m"}, "viva.E022"),
        ({"url": "http://x:port/v1", "model": "m"}, "viva.E022"),
        ({"url": "http://me:secret@x/v1", "model": "m"}, "viva.E022"),
        ({"url": "http://x/v1?key=secret", "model": "m"}, "viva.E022"),
        ({"url": f"{URL}/chat/completions", "model": "m"}, "viva.E022"),
        ({"url": URL, "model": "m", "key": "a\nb"}, "viva.E023"),
        ({"url": URL, "model": "m", "key": "“k”"}, "viva.E023"),
        ({"url": URL, "model": "m", "counts": "both"}, "viva.E024"),
    ],
)
def test_what_does_not_go_together_is_named_and_off(given, given_settings, id):
    assert given(**given_settings) == [id]
    assert configured() is None


def test_what_may_be_a_secret_is_not_repeated(given):
    given("http://me:secret@x/v1?token=secret", "", "se cret")
    assert "secret" not in str(check()) and "se cret" not in str(check())


def test_a_key_that_travels_in_clear_is_a_warning(given):
    assert given("http://gpu.example/v1", "m", KEY) == ["viva.W020"]
    assert given("http://gpu.example/v1", "m") == []
    assert given(URL, "m", KEY) == []
    assert given("https://gpu.example/v1", "m", KEY) == []


@pytest.mark.parametrize("name", ["TIMEOUT", "CONTEXT", "DAILY"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5"])
def test_numbers_are_numbers(monkeypatch, name, value):
    monkeypatch.setenv(f"VIVA_EXAMINER_{name}", value)
    [error] = check()
    assert error.id == "viva.E025" and f"VIVA_EXAMINER_{name}={value!r}" in error.msg


def test_a_context_that_is_too_small(settings):
    settings.VIVA_EXAMINER_CONTEXT = 1024
    assert [error.id for error in check()] == ["viva.E026"]
