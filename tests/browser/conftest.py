"""A real Chromium against a real server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            # The server's threads and the test share one database file.
            item.add_marker(pytest.mark.django_db(transaction=True))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="module")
def chromium(django_db_setup):
    """Started after the database is set up and stopped with its file: while Playwright's event loop
    runs, Django keeps this thread's connections in another place, and a test that sees both waits
    for a lock that it holds itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server):
    """A new browser window on the site; console errors and refused resources fail the test, unless
    it is ``forgiving`` because requests are made to fail."""
    contexts, complaints = [], []

    def open_window(path: str = "/", *, forgiving: bool = False, **options) -> Page:
        options.setdefault("locale", "en-US")
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if not forgiving:
            page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(path)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def axe_page(chromium, live_server):
    """A new window into which axe may be injected; refused forms are no failure here."""
    contexts = []

    def open_window(**options):
        options.setdefault("locale", "en-US")
        contexts.append(chromium.new_context(base_url=live_server.url, bypass_csp=True, **options))
        return contexts[-1].new_page()

    yield open_window
    for context in contexts:
        context.close()


def findings(page: Page) -> list[str]:
    """What axe says against the page as it stands, WCAG 2.2 AA and best practices."""
    page.add_script_tag(path=Path(__file__).parent / "vendor" / "axe.min.js")
    result = page.evaluate(
        "axe.run(document, {rules: {'target-size': {enabled: true}}})"
        ".then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html + ' ' + n.failureSummary)))"
    )
    return [f"{page.url} {finding}" for finding in result]


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def start(page: Page, *, follow_ups: bool = False) -> None:
    """From the start page into a sitting, without follow-ups unless they are what it is about."""
    if not follow_ups:
        page.uncheck("#id_follow_ups")
    page.click(".start__go button")


def sign_in(page: Page, user: User, password: str = "correct horse") -> None:
    page.goto("/login/")
    page.fill("#id_username", user.username)
    page.fill("#id_password", password)
    page.click("main form button")
