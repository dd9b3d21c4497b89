"""Tables of contents and link lists: which blocks they are, and what they list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge.markdown.blocks import Block, Source
from knowledge.markdown.pairs import cells
from knowledge.markdown.titles import lead_of, matching_key, plain

_LINKS = re.compile(
    r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|<?https?://[^\s<>]+>?|<[^<>]{0,300}>"
)
_ANCHORED = re.compile(r"\s*(?:[\w.]{1,6}\s)?\[[^\[\]]{1,300}\]\(#[^()\s]{0,500}\)(?=.{0,60}$)")
_CONTENTS_KEYS = frozenset(
    ("目录", "目錄", "总目录", "目次", "大纲", "导航", "contents", "tableofcontents", "toc", "索引")
)
_MACROS = frozenset(("[toc]", "[[toc]]", "{:toc}", "@[toc]", "${toc}", "[toc levels=3]"))


@dataclass(slots=True)
class Contents:
    """Block indices of tables of contents and link lists; keys that a contents table lists."""

    blocks: set[int] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


def is_links(text: str) -> bool:
    """Whether nothing but links, images, tags and list marks stands in a text."""
    if not ("](" in text or "http" in text or "<" in text):
        return False
    return not matching_key(lead_of(_LINKS.sub("", text[:2000]).strip()).rest)


def find_contents(source: Source) -> Contents:
    """Contents are lists of links to anchors, lists under 目录, and lists that repeat headings."""
    found = Contents()
    headings: dict[str, int] = {}
    for block in source.blocks:
        if block.kind == "heading" and block.source:
            key = matching_key(lead_of(source.plain(block.source)).rest)
            headings.setdefault(key, block.start)
    headings.pop("", None)
    for first, last in _lists(source.blocks):
        _look_at_list(source, first, last, headings, found)
    for index, block in enumerate(source.blocks):
        if block.kind == "table":
            _look_at_table(source, index, block, found)
        elif block.kind == "paragraph" and _is_contents_paragraph(block.source):
            _mark(found, index, block)
    return found


def _is_contents_paragraph(text: str) -> bool:
    """`[TOC]`, or a row of links to anchors."""
    if text.strip().lower() in _MACROS:
        return True
    return text.count("](#") >= 3 and is_links(text.replace("\n", " "))


def _lists(blocks: list[Block]) -> Iterator[tuple[int, int]]:
    """Runs of blocks [first, last) that make one top-level list."""
    index = 0
    while index < len(blocks):
        if blocks[index].kind != "item" or blocks[index].item >= 0:
            index += 1
            continue
        first = index
        kind = (blocks[first].markup, bool(blocks[first].number))
        while index < len(blocks) and (
            blocks[index].item >= first
            or (
                blocks[index].kind == "item"
                and (blocks[index].markup, bool(blocks[index].number)) == kind
            )
        ):
            index += 1
        yield first, index


def _look_at_list(
    source: Source, first: int, last: int, headings: dict[str, int], found: Contents
) -> None:
    blocks = source.blocks
    texts = [
        blocks[n].source
        for n in range(first, last)
        if blocks[n].kind == "paragraph" and blocks[n].first
    ]
    if not texts:
        return
    links = sum(1 for text in texts if is_links(text.replace("\n", " ")) or _ANCHORED.match(text))
    anchors = sum(1 for text in texts if "](#" in text or 'href="#' in text)
    keys = [matching_key(lead_of(source.plain(_linked(text))).rest) for text in texts]
    bare = all(blocks[n].kind in ("item", "paragraph") for n in range(first, last))
    titled = bare and _under_contents_heading(blocks, first)
    repeats = _repeats_headings(keys, headings, blocks[first].start)
    is_toc = (anchors >= 0.6 * len(texts) and links >= 0.6 * len(texts)) or repeats or titled
    if is_toc:
        found.keys.update(key for key in keys if key)
    if is_toc or (links >= 0.8 * len(texts) and len(texts) >= 2):
        for index in range(first, last):
            _mark(found, index, blocks[index])


def _linked(text: str) -> str:
    """The link that an entry begins with, without remarks behind it (a badge, a level)."""
    match = _ANCHORED.match(text)
    return match[0] if match else text


def _repeats_headings(keys: list[str], headings: dict[str, int], line: int) -> bool:
    """Whether a list names a good part of the headings that follow it, in their order."""
    lines = [headings[key] for key in keys if key in headings]
    agreeing = len(lines)
    return (
        agreeing >= max(3, 0.6 * len(keys), 0.3 * len(headings))
        and min(lines) > line
        and sum(a < b for a, b in pairwise(lines)) >= 0.8 * (agreeing - 1)
    )


def _under_contents_heading(blocks: list[Block], first: int) -> bool:
    before = blocks[first - 1] if first else None
    if before is None or before.kind not in ("heading", "paragraph"):
        return False
    return matching_key(lead_of(plain(before.source)).rest) in _CONTENTS_KEYS


def _look_at_table(source: Source, index: int, block: Block, found: Contents) -> None:
    rows = source.lines[block.start : block.end]
    anchored = [row for row in rows if "](#" in row]
    if len(anchored) < max(3, 0.6 * (len(rows) - 2)):
        return
    _mark(found, index, block)
    for row in anchored:
        for _, cell in cells(row):
            key = matching_key(lead_of(source.plain(cell)).rest)
            if key:
                found.keys.add(key)


def _mark(found: Contents, index: int, block: Block) -> None:
    found.blocks.add(index)
    found.lines.update(range(block.start, block.end))
