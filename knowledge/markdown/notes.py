"""Per-question metadata that reads as plain Markdown at the end of an answer.

A label stands as a heading or in bold, alone over a list or with its value behind a colon:

    **难度**：中等
    **关键词**：梯度裁剪 = gradient clipping、学习率

    **评分要点**

    - 说明裁剪的是整体范数（2）
    - 给出阈值的选择

Only these labels, and only as the last thing of an entry, are metadata; anything else is answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.markdown.blocks import Block, Source, scan
from knowledge.markdown.titles import plain

LABELS: dict[str, str] = {
    "评分要点": "points", "rubric": "points", "rubric points": "points",
    "关键词": "keywords", "keywords": "keywords",
    "常见误区": "misconceptions", "misconceptions": "misconceptions",
    "追问": "follow_ups", "follow-ups": "follow_ups", "follow-up questions": "follow_ups",
    "难度": "difficulty", "difficulty": "difficulty",
    "标签": "tags", "tags": "tags",
    "英文版": "twin", "中文版": "twin", "twin": "twin",
    "语言": "language", "language": "language",
    "样例回答": "samples", "sample answers": "samples",
}  # fmt: skip
SAMPLE_LABELS = {
    "好": "good", "中": "middling", "差": "wrong", "错": "wrong",
    "good": "good", "middling": "middling", "wrong": "wrong", "bad": "wrong", "poor": "wrong",
}  # fmt: skip
DIFFICULTIES = {
    "简单": "easy", "容易": "easy", "初级": "easy", "基础": "easy", "入门": "easy", "easy": "easy",
    "beginner": "easy", "junior": "easy", "basic": "easy", "low": "easy", "0": "easy", "1": "easy",
    "中等": "medium", "中级": "medium", "一般": "medium", "进阶": "medium", "medium": "medium",
    "intermediate": "medium", "mid": "medium", "middle": "medium", "2": "medium",
    "困难": "hard", "难": "hard", "高级": "hard", "较难": "hard", "hard": "hard",
    "advanced": "hard", "senior": "hard", "expert": "hard", "difficult": "hard", "3": "hard",
}  # fmt: skip
_INLINE_ONLY = frozenset(("difficulty", "twin", "language"))
_LISTED = frozenset(("points", "misconceptions", "follow_ups", "samples"))
_LABEL = re.compile(r"\*\*([^*\n]{1,30}?)(?:\*\*\s*[:：]|[:：]\s*\*\*|\*\*\s*$)\s*(.*)$")
_WEIGHT = re.compile(
    r"[（(\[]\s*+(?:(?:权重|分值|weight)\s*+[:：=]?\s*+)?(\d{1,4}(?:\.\d{1,9})?)\s*+(?:分|points?|pts?)?\s*+[)）\]]$",
    re.IGNORECASE,
)
_SAMPLE = re.compile(r"(?:\*\*)?([^\s:：*]{1,12})(?:\*\*)?\s*[:：]\s*(?:\*\*)?\s*")
_SEPARATORS = re.compile(r"[,，、;；]")
_ALIASES = re.compile(r"(?<![=<>!])=(?![=<>])")
_MARKER = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)")


@dataclass(slots=True)
class Notes:
    """What the labels of one entry said."""

    difficulty: str = ""
    language: str = ""
    twin: str = ""
    tags: tuple[str, ...] = ()
    points: tuple[tuple[str, float], ...] = ()
    keywords: tuple[str, ...] = ()
    misconceptions: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    samples: tuple[tuple[str, str], ...] = ()
    found: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Section:
    name: str
    value: str
    items: list[str]


def split_notes(body: str) -> tuple[str, Notes]:
    """Cut the metadata off the end of an answer: (answer without it, metadata)."""
    lowered = body.lower()
    if not any(f"**{label}" in lowered or f"# {label}" in lowered for label in LABELS):
        return body, Notes()
    source = scan(body)
    units = list(_units(source))
    sections: list[_Section] = []
    end = len(units)
    cut = len(source.lines)
    while end:
        section, begin, line = _section_before(source, units, end)
        if section is None:
            break
        sections.extend(reversed(section))
        end, cut = begin, line
    sections.reverse()
    if not sections:
        return body, Notes()
    return "\n".join(source.lines[:cut]).rstrip(), _read(sections)


def read_notes(text: str) -> Notes:
    """Metadata of a text that is nothing but metadata."""
    return split_notes(text)[1]


def _units(source: Source) -> Iterator[Block]:
    """Blocks that are inside of nothing."""
    return (block for block in source.blocks if block.item < 0 and block.quote < 0)


def _section_before(
    source: Source, units: list[Block], end: int
) -> tuple[list[_Section] | None, int, int]:
    """The label section(s) that end right before units[end]: (sections, first unit, first line)."""
    last = units[end - 1]
    if last.kind == "paragraph":
        return _inline_sections(last, end)
    begin = end
    while begin and units[begin - 1].kind == "item":
        begin -= 1
    if begin == end or begin == 0:
        return None, end, 0
    label = units[begin - 1]
    name, value, before = _label_of(label)
    if not name or value or name in _INLINE_ONLY:
        return None, end, 0
    items = [_item_text(source, unit) for unit in units[begin:end]]
    sections = [_Section(name, "", items)]
    if before:
        return [*before, *sections], begin - 1, label.start
    return sections, begin - 1, label.start


def _inline_sections(block: Block, end: int) -> tuple[list[_Section] | None, int, int]:
    """`**难度**：中等` lines; several of them may share a paragraph."""
    sections = []
    for row in block.source.split("\n"):
        name, value = _label_line(row.strip())
        if not name or not value or name in _LISTED:
            return None, end, 0
        sections.append(_Section(name, value, []))
    return sections, end - 1, block.start


def _label_of(block: Block) -> tuple[str, str, list[_Section]]:
    """(name, value, inline sections above it) of the label that a block is; no name if none."""
    if block.kind == "heading":
        return LABELS.get(plain(block.source).rstrip(":： ").lower(), ""), "", []
    if block.kind != "paragraph":
        return "", "", []
    *rows, row = block.source.split("\n")
    name, value = _label_line(row.strip())
    before = []
    for other in rows:
        its_name, its_value = _label_line(other.strip())
        if not its_name or not its_value or its_name in _LISTED:
            return "", "", []
        before.append(_Section(its_name, its_value, []))
    return name, value, before


def _label_line(row: str) -> tuple[str, str]:
    match = _LABEL.match(row)
    if match is None:
        return "", ""
    name = LABELS.get(match[1].strip().rstrip(":：").strip().lower(), "")
    return name, match[2].strip()


def _item_text(source: Source, block: Block) -> str:
    """A list item's own source without its marker and indentation."""
    first, *others = source.lines[block.start : block.end]
    marker = _MARKER.match(first)
    width = marker.end() if marker else 0
    rows = [first[width:].strip()]
    for row in others:
        lead = len(row) - len(row.lstrip(" "))
        rows.append(row[min(lead, width) :])
    return "\n".join(rows).strip()


def _read(sections: list[_Section]) -> Notes:
    notes = Notes()
    for section in sections:
        notes.found.add(section.name)
        texts = [text for text in section.items if text]
        match section.name:
            case "difficulty":
                notes.difficulty = difficulty_of(section.value)
            case "language":
                notes.language = section.value
            case "twin":
                notes.twin = section.value
            case "tags":
                notes.tags = tuple(texts or split_values(section.value))
            case "keywords":
                words = texts or split_values(section.value)
                notes.keywords = tuple(join_aliases(word) for word in words)
            case "points":
                notes.points = tuple(map(read_point, texts))
            case "samples":
                notes.samples = tuple(map(split_sample, texts))
            case "misconceptions":
                notes.misconceptions = tuple(texts)
            case "follow_ups":
                notes.follow_ups = tuple(texts)
    return notes


def read_point(text: str) -> tuple[str, float]:
    """(statement, weight) of a rubric point such as `给出公式（2）`; a weight not given is 1."""
    match = _WEIGHT.search(text)
    statement = text[: match.start()].rstrip() if match else ""
    return (statement, float(match[1])) if match and statement else (text, 1.0)


def split_sample(text: str) -> tuple[str, str]:
    """(label, answer) of `好：…`; the label is good, middling, wrong or "" for none of these."""
    first, newline, others = text.partition("\n")
    match = _SAMPLE.match(first)
    name = SAMPLE_LABELS.get(match[1].strip().lower(), "") if match else ""
    if match is None or not name:
        return "", text
    return name, (first[match.end() :] + newline + others).strip()


def difficulty_of(value: object) -> str:
    """easy, medium, hard or "" for a word or a number that people use for it."""
    text = str(value).strip().lower()
    stars = sum(text.count(star) for star in "★⭐🌟")
    if stars:
        return ("", "easy", "easy", "medium", "hard", "hard")[min(stars, 5)]
    return DIFFICULTIES.get(text, "")


def split_values(text: str) -> list[str]:
    """Words separated by commas, `、` or semicolons."""
    return [word.strip() for word in _SEPARATORS.split(text) if word.strip()]


def join_aliases(word: str) -> str:
    """`a=b` → `a = b`: aliases of one keyword."""
    parts = (part.strip() for part in _ALIASES.split(word))
    return " = ".join(part for part in parts if part)
