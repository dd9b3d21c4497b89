"""The question after an answer, in a real browser: asked at once, the reference after it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from interview.models import Attempt, FollowUp, Interview
from tests.attempts import sitting
from tests.browser.conftest import findings, sign_in, start, tab_to
from tests.conftest import add_question
from tests.test_follow_up_page import ANSWER, MORE, POINTS

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def bank(ready):
    return [add_question(title, points=POINTS) for title in ("什么是梯度下降？", "怎样训练网络？")]


@pytest.fixture
def practice(bank, person) -> Interview:
    return sitting(person, *bank, follow_ups=True)


def address(interview: Interview, number: int = 1) -> str:
    return reverse("slot", args=[interview.pk, number])


def answer(page: Page, interview: Interview) -> None:
    """The first question's answer, which leaves a point out."""
    page.goto(address(interview))
    page.fill("#id_answer", ANSWER)
    page.get_by_role("button", name="Submit answer").click()
    page.wait_for_selector(".follow-up #id_answer")


@pytest.mark.parametrize("window", [{}, PHONE, {"java_script_enabled": False}])
def test_answered_it_adds_to_the_score_and_the_reference_is_shown(
    practice, open_page, person, window
):
    page = open_page(**window)
    sign_in(page, person)
    answer(page, practice)
    before = round(Attempt.objects.get().score)
    expect(page.locator(".ring__score")).to_have_text(str(before))
    assert page.get_by_text("滑动平均").count() == 0
    page.fill("#id_answer", MORE)
    page.get_by_role("button", name="Submit answer").click()
    page.wait_for_selector(".gain")
    after = round(Attempt.objects.get().score)
    assert after > before
    expect(page.locator(".ring__score")).to_have_text(str(after))
    assert page.locator(".passage--covered").count() > 0
    assert page.url.endswith(address(practice))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_person_who_starts_as_it_comes_is_asked(ready, open_page, person):
    add_question("什么是梯度下降？", points=POINTS)
    page = open_page()
    sign_in(page, person)
    start(page, follow_ups=True)
    page.wait_for_selector("[data-ready]")
    page.fill("#id_answer", ANSWER)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".follow-up #id_answer")
    assert FollowUp.objects.get().text in page.inner_text("#announcer")
    page.get_by_role("button", name="Skip and see the reference").click()
    page.wait_for_selector(".passage--missed")


def test_what_was_typed_stays_when_it_is_left(practice, open_page, person):
    page = open_page()
    sign_in(page, person)
    answer(page, practice)
    with page.expect_response("**/draft/*"):
        page.locator("#id_answer").press_sequentially("想到一半")
    expect(page.locator("#draft-state")).to_contain_text("draft saved")
    page.get_by_role("button", name="Next question").click()
    page.wait_for_url(f"**{address(practice, 2)}")
    page.goto(address(practice))
    expect(page.locator("#id_answer")).to_have_value("想到一半")
    page.get_by_role("button", name="Skip and see the reference").click()
    page.get_by_text("Typed here and not sent").click()
    expect(page.locator(".follow-up .own")).to_have_text("想到一半")


def test_by_keyboard_alone(practice, open_page, person):
    page = open_page()
    sign_in(page, person)
    page.goto(address(practice))
    page.wait_for_selector("[data-ready]")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".result h2:focus")
    tab_to(page, "#id_answer", most=20)
    page.keyboard.insert_text(MORE)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".gain")
    assert FollowUp.objects.get().answer == MORE


def test_in_a_mock_interview_it_tells_nothing_of_the_result(bank, open_page, person):
    page = open_page()
    sign_in(page, person)
    mock = sitting(person, *bank, mode="mock", feedback="end", follow_ups=True)
    answer(page, mock)
    assert page.locator(".ring").count() == 0
    page.fill("#id_answer", MORE)
    page.get_by_role("button", name="Submit answer").click()
    page.wait_for_selector(".noted h2:focus")
    assert page.locator(".ring").count() == 0
    page.get_by_role("link", name="Next question").click()
    page.wait_for_url(f"**{address(mock, 2)}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_before_or_after(practice, axe_page, person, scheme, width):
    page = axe_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    sign_in(page, person)
    answer(page, practice)
    assert findings(page) == []
    page.fill("#id_answer", MORE)
    page.get_by_role("button", name="Submit answer").click()
    page.wait_for_selector(".gain")
    assert findings(page) == []
    page.goto(reverse("summary", args=[practice.pk]))
    assert findings(page) == []
