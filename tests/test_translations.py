"""The Chinese catalogue: complete, compiled, and in step with the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.urls import reverse
from django.utils import translation

from tests.conftest import add_question

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|<[^>]+>")


def key(entry: polib.POEntry) -> tuple[str, str, str]:
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def catalogue(request) -> polib.POFile:
    return polib.pofile(str(request.param))


def test_there_is_a_chinese_catalogue():
    assert "zh_Hans" in [path.parent.parent.name for path in CATALOGUES]


def test_every_string_is_translated(catalogue):
    assert [e.msgid for e in catalogue if not all(texts(e)) or not e.translated()] == []


def test_nothing_is_fuzzy_or_obsolete(catalogue):
    assert [e.msgid for e in catalogue if e.obsolete or "fuzzy" in e.flags] == []
    assert not catalogue.metadata_is_fuzzy


def test_placeholders_and_markup_survive_translation(catalogue):
    for entry in catalogue:
        for text in texts(entry):
            wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
            assert set(PLACEHOLDER.findall(text)) == wanted, entry.msgid


def test_the_compiled_catalogue_is_that_of_the_source(catalogue):
    compiled = polib.mofile(catalogue.fpath[:-2] + "mo")
    assert {key(e): texts(e) for e in compiled} == {key(e): texts(e) for e in catalogue}


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")
def test_the_catalogue_has_exactly_the_strings_of_the_code(catalogue, tmp_path):
    """Strings are collected afresh from a copy of the tree, as `make messages` does it."""
    for folder in ("interview", "knowledge", "templates"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in (".py", ".html"):
                copy = tmp_path / file.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "zh_Hans", "--no-location"]
    bare = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=tmp_path, env=bare, check=True, capture_output=True)
    fresh = polib.pofile(str(tmp_path / "locale/zh_Hans/LC_MESSAGES/django.po"))
    assert {key(e) for e in fresh} == {key(e) for e in catalogue}, "run: make messages"


@pytest.mark.parametrize(("language", "word"), [("zh-CN,zh;q=0.9", "登录"), ("en-GB", "Sign in")])
def test_the_browser_chooses_the_language(client, db, language, word):
    html = client.get("/login/", headers={"Accept-Language": language}).content.decode()
    assert f"<h1>{word}</h1>" in html


def test_the_reader_can_switch(client, db):
    client.post(reverse("set_language"), {"language": "en", "next": "/login/"})
    html = client.get("/login/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert '<html lang="en">' in html and "登录" not in html


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [("en", "1 question", "2 questions"), ("zh-hans", "1 道题", "2 道题")],
)
def test_each_language_counts_in_its_way(language, one, two):
    with translation.override(language):
        said = [
            translation.ngettext("%(n)s question", "%(n)s questions", n) % {"n": n} for n in (1, 2)
        ]
    assert said == [one, two]


@pytest.mark.parametrize(
    ("language", "date"), [("zh-hans", "2026年3月9日"), ("en", "March 9, 2026")]
)
def test_dates_are_written_as_the_reader_writes_them(language, date, person, client_of):
    import datetime as dt

    from interview.models import Interview

    Interview.objects.create(user=person, created_at=dt.datetime(2026, 3, 9, 8, tzinfo=dt.UTC))
    page = client_of(person).get(reverse("history"), headers={"Accept-Language": language})
    assert date in page.content.decode()


def test_topics_in_the_readers_language_come_first(person, client_of):
    add_question("What is a kernel?", topic="Operating systems", language="en")
    add_question("什么是内核？", topic="操作系统", language="zh")
    for language, first, second in [
        ("en", "Operating systems", "操作系统"),
        ("zh-hans", "操作系统", "Operating systems"),
    ]:
        page = client_of(person).get("/", headers={"Accept-Language": language}).content.decode()
        assert page.index(first) < page.index(second)


def test_without_a_choice_only_questions_in_the_readers_language_are_asked(person, client_of):
    from interview.models import Slot

    add_question("What is a kernel?", topic="Operating systems", language="en")
    add_question("什么是内核？", topic="操作系统", language="zh")
    client_of(person).post(reverse("start"), {"count": 5}, headers={"Accept-Language": "en"})
    assert [slot.version.title for slot in Slot.objects.all()] == ["What is a kernel?"]
