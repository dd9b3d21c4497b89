"""From the first page without an account to a history with the sitting in it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from interview import guests
from interview.models import Attempt, Interview
from tests.browser.conftest import findings, sign_in
from tests.conftest import add_question

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def bank(ready):
    return [add_question(title) for title in ("什么是梯度下降？", "什么是动量？", "什么是学习率？")]


def try_one(page) -> None:
    page.get_by_role("button", name="Try one question set").click()
    page.wait_for_selector("#id_answer")


@pytest.mark.parametrize("window", [{}, PHONE, {"java_script_enabled": False}])
def test_a_guest_answers_signs_up_and_finds_it_in_the_history(bank, open_page, window):
    page = open_page(**window)
    try_one(page)
    page.fill("#id_answer", "不知道")  # whatever is asked, a follow-up opens it again
    page.get_by_role("button", name="Submit answer").click()
    page.wait_for_selector(".result .ring")
    page.get_by_role("button", name="Skip and see the reference").click()
    page.wait_for_selector(".pane .passage")
    page.get_by_role("link", name="Next question").click()
    page.fill("#id_answer", "想到一半")
    page.get_by_text("All questions").click()
    page.get_by_role("button", name="End the interview").click()
    page.wait_for_url("**/summary/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("main").get_by_role("link", name="Create an account").click()
    page.fill("#id_username", "xiaohong")
    page.fill("#id_password1", "a long pass phrase 7")
    page.fill("#id_password2", "a long pass phrase 7")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/summary/")
    expect(page.get_by_text("Your interview is kept")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="History").click()
    for attempt in Attempt.objects.all():
        expect(page.get_by_role("link", name=attempt.version.title).first).to_be_visible()
    assert User.objects.get().username == "xiaohong"


def test_a_draft_survives_signing_in(bank, open_page, person):
    page = open_page()
    try_one(page)
    page.fill("#id_answer", "想到一半")
    expect(page.locator("#draft-state")).to_contain_text("draft saved")
    sign_in(page, person)
    page.wait_for_selector("#id_answer")
    expect(page.locator("#id_answer")).to_have_value("想到一半")
    assert Interview.objects.get().user == person


def test_other_pages_say_what_an_account_is_good_for(bank, open_page):
    page = open_page(forgiving=True)
    try_one(page)
    page.goto("/history/")
    expect(page.get_by_role("heading", name="This needs an account")).to_be_visible()
    page.get_by_role("link", name="Back to your interview").click()
    page.wait_for_selector("#id_answer")
    assert guests.is_guest(User.objects.get())


def test_axe_finds_nothing_on_a_guests_pages(bank, axe_page):
    page = axe_page()
    page.goto("/")
    try_one(page)
    sitting = Interview.objects.get()
    for path in ("/", "/history/", "/sign-up/", f"/interviews/{sitting.pk}/summary/"):
        page.goto(path)
        assert findings(page) == []
