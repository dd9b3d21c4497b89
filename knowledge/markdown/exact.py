"""The exported dialect: comments that a page does not show mark where everything begins.

    ---
    viva: 1
    ---

    <!-- viva:topic -->
    # 优化算法

    <!-- viva:question -->
    ## 什么是梯度裁剪？

    stem

    <!-- viva:answer -->

    the reference answer, as it is

    <!-- viva:notes -->

    **难度**：中等

The marks are whole lines. They are looked for before any Markdown is parsed, so that no answer,
not even one with an unclosed fence, can move a border. Where a text itself contains such a line,
the front matter names other marks (`viva: 1 x`, then `<!-- vivax:question -->`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge.markdown.document import Entry
from knowledge.markdown.drafts import draft_reason
from knowledge.markdown.notes import read_notes
from knowledge.markdown.titles import matching_key, unescaped

FORMAT_KEY = "viva"
VERSION = "1"
PARTS = ("topic", "question", "answer", "notes")


def mark(name: str, suffix: str = "") -> str:
    """The comment line that opens a part."""
    return f"<!-- viva{suffix}:{name} -->"


def marks_suffix(metadata: Mapping[str, object]) -> str | None:
    """The suffix of the marks that a front matter announces; None if it is another dialect."""
    version, _, suffix = str(metadata.get(FORMAT_KEY, "")).partition(" ")
    return suffix if version == VERSION else None


def read_exact(lines: list[str], suffix: str) -> list[Entry]:
    """Entries of an exported text, given as lines after (or including) its front matter."""
    entries: list[Entry] = []
    topic = ""
    parts: dict[str, str] = {}
    line = 1
    for name, number, text in _parts(lines, suffix):
        if name in ("topic", "question") and "question" in parts:
            entries.append(_entry(parts, topic, line))
        if name == "topic":
            topic, parts = _heading(text)[0], {}
        elif name == "question":
            parts, line = {"question": text}, number
        elif "question" in parts:
            parts[name] = text
    if "question" in parts:
        entries.append(_entry(parts, topic, line))
    return entries


def _parts(lines: list[str], suffix: str) -> Iterator[tuple[str, int, str]]:
    """(part, 1-based line below its mark, text) in file order."""
    names = {mark(name, suffix): name for name in PARTS}
    name, begin = "", 0
    for index, line in enumerate([*lines, mark("question", suffix)]):
        found = names.get(line)
        if found is None:
            continue
        if name:
            yield name, begin + 1, "\n".join(lines[begin:index]).strip("\n")
        name, begin = found, index + 1


def _heading(text: str) -> tuple[str, str]:
    """(title, what stands below it)."""
    first, _, rest = text.partition("\n")
    return unescaped(first.lstrip("#").strip()), rest.strip("\n")


def _entry(parts: dict[str, str], topic: str, line: int) -> Entry:
    title, stem = _heading(parts["question"])
    body = parts.get("answer", "")
    notes = read_notes(parts.get("notes", ""))
    return Entry(
        title=title,
        key=matching_key(title),
        stem=stem,
        body=body,
        topic=topic,
        line=line,
        draft=draft_reason(body),
        difficulty=notes.difficulty,
        tags=notes.tags,
        points=notes.points,
        keywords=notes.keywords,
        misconceptions=notes.misconceptions,
        follow_ups=notes.follow_ups,
        language=notes.language,
        twin=notes.twin,
        samples=notes.samples,
    )
