"""A site that is too busy: the page keeps the text, says so, and sends it again by itself."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from interview import answering
from interview.models import Attempt, Slot
from interview.turns import Turns
from tests.attempts import sitting
from tests.browser.conftest import sign_in

ANSWER = "学习率决定每一步走多远，太大会震荡，太小收敛慢。"


@pytest.fixture
def page(chromium, live_server, question, person, ready):
    """The composer. Unlike elsewhere the browser may complain: about the 503 that is meant."""
    context = chromium.new_context(base_url=live_server.url, locale="en-US")
    window = context.new_page()
    window.set_default_timeout(15_000)
    sign_in(window, person)
    window.wait_for_selector("#id_count")
    window.goto(f"/interviews/{sitting(person, question).pk}/1/")
    yield window
    context.close()


def test_an_answer_that_could_not_be_saved_is_sent_again_by_itself(page, monkeypatch):
    monkeypatch.setattr("interview.serving.RETRY_AFTER", 1)
    real, refusals = answering.submit, iter([1, 1])

    def refuse_twice(*arguments, **options):
        if next(refusals, None):
            raise OperationalError("database is locked")
        return real(*arguments, **options)

    monkeypatch.setattr(answering, "submit", refuse_twice)
    page.fill("#id_answer", ANSWER)
    page.click("[data-submit]")
    page.get_by_text("too busy to save anything").wait_for()
    assert page.input_value("#id_answer") == ANSWER
    page.wait_for_selector(".result .ring")
    assert Attempt.objects.get().answer == ANSWER


def test_a_draft_that_could_not_be_saved_is_sent_again_by_itself(page, monkeypatch):
    monkeypatch.setattr("interview.serving.RETRY_AFTER", 1)
    real, refusals = Slot.save, iter([1])

    def refuse_once(slot, *arguments, **options):
        if next(refusals, None):
            raise OperationalError("database is locked")
        return real(slot, *arguments, **options)

    monkeypatch.setattr(Slot, "save", refuse_once)
    page.locator("#id_answer").press_sequentially("半句话")
    page.get_by_text("too busy to save anything").wait_for()
    page.locator("#draft-state").get_by_text("saved", exact=False).wait_for()
    assert Slot.objects.get().draft == "半句话"
    assert page.get_by_text("too busy to save anything").is_hidden()


def test_a_result_that_has_to_wait_comes_by_itself(page, monkeypatch):
    turns = Turns(1, 0)
    monkeypatch.setattr(answering, "_turns", turns)
    page.fill("#id_answer", ANSWER)
    with turns.take():
        page.click("[data-submit]")
        page.get_by_role("heading", name="Many people are answering right now").wait_for()
    page.wait_for_selector(".result .ring")
