"""The composer in a real browser: drafts, two windows, the clock, the preview, speaking."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from interview.models import Attempt, Interview, Slot
from tests.attempts import sitting
from tests.browser.conftest import sign_in, tab_to
from tests.conftest import add_question

ANSWER = "学习率决定每一步走多远，太大会震荡，太小收敛慢。动量把历史梯度做滑动平均，减少震荡。"


@pytest.fixture
def bank(ready):
    return [add_question("什么是梯度下降？"), add_question("梯度下降为什么能收敛？")]


@pytest.fixture
def interview(bank, person) -> Interview:
    return sitting(person, *bank)


def address(interview: Interview, number: int = 1) -> str:
    return reverse("slot", args=[interview.pk, number])


def go(page: Page, interview: Interview, number: int = 1) -> None:
    page.goto(address(interview, number))
    page.wait_for_selector("[data-ready]")


def draft(interview: Interview, number: int = 1) -> str:
    return interview.slots.get(position=number - 1).draft


def saved(page: Page):
    """While this lasts, the draft is saved."""
    return page.expect_response("**/draft/", timeout=10_000)


class TestDrafts:
    def test_what_is_typed_is_saved_and_the_local_copy_goes(self, interview, open_page, person):
        page = open_page()
        sign_in(page, person)
        go(page, interview)
        with saved(page):
            page.locator("#id_answer").press_sequentially("想到一半")
        expect(page.locator("#draft-state")).to_have_text("draft saved")
        assert draft(interview) == "想到一半"
        assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('viva-'))") == []

    def test_leaving_at_once_saves_too(self, interview, open_page, person):
        page = open_page()
        sign_in(page, person)
        go(page, interview)
        page.locator("#id_answer").press_sequentially("一个字也不能少")
        page.goto("/history/")
        go(page, interview)
        expect(page.locator("#id_answer")).to_have_value("一个字也不能少")

    def test_offline_and_back(self, interview, open_page, person):
        """Nothing is lost while the server cannot be reached, and it is saved once it can again."""
        page = open_page(forgiving=True)
        sign_in(page, person)
        go(page, interview)
        page.context.set_offline(True)
        page.locator("#id_answer").press_sequentially("离线写的")
        page.locator("[data-offline]").wait_for()
        assert draft(interview) == ""
        with saved(page):  # by itself
            page.context.set_offline(False)
        expect(page.locator("[data-offline]")).to_be_hidden()
        assert draft(interview) == "离线写的"

    def test_a_window_closed_offline_finds_its_text_again(self, interview, open_page, person):
        page = open_page(forgiving=True)
        sign_in(page, person)
        go(page, interview)
        page.context.set_offline(True)
        page.locator("#id_answer").press_sequentially("离线写的")
        again = page.context.new_page()
        page.close()
        page.context.set_offline(False)
        assert draft(interview) == ""
        with saved(again):
            again.goto(address(interview))
        expect(again.locator("#id_answer")).to_have_value("离线写的")
        expect(again.locator("[data-restored]")).to_be_visible()
        assert draft(interview) == "离线写的"

    def test_a_session_that_ends_while_typing_gives_the_text_back(
        self, interview, open_page, person
    ):
        page = open_page()
        sign_in(page, person)
        go(page, interview)
        Session.objects.all().delete()
        with saved(page):
            page.locator("#id_answer").press_sequentially("登录过期时写的")
        assert draft(interview) == ""
        sign_in(page, person)
        go(page, interview)
        expect(page.locator("#id_answer")).to_have_value("登录过期时写的")

    def test_a_page_that_is_too_old_to_save_says_so(self, interview, open_page, person):
        page = open_page(forgiving=True)
        sign_in(page, person)
        go(page, interview)
        page.route("**/draft/", lambda route: route.fulfill(status=403, body="no"))
        page.locator("#id_answer").press_sequentially("一")
        page.locator("[data-stale]").wait_for()
        page.unroute("**/draft/")


class TestTwoWindows:
    @pytest.fixture
    def windows(self, interview, open_page, person) -> tuple[Page, Page]:
        """Both have the question open; the first has saved, the second has just been told."""
        first = open_page()
        sign_in(first, person)
        go(first, interview)
        second = first.context.new_page()
        second.set_default_timeout(15_000)
        go(second, interview)
        with saved(first):
            first.locator("#id_answer").press_sequentially("第一个窗口")
        with saved(second):
            second.locator("#id_answer").press_sequentially("第二个窗口")
        expect(second.locator("[data-other]")).to_have_text("第一个窗口")
        assert draft(interview) == "第一个窗口"
        return first, second

    def test_the_second_shows_both_texts_and_keeps_its_own(self, windows, interview):
        _, second = windows
        expect(second.locator("#id_answer")).to_have_value("第二个窗口")
        with saved(second):
            second.get_by_role("button", name="Keep mine").click()
        assert draft(interview) == "第二个窗口"
        expect(second.locator("[data-other]")).to_have_count(0)

    def test_or_puts_both_together(self, windows, interview):
        _, second = windows
        with saved(second):
            second.get_by_role("button", name="Put both together").click()
        assert draft(interview) == "第一个窗口\n\n第二个窗口"

    def test_or_swaps_them_without_losing_either(self, windows):
        _, second = windows
        second.get_by_role("button", name="Swap the two").click()
        expect(second.locator("#id_answer")).to_have_value("第一个窗口")
        expect(second.locator("[data-other]")).to_have_text("第二个窗口")

    def test_then_the_first_is_told(self, windows):
        first, second = windows
        with saved(second):
            second.get_by_role("button", name="Keep mine").click()
        with saved(first):
            first.locator("#id_answer").press_sequentially("，续")
        expect(first.locator("[data-other]")).to_have_text("第二个窗口")
        expect(first.locator("#id_answer")).to_have_value("第一个窗口，续")

    def test_a_window_closed_before_choosing_is_asked_again(self, windows, interview, bank):
        first, second = windows
        second.close()
        go(first, interview)
        expect(first.locator("[data-other]")).to_have_text("第二个窗口")
        expect(first.locator("#id_answer")).to_have_value("第一个窗口")


class TestClock:
    def timed(self, person, bank, seconds: float) -> Interview:
        """A sitting with this much left."""
        start = timezone.now() - dt.timedelta(seconds=600 - seconds)
        return sitting(person, *bank, sitting_seconds=600, created_at=start)

    def test_it_counts_down_and_survives_a_reload(self, bank, open_page, person):
        page = open_page()
        sign_in(page, person)
        interview = self.timed(person, bank, 300)
        go(page, interview)
        clock = page.get_by_role("timer")
        expect(clock).to_have_text("4:57", timeout=15_000)
        page.reload()
        expect(clock).to_have_text("4:50", timeout=15_000)

    def test_at_its_end_what_was_typed_is_submitted(self, bank, open_page, person):
        page = open_page()
        sign_in(page, person)
        interview = self.timed(person, bank, 6)
        go(page, interview)
        page.fill("#id_answer", ANSWER)
        page.wait_for_selector(".result .ring")
        assert Attempt.objects.get().answer == ANSWER
        interview.refresh_from_db()
        assert interview.finished_at is not None
        states = interview.slots.order_by("position").values_list("state", flat=True)
        assert list(states) == ["answered", "skipped"]

    def test_an_empty_question_counts_as_skipped(self, bank, open_page, person):
        page = open_page()
        sign_in(page, person)
        interview = self.timed(person, bank, 4)
        go(page, interview)
        expect(page.get_by_role("heading", name="Time is up")).to_be_visible()
        assert interview.slots.get(position=0).state == Slot.State.SKIPPED

    def test_while_offline_it_waits_and_then_submits(self, bank, open_page, person):
        page = open_page(forgiving=True)
        sign_in(page, person)
        interview = self.timed(person, bank, 4)
        go(page, interview)
        page.route("**/answer/", lambda route: route.abort())
        page.fill("#id_answer", ANSWER)
        page.locator("[data-offline]").wait_for()
        page.unroute("**/answer/")
        page.wait_for_selector(".result .ring")
        assert Attempt.objects.get().answer == ANSWER

    def test_without_script_the_server_sees_to_it(self, bank, open_page, person):
        page = open_page(java_script_enabled=False)
        sign_in(page, person)
        interview = sitting(person, *bank, question_seconds=120)
        page.goto(address(interview))
        page.fill("#id_answer", "想到一半")
        page.get_by_role("button", name="Next").click()
        opened = timezone.now() - dt.timedelta(seconds=130)
        interview.slots.filter(position=0).update(opened_at=opened)
        page.goto(address(interview))
        assert page.locator(".result .ring").count() == 1
        assert Attempt.objects.get().answer == "想到一半"

    def test_another_question_has_a_clock_of_its_own(self, bank, open_page, person):
        page = open_page()
        sign_in(page, person)
        interview = sitting(person, *bank, question_seconds=120)
        opened = timezone.now() - dt.timedelta(seconds=60)
        interview.slots.filter(position=0).update(opened_at=opened)
        go(page, interview)
        expect(page.get_by_role("timer")).to_have_text("0:57", timeout=10_000)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("timer")).to_have_text("1:57", timeout=10_000)


class TestTools:
    def test_the_preview_follows_the_text(self, interview, open_page, person):
        page = open_page()
        sign_in(page, person)
        go(page, interview)
        page.fill("#id_answer", "**重点**")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#preview-body strong")).to_have_text("重点")
        page.fill("#id_answer", "**重点** $\\frac{a}{b}$")
        expect(page.locator("#preview-body mfrac")).to_have_count(1)
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#preview")).to_be_hidden()

    def test_a_mark_is_put_on_without_leaving_the_text(self, interview, open_page, person):
        page = open_page()
        sign_in(page, person)
        go(page, interview)
        page.fill("#id_answer", "想到一半")
        page.get_by_role("button", name="Mark for later").click()
        expect(page.locator("#flag")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#mark-1")).to_contain_text("⚑")
        expect(page.locator("#id_answer")).to_have_value("想到一半")
        assert interview.slots.get(position=0).flagged

    SPEECH = """window.SpeechRecognition = class extends EventTarget {
        start() { window.recognition = this; }
        stop() { this.dispatchEvent(new Event("end")); }
    };
    window.say = (text) => {
        const event = new Event("result");
        const result = [{transcript: text}];
        result.isFinal = true;
        Object.assign(event, {resultIndex: 0, results: [result]});
        window.recognition.dispatchEvent(event);
    };"""

    def test_what_is_spoken_is_typed_where_the_cursor_stands(self, interview, open_page, person):
        """The browser's recognition itself needs a microphone; its replies are given here."""
        page = open_page()
        sign_in(page, person)
        page.add_init_script(self.SPEECH)
        go(page, interview)
        page.fill("#id_answer", "动量减少震荡。")
        page.get_by_role("button", name="Speak").click()
        expect(page.locator("[data-voice-note]")).to_be_visible()
        assert page.evaluate("window.recognition.lang") == "zh-CN"
        page.evaluate("say('学习率决定步长')")
        expect(page.locator("#id_answer")).to_have_value("动量减少震荡。学习率决定步长")
        page.get_by_role("button", name="Stop listening").click()
        expect(page.locator("[data-voice-note]")).to_be_hidden()

    def test_where_the_browser_cannot_listen_there_is_no_button(self, interview, open_page, person):
        page = open_page()
        sign_in(page, person)
        page.add_init_script(
            "delete window.webkitSpeechRecognition; delete window.SpeechRecognition;"
        )
        go(page, interview)
        expect(page.locator("[data-voice]")).to_be_hidden()


class TestMockInterview:
    def test_by_keyboard_from_the_first_answer_to_the_results(self, bank, open_page, person):
        page = open_page()
        sign_in(page, person)

        interview = sitting(person, *bank, mode="mock", feedback="end")
        go(page, interview)
        for _ in bank:
            page.wait_for_selector("#id_answer:focus")
            page.keyboard.insert_text(ANSWER)
            page.keyboard.press("Control+Enter")
            page.wait_for_selector(".noted h2:focus")
            tab_to(page, ".actions--bar a")
            page.keyboard.press("Enter")
            page.wait_for_load_state()
        page.wait_for_url("**/summary/")
        assert page.locator(".score").count() == 2

    def test_on_a_phone_without_script(self, bank, open_page, person):
        page = open_page(
            java_script_enabled=False, has_touch=True, viewport={"width": 390, "height": 800}
        )
        sign_in(page, person)
        interview = sitting(person, *bank, mode="mock", feedback="end")
        page.goto(address(interview))
        page.fill("#id_answer", ANSWER)
        page.locator(".progress__list summary").tap()
        page.locator(".progress__item").nth(1).tap()
        page.wait_for_url("**/2/")
        page.get_by_role("button", name="Previous").tap()
        expect(page.locator("#id_answer")).to_have_value(ANSWER)
        page.get_by_role("button", name="Submit answer").tap()
        expect(page.locator(".noted")).to_be_visible()
        page.locator(".progress__list summary").tap()
        page.get_by_role("button", name="End the interview").tap()
        page.wait_for_url("**/summary/")
        assert page.locator(".score").count() == 1
