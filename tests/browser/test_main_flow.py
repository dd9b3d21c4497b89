"""The main job in a real browser, with JavaScript and without."""

from __future__ import annotations

import pytest
from django.urls import reverse

from interview.models import Attempt, Interview
from tests.browser.conftest import sign_in, start
from tests.conftest import add_question

ANSWER = "学习率决定每一步走多远，太大会震荡，太小收敛慢。动量把历史梯度做滑动平均，减少震荡。"


@pytest.fixture
def bank(ready):
    return [add_question("什么是梯度下降？"), add_question("梯度下降为什么能收敛？")]


def sign_up(page, name="xiaohong"):
    page.goto("/sign-up/")
    page.fill("#id_username", name)
    page.fill("#id_password1", "a long pass phrase 7")
    page.fill("#id_password2", "a long pass phrase 7")
    page.click("main form button")


def test_from_sign_up_to_history(bank, open_page):
    page = open_page()
    sign_up(page)
    page.fill("#id_count", "2")
    start(page)
    page.wait_for_selector("#id_answer")
    page.fill("#id_answer", ANSWER)
    address = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".result .ring")
    assert page.url == address  # the result comes in the same place
    assert page.locator(".passage--covered, .passage--partly").count() > 0
    assert page.locator(".said").count() > 0
    page.get_by_role("link", name="Next question").click()
    page.wait_for_selector("#id_answer")
    page.get_by_role("button", name="Skip").click()
    page.wait_for_url("**/summary/")
    page.get_by_role("main").get_by_role("link", name="History").click()
    page.wait_for_url("**/history/")
    assert page.get_by_role("link", name=Attempt.objects.get().version.title).count() == 1


def test_the_same_without_javascript(bank, open_page):
    page = open_page(java_script_enabled=False)
    sign_up(page)
    page.fill("#id_count", "2")
    start(page)
    page.fill("#id_answer", ANSWER)
    page.get_by_role("button", name="Submit answer").click()
    assert page.locator(".result .ring").count() == 1
    page.get_by_role("link", name="Next question").click()
    page.fill("#id_answer", "半句话")
    page.get_by_role("button", name="Skip").click()
    assert page.url.endswith("/summary/")
    assert Interview.objects.get().finished_at is not None


def test_hovering_a_span_lights_up_its_passage(bank, open_page, person):
    page = open_page()
    sign_in(page, person)
    start(page)
    page.fill("#id_answer", ANSWER)
    page.click("[data-submit]")
    page.wait_for_selector(".result")
    page.locator(".said[data-passages]").first.hover()
    assert page.locator(".passage.is-linked").count() >= 1


def test_enter_while_composing_does_not_submit(bank, open_page, person):
    page = open_page()
    sign_in(page, person)
    page.click(".start__go button")
    page.fill("#id_answer", ANSWER)
    page.evaluate(
        """() => document.querySelector("#id_answer").dispatchEvent(new KeyboardEvent("keydown",
            {key: "Enter", ctrlKey: true, isComposing: true, bubbles: true}))"""
    )
    page.wait_for_timeout(300)
    assert not Attempt.objects.exists()


def test_a_draft_survives_leaving_the_page(bank, open_page, person):
    page = open_page()
    sign_in(page, person)
    page.click(".start__go button")
    page.wait_for_selector("[data-ready]")
    with page.expect_response("**/draft/"):
        page.locator("#id_answer").press_sequentially("想到一半")
    address = page.url
    page.goto("/history/")
    page.goto(address)
    assert page.input_value("#id_answer") == "想到一半"


def test_a_question_added_in_the_admin_is_asked_at_once(ready, open_page, staff, person):
    page = open_page()
    sign_in(page, staff)
    page.goto(reverse("admin:knowledge_topic_add"))
    page.fill("#id_name", "新主题")
    page.click("[name=_save]")
    page.goto(reverse("admin:knowledge_question_add"))
    page.fill("#id_title", "新加的问题是什么？")
    page.fill("#id_body", "**新答案**：保存之后马上可以被问到。")
    page.locator("#live-preview", has_text="新答案").wait_for()
    page.click(".field-topic .select2-selection")
    page.locator(".select2-search__field").fill("新主题")
    page.locator(".select2-results__option", has_text="新主题").click()
    page.click("[name=_save]")
    page.wait_for_selector(".success")
    other = open_page()
    sign_in(other, person)
    other.click(".start__go button")
    assert other.get_by_role("heading", name="新加的问题是什么？").count() == 1


def test_another_person_gets_404(bank, open_page, person, stranger):
    page = open_page()
    sign_in(page, person)
    page.click(".start__go button")
    address = page.url
    other = open_page(java_script_enabled=False)
    sign_in(other, stranger)
    statuses = []
    other.on("response", lambda response: statuses.append(response.status))
    other.request.get(address)
    assert other.request.get(address).status == 404


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(bank, open_page, person, width):
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, person)
    start(page)
    page.fill("#id_answer", ANSWER)
    page.click("[data-submit]")
    page.wait_for_selector(".result")
    seen = [page.url, "/", "/history/", "/search/?q=梯度"]
    for address in seen:
        page.goto(address)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, address
