"""Real Q&A files against what a careful reader finds in them (read from ../shared, if there)."""

from __future__ import annotations

import collections
import json
import pathlib
import time

import pytest

from knowledge.markdown import decode, dump, matching_key, parse

SHARED = pathlib.Path(__file__).resolve().parents[2] / "shared"
TRUTH = SHARED / "import-corpus" / "truth"
FILES = sorted((SHARED / "import-corpus" / "files").glob("*.md"))
SEEDS = sorted((SHARED / "seeds").glob("*.md"))

pytestmark = pytest.mark.skipif(
    not FILES, reason="the corpus of real files (../shared/import-corpus) is not there"
)


def truths() -> dict[str, dict[str, object]]:
    """Truths by the stem of the file they belong to."""
    found = {}
    for path in sorted(TRUTH.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        source = str(truth["source"])
        name = pathlib.Path(source).stem if source.startswith("shared/seeds") else path.stem
        found[name] = truth
    return found


@pytest.mark.parametrize("path", FILES + SEEDS, ids=lambda path: path.name)
def test_every_question_and_nothing_else(path: pathlib.Path) -> None:
    known = truths()
    truth = known.get(path.stem) or known.get(path.name.split(".")[0])
    assert truth is not None
    text, _ = decode(path.read_bytes())
    entries = parse(text).entries
    if not truth["question_count"] or truth.get("has_answers") is False:
        assert [entry.title for entry in entries if not entry.draft] == []
        return
    questions = truth["questions"]
    assert isinstance(questions, list)
    wanted = collections.Counter(map(matching_key, questions))
    got = collections.Counter(entry.key for entry in entries)
    assert got - wanted == collections.Counter()
    assert wanted - got == collections.Counter()
    for empty in truth.get("empty_answers", []):  # type: ignore[attr-defined]
        title = empty["title"] if isinstance(empty, dict) else empty
        assert all(e.draft == "empty" for e in entries if e.key == matching_key(title))


@pytest.mark.parametrize("path", FILES + SEEDS, ids=lambda path: path.name)
def test_every_answer_stands_in_the_file(path: pathlib.Path) -> None:
    text, _ = decode(path.read_bytes())
    lines = {line.strip() for line in text.split("\n")}
    for entry in parse(text).entries:
        for line in entry.body.split("\n")[1:-1]:
            assert line.strip() in lines


@pytest.mark.parametrize("path", FILES + SEEDS, ids=lambda path: path.name)
def test_export_and_import_keep_every_entry(path: pathlib.Path) -> None:
    first = parse(decode(path.read_bytes())[0])
    again = parse(dump(first.entries, first.metadata))
    assert [vars_of(entry) for entry in again.entries] == [vars_of(e) for e in first.entries]
    assert again.metadata == first.metadata


def vars_of(entry: object) -> dict[str, object]:
    """An entry's fields but for its line."""
    names = [name for name in entry.__dataclass_fields__ if name != "line"]  # type: ignore[attr-defined]
    return {name: getattr(entry, name) for name in names}


def test_time_grows_with_the_size_of_the_file() -> None:
    largest = max(FILES, key=lambda path: path.stat().st_size)
    text, _ = decode(largest.read_bytes())
    started = time.process_time()
    once = len(parse(text).entries)
    single = time.process_time() - started
    started = time.process_time()
    ten = len(parse(text * 10).entries)
    assert ten == once * 10
    assert time.process_time() - started < 25 * single + 1
