"""From a dropped folder to the first interview question, and the same without script."""

from __future__ import annotations

import pytest

from knowledge.models import ImportRun, Question
from tests.browser.conftest import sign_in
from tests.test_importing import SUBJECTS, a_file, bring, entries_of

UPLOAD = "/admin/knowledge/importrun/import/"
# One transparent pixel.
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)

DROP = """([zone, files]) => {
    const transfer = new DataTransfer();
    for (const [name, text] of files) transfer.items.add(new File([text], name));
    const target = document.querySelector(zone);
    for (const name of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(name, {dataTransfer: transfer, bubbles: true}));
}"""


@pytest.fixture(autouse=True)
def uploads_here(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def folder(tmp_path):
    notes = tmp_path / "notes"
    (notes / "img").mkdir(parents=True)
    (notes / "img" / "a.gif").write_bytes(GIF)
    subjects = [*SUBJECTS[:2], ("什么是流水线？", "如图所示，分为五级：\n\n![图](img/a.gif)")]
    (notes / "os.md").write_bytes(a_file(entries_of(subjects)).data)
    (notes / "ignored.py").write_text("print()")
    return notes


def drop(page, entries):
    page.get_by_text("Drop files, a folder").wait_for()  # the script is there
    page.evaluate(DROP, ["[data-zone]", [["os.md", a_file(entries).data.decode()]]])


def wait_until_ready(page):
    page.wait_for_selector("text=Ready to be asked")


def test_from_a_drop_to_the_first_question(ready, open_page, staff, person):
    page = open_page()
    sign_in(page, staff)
    page.goto("/admin/knowledge/question/")
    page.get_by_role("link", name="Import Markdown").click()
    drop(page, entries_of())
    page.get_by_text("os.md").wait_for()
    page.get_by_role("button", name="Show what will happen").click()
    row = page.locator(".plan__row", has_text=SUBJECTS[0][0])
    row.get_by_role("link", name="Preview").click()
    page.locator(".sides", has_text=SUBJECTS[0][1]).wait_for()
    row.get_by_role("link", name="Preview").click()
    page.locator(".sides").wait_for(state="detached")
    with page.expect_response(lambda response: response.status == 204):
        page.locator(".plan__row", has_text=SUBJECTS[1][0]).locator("[data-take]").uncheck()
    page.get_by_role("button", name="Import", exact=True).click()
    wait_until_ready(page)
    assert Question.objects.count() == len(SUBJECTS) - 1
    other = open_page()
    sign_in(other, person)
    other.click(".start__go button")
    assert other.locator("h1, h2").first.text_content()
    assert other.locator("#id_answer").count() == 1


def test_a_folder_brings_its_pictures(ready, open_page, staff, folder):
    page = open_page()
    sign_in(page, staff)
    page.goto(UPLOAD)
    page.set_input_files("#id_folder", folder)
    page.get_by_text("notes/img/a.gif").wait_for()
    page.get_by_role("button", name="Show what will happen").click()
    page.locator(".plan__row", has_text="流水线").get_by_role("link", name="Preview").click()
    picture = page.locator(".sides img")
    picture.wait_for(state="attached")
    page.get_by_role("button", name="Import", exact=True).click()
    wait_until_ready(page)
    page.goto(
        f"/admin/knowledge/question/{Question.objects.get(title='什么是流水线？').pk}/change/"
    )
    address = page.locator("#live-preview img").get_attribute("src")
    assert address.startswith("/media/")
    assert page.request.get(address).status == 200


def test_the_same_without_javascript(ready, open_page, staff, folder):
    bring(a_file(entries_of(SUBJECTS[:1]), "os.md"))
    page = open_page(java_script_enabled=False)
    sign_in(page, staff)
    page.goto(UPLOAD)
    page.set_input_files("#id_files", folder / "os.md")
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("link", name="Preview").first.click()
    assert page.locator(".sides").count() == 1
    page.go_back()
    row = page.locator(".plan__row", has_text=SUBJECTS[1][0])
    row.locator("[name^=topic-]").fill("并发")
    page.locator(".plan__filters button", has_text="unchanged").click()
    page.locator(".plan__filters button", has_text="all").click()
    assert row.locator("[name^=topic-]").input_value() == "并发"
    page.get_by_role("button", name="Import", exact=True).click()
    for _ in range(50):
        if page.get_by_text("Ready to be asked").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    assert Question.objects.get(title=SUBJECTS[1][0]).topic.name == "并发"
    page.get_by_role("link", name="Undo this import").click()
    page.get_by_role("button", name="Undo the import").click()
    assert page.get_by_text("was undone").count() == 1
    assert Question.objects.count() == 1
    assert ImportRun.objects.filter(undone_at=None).count() == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_the_import_scrolls_sideways(ready, open_page, staff, width):
    bring(a_file(entries_of()))
    page = open_page(viewport={"width": width, "height": 800})
    sign_in(page, staff)

    def fits():
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    page.goto(UPLOAD)
    fits()
    edited = [(title, body + "补充一句。") for title, body in SUBJECTS]
    drop(page, entries_of(edited))
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("link", name="Side by side").first.click()
    page.locator(".sides").wait_for()
    fits()
    page.get_by_role("button", name="Import", exact=True).click()
    wait_until_ready(page)
    fits()
