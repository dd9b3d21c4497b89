"""From "this grade is wrong" to the accepted answer, in a real browser."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from interview import answering
from interview.models import Attempt, Report
from tests.attempts import attempted
from tests.browser.conftest import findings, sign_in
from tests.test_disputes import ANSWER


@pytest.fixture
def attempt(ready, question, person):
    made = attempted(person, question, None, answer=ANSWER)
    answering.grade_attempt(made)
    return made


def test_a_disputed_answer_is_accepted_and_its_author_sees_it(attempt, open_page, person, staff):
    page = open_page()
    sign_in(page, person)
    page.goto(reverse("attempt", args=[attempt.pk]))
    page.get_by_text("I think this grade is wrong").click()
    page.get_by_label("What would you give it").fill("80")
    page.get_by_label("Why, in a sentence").fill("The same in other words")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".report__outcome")).to_contain_text("Waits for an author")

    other = open_page()
    sign_in(other, staff)
    other.goto(reverse("admin:interview_report_changelist"))
    other.get_by_role("button", name="Accept as an alternative answer").click()
    expect(other.locator(".success")).to_be_visible()

    page.reload()
    expect(page.locator(".report__outcome")).to_contain_text("graded anew")
    assert Attempt.objects.get().score > Report.objects.get().score_before


def test_axe_finds_nothing_on_the_queue_and_the_forms(attempt, axe_page, person, staff):
    page = axe_page()
    sign_in(page, person)
    page.goto(reverse("attempt", args=[attempt.pk]))
    page.get_by_text("Report this question").click()
    page.get_by_label("In a sentence", exact=True).fill("Which one?")
    found = findings(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".report__outcome")).to_be_visible()
    found += findings(page)
    assert found == []
    other = axe_page()
    sign_in(other, staff)
    other.goto(reverse("admin:interview_report_changelist"))
    assert [f for f in findings(other) if "queue" in f] == []
