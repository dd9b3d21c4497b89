"""Every page and state: nothing for axe to find, no sideways scrolling, nothing that jumps."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from interview import answering, grader
from interview.models import Attempt, Slot
from tests.attempts import sitting
from tests.browser.conftest import findings, sign_in, start, tab_to
from tests.conftest import add_question

ANSWER = "学习率决定每一步走多远，太大会震荡，太小收敛慢。动量把历史梯度做滑动平均，减少震荡。"
RICH = """**梯度下降**沿负梯度方向更新参数，学习率（learning rate）决定步长。

| 方法 | 一步用多少样本 |
|---|---|
| 批量 | 全部 |
| 随机 | 一个小批量，因此噪声更大而每一步更便宜 |

```python
for batch in batches:  # a comment long enough to need more room than a phone has, far more than that
    w -= rate * gradient(w, batch)
```

- 动量把历史梯度做滑动平均，减少震荡。
- 更新公式：$$w_{t+1} \\leftarrow w_t - \\eta \\frac{1}{n}\\sum_{i=1}^{n}\\nabla L(w_t; x_i, y_i) + \\beta (w_t - w_{t-1})$$
"""


@pytest.fixture
def bank(ready):
    return [
        add_question("什么是梯度下降？", body=RICH, stem="看这段代码：`w -= rate * g`"),
        add_question("梯度下降为什么能收敛？"),
        add_question("What is a kernel?", topic="Operating systems", language="en"),
    ]


@pytest.fixture
def past(bank, person) -> dict[str, str]:
    """A person with some history; the addresses of its pages by name."""
    now = timezone.now()
    begun = sitting(person, *bank, created_at=now - dt.timedelta(days=1))
    slots = list(begun.slots.all())
    graded = []
    for slot, text in [(slots[0], ANSWER), (slots[1], "不知道"), (slots[0], "批量用全部样本。")]:
        attempt = answering.submit(slot, text, submission=uuid.uuid4(), now=now)
        answering.grade_attempt(attempt)
        graded.append(attempt)
    contradict(graded[0])
    waiting = answering.submit(slots[1], ANSWER, submission=uuid.uuid4(), now=now)
    return {
        "home": "/",
        "question": reverse("slot", args=[begun.pk, 3]),
        "again": reverse("slot", args=[begun.pk, 1]) + "?again",
        "result": reverse("attempt", args=[graded[0].pk]),
        "poor result": reverse("attempt", args=[graded[1].pk]),
        "warming up": reverse("attempt", args=[waiting.pk]),
        "summary": reverse("summary", args=[begun.pk]),
        "history": "/history/",
        "answers": "/history/answers/?q=梯度&since=x",
        "review": "/review/",
        "account": "/account/",
        "leave": "/account/delete/",
        "search": "/search/?q=梯度",
        "bank question": reverse("question", args=[bank[0].pk]) + "?passage=0",
        "not found": "/nothing-here/",
    }


def contradict(attempt: Attempt) -> None:
    """The attempt's first point as the truth model would report a reversed statement."""
    grade = attempt.grade
    point = grade["points"][0]
    point |= {"verdict": "contradicted", "spans": [{"start": 0, "end": 15}]}
    for passage in grade["passages"]:
        if passage["position"] in point["passages"]:
            passage["verdict"] = "contradicted"
    grade |= {"flags": ["contradiction", "short"], "truth": 0.5, "entailment": "a model"}
    attempt.save()


@pytest.fixture
def not_ready(monkeypatch):
    """What the pages say while the models are still loading."""

    def start() -> None:
        monkeypatch.setattr(grader, "is_ready", lambda: False)

    return start


# Elements that stick out of the window, though no ancestor scrolls or cuts them.
STICKING_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("main *")].filter((element) => {
        if (element.getBoundingClientRect().right <= innerWidth + 1) return false;
        for (let box = element.parentElement; box; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== "visible") return false;
        return true;
    }).map((element) => element.outerHTML.slice(0, 120))"""
STRANGERS_PAGES = {"landing": "/", "sign in": "/login/?next=/history/", "sign up": "/sign-up/"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_a_strangers_pages(bank, axe_page, scheme, width):
    page = axe_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    found = []
    for address in STRANGERS_PAGES.values():
        page.goto(address)
        found += findings(page)
    page.goto("/sign-up/")
    page.fill("#id_username", "x")
    page.fill("#id_password1", "12345678")
    page.fill("#id_password2", "1234567")
    page.click("main form button")
    page.wait_for_selector(".error")
    found += findings(page)
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_a_persons_pages(past, axe_page, person, scheme, width):
    page = axe_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    sign_in(page, person)
    found = []
    for name, address in past.items():
        if name == "warming up":
            continue  # below
        page.goto(address)
        page.evaluate(
            "document.querySelectorAll('details').forEach((part) => { part.open = true; })"
        )
        found += findings(page)
    assert found == []


def test_axe_finds_nothing_on_pages_that_say_no(past, axe_page, person, not_ready, settings):
    page = axe_page()
    sign_in(page, person)
    not_ready()
    page.goto(past["warming up"])
    assert page.locator(".warming").count() == 1
    found = findings(page)
    page.goto(past["search"])
    found += findings(page)
    page.goto(past["question"])
    page.fill("#id_answer", "长" * (settings.VIVA_MAX_ANSWER + 1))
    page.click("[data-submit]")
    page.wait_for_selector("#answer-error")
    found += findings(page)
    assert found == []


def test_axe_finds_nothing_where_there_is_nothing(db, axe_page, person):
    page = axe_page()
    sign_in(page, person)
    found = []
    for address in ("/", "/review/", "/history/", "/search/"):
        page.goto(address)
        found += findings(page)
    assert found == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_is_wider_than_its_window(past, open_page, person, width):
    page = open_page(viewport={"width": width, "height": 800}, locale="zh-CN")
    for address in STRANGERS_PAGES.values():
        page.goto(address)
        assert page.evaluate(STICKING_OUT) == [], address
    sign_in(page, person)
    for name, address in past.items():
        if name == "not found":
            continue
        page.goto(address)
        assert page.evaluate(STICKING_OUT) == [], name


def test_a_phone_has_room_for_the_button_of_many_missed_questions(bank, open_page, person):
    page = open_page(viewport={"width": 360, "height": 740})
    sign_in(page, person)
    skipped = sitting(person, *bank)
    skipped.slots.update(state=Slot.State.SKIPPED)
    page.goto(reverse("summary", args=[skipped.pk]))
    expect(page.locator(".again .button")).to_contain_text("3 missed")
    assert page.evaluate(STICKING_OUT) == []


def test_a_result_arrives_without_a_jolt_and_is_announced(bank, open_page, person):
    page = open_page(viewport={"width": 1280, "height": 800})
    sign_in(page, person)
    start(page)
    page.fill("#id_answer", ANSWER)
    page.evaluate(
        """() => { window.shifted = 0; new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({type: "layout-shift"}); }"""
    )
    page.click("[data-submit]")
    page.wait_for_selector(".result")
    page.wait_for_timeout(500)
    assert page.evaluate("window.shifted") < 0.01
    assert "of 100" in page.inner_text("#announcer")
    assert page.evaluate("document.activeElement.tagName") == "H2"


def test_an_interview_by_keyboard_alone(bank, open_page, person):
    page = open_page()
    sign_in(page, person)

    tab_to(page, ".skip-link")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=topics]")
    page.keyboard.press("Space")
    tab_to(page, "#id_follow_ups")
    page.keyboard.press("Space")
    tab_to(page, "#id_count")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_answer:focus")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".result h2:focus")
    tab_to(page, ".said[data-passages]")
    assert page.locator(".passage.is-linked").count() >= 1
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")  # to the counterpart, and back
    page.wait_for_selector(".passage.is-linked:focus")
    page.keyboard.press("Enter")
    page.wait_for_selector(".said.is-linked:focus")
    page.keyboard.press("Escape")
    tab_to(page, ".actions--bar a")
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_a_question_mark_shows_the_keys_unless_one_is_typing(bank, open_page, person):
    page = open_page()
    sign_in(page, person)
    page.wait_for_selector(".start__go")
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator(".keysheet dl").is_visible()
    page.click(".start__go button")
    page.locator("#id_answer").press_sequentially("why?")
    assert page.input_value("#id_answer") == "why?"
    assert not page.locator(".keysheet dl").is_visible()


def test_a_tap_keeps_the_pair_lit(past, open_page, person):
    page = open_page(has_touch=True, viewport={"width": 390, "height": 800})
    sign_in(page, person)
    page.goto(past["result"])
    page.locator(".said[data-passages]").first.tap()
    passage = page.locator(".passage.is-linked").first
    passage.wait_for()
    assert page.locator(".is-linking").count() == 1
    page.locator(".legend").tap()
    assert page.locator(".is-linked").count() == 0


def test_reduced_motion_stops_what_moves(past, open_page, person, not_ready):
    page = open_page(reduced_motion="reduce")
    sign_in(page, person)
    not_ready()
    page.goto(past["warming up"])
    style = "getComputedStyle(document.querySelector('.spinner')).animationName"
    assert page.evaluate(style) == "none"


def test_the_own_answer_stays_beside_a_long_reference(past, open_page, person):
    page = open_page(viewport={"width": 1280, "height": 500})
    sign_in(page, person)
    page.goto(past["result"])
    page.locator("#main .pane .content > :last-child").scroll_into_view_if_needed()
    box = page.locator(".pane--own").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 510


def test_a_page_weighs_less_than_a_hundred_kilobytes(past, open_page, person, client_of):
    """As sent by the site itself: the live server of the tests serves its files uncompressed."""
    client = client_of(person)
    page = open_page()
    sign_in(page, person)
    for name in ("home", "question", "result", "history"):
        page.goto(past[name])
        page.wait_for_load_state("networkidle")
        addresses = page.evaluate(
            """[location.href, ...performance.getEntriesByType("resource").map(e => e.name)]
                .map(address => new URL(address).pathname)"""
        )
        sizes = {}
        for address in set(addresses):
            response = client.get(address, headers={"Accept-Encoding": "gzip"})
            assert response.status_code == 200, address
            sizes[address] = len(b"".join(response))
        total = sum(size for address, size in sizes.items() if not address.endswith(".woff2"))
        assert 10_000 < total < 100_000, (name, sizes)


def test_paper_has_the_result_and_not_the_buttons(past, open_page, person):
    page = open_page(color_scheme="dark")
    sign_in(page, person)
    page.goto(past["result"])
    page.emulate_media(media="print")
    assert page.locator(".verdict").is_visible()
    assert not page.locator(".top").is_visible()
    assert page.locator(".actions:visible").count() == 0
    white = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert white == "rgb(255, 255, 255)"
    ink = page.evaluate("getComputedStyle(document.querySelector('.own')).color")
    assert sum(map(int, ink[4:-1].split(","))) < 150


def test_a_session_that_ended_while_typing_costs_no_text(bank, open_page, person):
    page = open_page()
    sign_in(page, person)
    page.click(".start__go button")
    page.fill("#id_answer", ANSWER)
    page.wait_for_selector("[data-ready]")
    address = page.url
    Session.objects.all().delete()
    page.click("[data-submit]")
    page.wait_for_url("**/login/?next=*")
    page.fill("#id_username", person.username)
    page.fill("#id_password", "correct horse")
    page.click("main form button")
    page.wait_for_url(address)
    expect(page.locator("#id_answer")).to_have_value(ANSWER)
