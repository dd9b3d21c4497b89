"""What is logged: one line of JSON for each event if asked for, and never what people typed."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
from django.urls import reverse

from interview import answering
from interview.logs import JsonFormatter
from tests.attempts import sitting

SECRET = "只有我写过的一句话"


@pytest.fixture
def logged():
    """What the site logs meanwhile, as lines of JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_names_time_level_logger_and_message(logged):
    logging.getLogger("viva.test").warning("第%d行\nzweite", 1)
    (line,) = logged()
    assert line["message"] == "第1行\nzweite"
    assert (line["level"], line["logger"]) == ("WARNING", "viva.test")
    assert line["time"].endswith("+00:00")


def test_an_error_brings_its_traceback(logged):
    try:
        raise ValueError("kaputt")
    except ValueError:
        logging.getLogger("viva.test").error("x", exc_info=sys.exc_info())
    assert "ValueError: kaputt" in logged()[0]["error"]


@pytest.mark.django_db
def test_neither_answers_nor_keys_are_logged(
    logged, question, person, client_of, settings, ready, monkeypatch
):
    client = client_of(person)
    client.raise_request_exception = False
    interview = sitting(person, question)
    submit = answering.submit
    for behaviour in (submit, lambda *_a, **_k: 1 / 0):
        monkeypatch.setattr(answering, "submit", behaviour)
        for name in ("draft", "answer"):
            client.post(
                reverse(name, args=[interview.pk, 1]), {"answer": SECRET, "submission": "x"}
            )
            data = {"answer": SECRET, "submission": "7d7b5c5e-0000-4000-8000-000000000001"}
            client.post(reverse(name, args=[interview.pk, 1]), data)
    text = json.dumps(logged(), ensure_ascii=False)
    assert "ZeroDivisionError" in text
    assert SECRET not in text
    assert settings.SECRET_KEY not in text
    assert client.cookies["sessionid"].value not in text
