"""Entries → Markdown that reads well and parses back to the same entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import yaml

from knowledge.markdown.document import Entry
from knowledge.markdown.exact import FORMAT_KEY, VERSION, mark
from knowledge.markdown.notes import read_point, split_values
from knowledge.markdown.titles import escaped

_CHINESE = {
    "difficulty": "难度", "language": "语言", "twin": "英文版", "tags": "标签",
    "keywords": "关键词",
    "points": "评分要点", "misconceptions": "常见误区", "follow_ups": "追问", "samples": "样例回答",
    "easy": "简单", "medium": "中等", "hard": "困难",
    "good": "好", "middling": "中", "wrong": "差",
}  # fmt: skip
_ENGLISH = {
    "difficulty": "Difficulty", "language": "Language", "twin": "Twin", "tags": "Tags",
    "keywords": "Keywords", "points": "Rubric", "misconceptions": "Misconceptions",
    "follow_ups": "Follow-ups", "samples": "Sample answers",
}  # fmt: skip


def dump(entries: Iterable[Entry], metadata: Mapping[str, object] | None = None) -> str:
    """Markdown from which `parse` reads the same entries (but for their lines) and metadata.

    Bodies and stems are written as they are; white space around them and line breaks inside
    titles, topics and notes are not kept.
    """
    entries = list(entries)
    suffix = _free_suffix(entries)
    version = f"{VERSION} {suffix}".strip()
    front = yaml.safe_dump(
        {**(metadata or {}), FORMAT_KEY: version if suffix else int(VERSION)},
        allow_unicode=True,
        sort_keys=False,
        width=10**6,
    )
    parts = [f"---\n{front}---"]
    topic = ""
    for entry in entries:
        if entry.topic != topic:
            topic = entry.topic
            parts.append(f"{mark('topic', suffix)}\n# {escaped(topic)}".rstrip())
        parts.append(f"{mark('question', suffix)}\n## {escaped(entry.title)}")
        if entry.stem.strip("\n"):
            parts.append(entry.stem.strip("\n"))
        parts.append(mark("answer", suffix))
        if entry.body.strip("\n"):
            parts.append(entry.body.strip("\n"))
        notes = _notes(entry)
        if notes:
            parts += [mark("notes", suffix), notes]
    return "\n\n".join(parts) + "\n"


def _free_suffix(entries: list[Entry]) -> str:
    """Marks that no text contains."""
    number, suffix = 0, ""
    texts = [text for entry in entries for text in (entry.stem, entry.body) if "<!-- viva" in text]
    texts += [sample for entry in entries for _, sample in entry.samples if "<!-- viva" in sample]
    while any(f"<!-- viva{suffix}:" in text for text in texts):
        number += 1
        suffix = str(number)
    return suffix


def _notes(entry: Entry) -> str:
    chinese = any("\u3400" <= char <= "\u9fff" for char in entry.title + entry.body[:200])
    words, colon = (_CHINESE, "：") if chinese else (_ENGLISH, ": ")
    parts = [
        f"**{words[name]}**{colon}{_one_line(value)}"
        for name, value in (
            ("difficulty", words.get(entry.difficulty, entry.difficulty)),
            ("language", entry.language),
            ("twin", entry.twin),
        )
        if value
    ]
    for name, values in (("tags", entry.tags), ("keywords", entry.keywords)):
        if values:
            parts.append(_values(words[name], colon, values, "、" if chinese else ", "))
    points = [_point(text, weight, chinese) for text, weight in entry.points]
    samples = [_sample(label, text, words, colon) for label, text in entry.samples]
    for name, items in (
        ("points", points),
        ("misconceptions", [_one_line(text) for text in entry.misconceptions]),
        ("follow_ups", [_one_line(text) for text in entry.follow_ups]),
        ("samples", samples),
    ):
        if items:
            parts.append(_listed(words[name], items))
    return "\n\n".join(parts)


def _values(label: str, colon: str, values: tuple[str, ...], separator: str) -> str:
    lines = tuple(map(_one_line, values))
    joined = separator.join(lines)
    if tuple(split_values(joined)) == lines:
        return f"**{label}**{colon}{joined}"
    return _listed(label, list(lines))


def _listed(label: str, items: list[str]) -> str:
    return f"**{label}**\n\n" + "\n".join(f"- {item}" for item in items)


def _point(text: str, weight: float, chinese: bool) -> str:
    text = _one_line(text)
    if weight == 1 and read_point(text) == (text, 1.0):
        return text
    number = f"{weight:.9f}".rstrip("0").rstrip(".")
    return f"{text}（{number}）" if chinese else f"{text} (weight {number})"


def _sample(label: str, text: str, words: Mapping[str, str], colon: str) -> str:
    name = words.get(label, label)
    first, *others = text.strip().split("\n")
    line = f"{name}{colon}{first}" if name else first
    return "\n".join([line, *("  " + other if other else "" for other in others)])


def _one_line(text: str) -> str:
    return " ".join(text.split())
