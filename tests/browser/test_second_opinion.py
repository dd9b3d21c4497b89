"""The examiner's panel fills in while somebody reads the result."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections
from playwright.sync_api import expect

from interview.models import SecondOpinion
from tests.browser.conftest import findings, sign_in, start
from tests.chat_server import chat_server, honest, reply
from tests.conftest import add_question
from tests.examiner.conftest import work

ANSWER = "学习率决定每一步走多远，太大会震荡，太小收敛慢。动量把历史梯度做滑动平均，减少震荡。"


@pytest.fixture
def examiner(settings):
    """A model that replies when it is told to."""
    go = threading.Event()

    def behave(handler, body):
        go.wait(30)
        handler.stream(reply(honest(body)))

    with chat_server(behave) as server:
        settings.VIVA_EXAMINER_URL, settings.VIVA_EXAMINER_MODEL = server.url, "fake"
        server.go = go
        yield server
        go.set()


@pytest.fixture
def worker():
    """The worker at work beside the test, as the process beside the site."""
    threads = []

    def run() -> None:
        try:
            work()
        finally:
            close_old_connections()

    def start() -> None:
        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield start
    for thread in threads:
        thread.join(30)


def answered(page, person) -> None:
    sign_in(page, person)
    start(page)
    page.fill("#id_answer", ANSWER)
    page.click("[data-submit]")
    page.wait_for_selector(".result .ring")


@pytest.fixture
def bank(ready):
    return add_question("什么是梯度下降？")


def test_the_grade_is_there_at_once_and_the_opinion_comes_later(
    bank, open_page, person, examiner, worker
):
    page = open_page()
    answered(page, person)
    panel = page.locator("#second-opinion")
    expect(panel).to_contain_text("reading your answer")
    page.locator("summary", has_text="rubric point").focus()
    worker()
    page.wait_for_timeout(2500)  # it looked again, and nothing had come
    expect(panel).to_contain_text("reading your answer")
    examiner.go.set()
    expect(panel).to_contain_text("Passage by passage", timeout=15_000)
    expect(panel).to_contain_text("fake-1")
    expect(page.locator("#announcer")).to_contain_text("Second opinion:")
    # Whoever was reading is not torn away.
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.reload()
    expect(page.locator("#second-opinion")).to_contain_text("fake-1")


def test_it_survives_a_reload_while_it_is_on_its_way(bank, open_page, person, examiner, worker):
    page = open_page()
    answered(page, person)
    page.reload()
    expect(page.locator("#second-opinion")).to_contain_text("reading your answer")
    examiner.go.set()
    worker()
    expect(page.locator("#second-opinion")).to_contain_text("fake-1", timeout=15_000)
    assert SecondOpinion.objects.count() == 1
    heading = page.evaluate("document.activeElement.tagName")
    assert heading == "BODY"  # a reload sets no focus, and neither does the panel


def test_choosing_which_score_counts_moves_the_date(bank, open_page, person, examiner, worker):
    page = open_page()
    answered(page, person)
    examiner.go.set()
    worker()
    panel = page.locator("#second-opinion")
    expect(panel).to_contain_text("fake-1", timeout=15_000)
    opinion = SecondOpinion.objects.select_related("attempt").get()
    opinion.attempt.score, opinion.score = 95, 20
    opinion.attempt.save()
    opinion.save()
    page.reload()
    expect(panel).to_contain_text("75 points apart")
    proposed = page.locator(".rating__choice", has_text="proposed")
    before = proposed.inner_text()
    page.get_by_role("button", name="The examiner's 20").click()
    expect(page.get_by_role("button", name="The examiner's 20")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(proposed).not_to_have_text(before)
    expect(proposed).to_contain_text("Again")


def test_without_javascript_there_is_a_link(bank, open_page, person, examiner, worker):
    page = open_page(java_script_enabled=False)
    answered(page, person)
    examiner.go.set()
    worker_done = threading.Thread(target=work)
    worker_done.start()
    worker_done.join(30)
    page.get_by_role("link", name="Look again").click()
    assert page.url.endswith("#second-opinion")
    expect(page.locator("#second-opinion")).to_contain_text("fake-1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_in_any_of_its_stages(
    bank,
    axe_page,
    person,
    examiner,
    worker,
    scheme,
    width,
):
    page = axe_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    answered(page, person)
    found = findings(page)
    examiner.go.set()
    worker()
    expect(page.locator("#second-opinion")).to_contain_text("fake-1", timeout=15_000)
    SecondOpinion.objects.update(score=3)
    page.reload()
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    found += findings(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    SecondOpinion.objects.update(state="failed", problem="timeout")
    page.reload()
    found += findings(page)
    assert found == []
