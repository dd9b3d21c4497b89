"""What is due, in a real browser: from the start page through the answer to the next date."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from interview import reviewing
from interview.models import Interview, ReviewCard, ReviewLog
from interview.reviewing import Rating
from tests.attempts import attempted
from tests.browser.conftest import sign_in
from tests.browser.test_main_flow import ANSWER


@pytest.fixture
def due(ready, question, person):
    reviewing.record(attempted(person, question, 30))
    return question


@pytest.mark.parametrize("script", [True, False])
def test_a_due_question_is_answered_and_rated(due, open_page, person, script):
    page = open_page(java_script_enabled=script)
    sign_in(page, person)
    page.locator(".due button").click()
    page.fill("#id_answer", ANSWER)
    page.click("[data-submit]")
    page.wait_for_selector(".result")
    assert Interview.objects.get(mode=Interview.Mode.REVIEW).slots.get().question == due
    chosen = page.locator(".rating__choice[aria-pressed=true]")
    expect(chosen).to_contain_text("proposed")
    proposed = ReviewLog.objects.latest("reviewed_at").proposed
    other = page.get_by_role("button", name="Again" if proposed != Rating.AGAIN else "Easy")
    other.click()
    expect(other).to_have_attribute("aria-pressed", "true")
    log = ReviewLog.objects.latest("reviewed_at")
    assert log.rating != log.proposed
    due_on = ReviewCard.objects.get().due.date().isoformat()
    expect(chosen.locator("time")).to_have_attribute("datetime", due_on)
    if script:
        expect(other).to_be_focused()
    page.goto("/")
    assert page.locator(".due").count() == 0


def test_the_browser_names_its_time_zone(due, open_page, person):
    page = open_page(timezone_id="Pacific/Kiritimati")
    sign_in(page, person)
    [zone] = [c["value"] for c in page.context.cookies() if c["name"] == "viva-zone"]
    assert zone == "Pacific/Kiritimati"
    page.goto("/review/")
    expect(page.locator("h1")).to_have_text("Review")
