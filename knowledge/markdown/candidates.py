"""Every place in a file that could be a question, by shape; the choice comes later.

Shapes: heading, item-heading (`1. ### …`), bold (a paragraph that opens in bold), label (`Q: …`),
para (a numbered paragraph), asked (a paragraph that asks), item (a list item), summary
(`<summary>`), quote; knowledge.markdown.pairs adds tables, definition lists and cards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from knowledge.markdown.blocks import Block, Position, Source
from knowledge.markdown.titles import Lead, heading_lead, lead_of, matching_key, plain
from knowledge.markdown.words import ASKED_KEYS, answer_label_end, strong_question

_BOLD = re.compile(r"(\*\*\*?|___?|<b>|<strong>)(?P<text>.+?)(?:\*\*\*?|___?|</b>|</strong>)", re.I)
_ITALIC = re.compile(r"([*_])(?![*_\s]).{1,300}(?<![*_\s])\1\s*$")
_CHECKBOX = re.compile(r"\[[ xX]\]\s+")
_CALLOUT = re.compile(r"\[!(question|faq|help|q)\][-+]?\s*", re.IGNORECASE)
_ADMONITION = re.compile(r"(?:\?\?\?\+?|!!!) (?:question|faq|help) \"(?P<title>[^\"]{1,300})\"\s*$")
_CARD_TAG = re.compile(
    r"\s+(?:#(?:card|flash_?cards?|anki)\b|\[\[card\]\])[#/\w\s-]*$", re.IGNORECASE
)
_PROPERTY = re.compile(
    r"\s*[a-z][a-z0-9-]{0,40}:: \S"
)  # Logseq's, below the line that they belong to
MAX_ASKED = 200  # characters of a paragraph's first line that is a question without any markup
_PROMISING = re.compile(
    r"[*_<>\d(（【\[#№①-⑳一二三四五六七八九十百零〇第问题提考面例练习追QqPpEeIiNnCcSsLlUuMmDdWwFf正]"
)


@dataclass(slots=True)
class Candidate:
    """A possible question: where it stands, its plain title, where its answer would begin."""

    shape: str
    start: Position
    body: Position
    title: str
    lead: Lead
    level: int = 0
    markup: str = ""
    block: int = -1
    limit: Position | None = None  # the answer ends here at the latest
    inside: int = -1  # index of the <details> around it
    wide: tuple[str, Position] | None = None  # title and body if the whole line is the title
    group: tuple[object, ...] = field(default=())

    @property
    def text(self) -> str:
        """The title without its numbering and label."""
        return self.lead.rest if self.lead.style else self.title


def find_candidates(source: Source, contents: set[int]) -> list[Candidate]:
    """All candidates outside of tables of contents (`contents`: their block indices)."""
    found: list[Candidate] = []
    nameless = _nameless(source)
    for index, block in enumerate(source.blocks):
        if index in contents or block.quote >= 0:
            if block.kind == "paragraph" and index not in contents:
                found.extend(_in_quote(source, index, block))
            continue
        if block.kind == "heading":
            found.extend(_heading(source, index, block, nameless))
        elif block.kind == "paragraph":
            found.extend(_paragraph(source, index, block))
    found.extend(_summaries(source))
    for candidate in found:
        _heed_card_tag(candidate)
    found.sort(key=lambda candidate: candidate.start)
    return [candidate for candidate in found if matching_key(candidate.text)]


def _heed_card_tag(candidate: Candidate) -> None:
    """`- question #card` (Logseq), `## question #flashcard` (Obsidian): the tag says what it is."""
    tag = _CARD_TAG.search(candidate.lead.rest)
    if tag is not None and candidate.shape in ("item", "heading") and tag.start():
        lead = candidate.lead
        rest = lead.rest[: tag.start()]
        candidate.title = rest
        candidate.lead = Lead(lead.style or "label", lead.numbers, True, True, rest)


def _nameless(source: Source) -> set[tuple[str, int]]:
    """(key, level) of headings such as `### Question` that stand over every question, and have no
    heading each above them that would be its name."""
    levels = Counter(block.level for block in source.blocks if block.kind == "heading")
    asked = Counter(
        (matching_key(block.source), block.level)
        for block in source.blocks
        if block.kind == "heading" and matching_key(block.source) in ASKED_KEYS
    )
    return {
        (key, level)
        for (key, level), count in asked.items()
        if count > max(1, sum(n for other, n in levels.items() if other < level))
    }


def _heading(
    source: Source, index: int, block: Block, nameless: set[tuple[str, int]]
) -> Iterator[Candidate]:
    shape, number = "heading", ""
    if block.item >= 0:
        if not block.first:
            return
        shape, number = "item-heading", source.blocks[block.item].number
    title = source.plain(block.source)
    lead = heading_lead(title)
    if number and not lead.numbers:
        lead = Lead("int", (int(number),), True, lead.labelled, lead.rest or title)
    if (matching_key(title), block.level) in nameless:
        lead = Lead("label", (), True, True)
    body: Position = (block.end, 0)
    if block.rest:
        row = block.end - 1
        body = (row, max(source.lines[row].find(block.rest), 0))
    if not matching_key(lead.rest):
        following = source.blocks[index + 1] if index + 1 < len(source.blocks) else None
        if following is None or following.kind != "paragraph" or following.start < block.end:
            return
        title, body = _first_line(source, following)
        if answer_label_end(following.source):
            return
        own = lead_of(title)
        lead = Lead(
            lead.style or own.style,
            lead.numbers or own.numbers,
            True,
            lead.labelled or own.labelled,
            own.rest if own.firm else title,
        )
    start = (source.blocks[block.item].start if shape == "item-heading" else block.start, 0)
    markup = "html" if block.markup == "html" else "md"
    yield Candidate(
        shape, start, body, title, lead, block.level, markup, index, inside=block.details
    )


def _first_line(source: Source, block: Block) -> tuple[str, Position]:
    first = block.source.split("\n", 1)[0]
    return source.plain(first), (block.start + 1, 0)


def _paragraph(source: Source, index: int, block: Block) -> Iterator[Candidate]:
    if block.item >= 0 and not block.first:
        if not _labelled(block.source):
            return
    elif block.item >= 0:
        yield from _item(source, index, block)
        return
    candidate = _line_candidate(source, index, block) or _asked(source, index, block)
    if candidate is not None:
        yield candidate
    if block.item < 0 and block.end - block.start > 1:
        yield from _later_lines(source, index, block)


def _later_lines(source: Source, index: int, block: Block) -> Iterator[Candidate]:
    """`Q: …` and `1、…` on later lines of a paragraph: not everybody leaves lines empty."""
    rows = block.source.split("\n")
    for row in range(1, len(rows)):
        if not _PROMISING.match(rows[row]):
            continue
        lead = lead_of(source.plain(rows[row][:300]))
        if lead.labelled or (lead.firm and lead.numbers and strong_question(lead.rest)):
            near = "\n".join(rows[row : row + 3])
            part = replace(block, start=block.start + row, source=near, first=False)
            candidate = _line_candidate(source, index, part)
            if candidate is not None and matching_key(lead.rest):
                yield candidate


def _asked(source: Source, index: int, block: Block) -> Candidate | None:
    """A paragraph whose first line asks, without markup; `level` 1 if a rule stands before it."""
    first = block.source.split("\n", 1)[0]
    if block.item >= 0 or len(first) > MAX_ASKED:
        return None
    admonition = _ADMONITION.match(first)
    if admonition is not None:
        title = source.plain(admonition["title"])
        lead = lead_of(title)
        lead = Lead(lead.style, lead.numbers, True, True, lead.rest)
        return Candidate(
            "label", (block.start, 0), (block.start + 1, 0), title, lead, 1, block=index
        )
    italic = bool(_ITALIC.match(first))
    title = source.plain(first)
    if not title.endswith(("?", "？")) and not (italic and strong_question(title)):
        return None
    before = source.blocks[index - 1] if index else None
    level = 2 if italic else int(before is None or before.kind in ("rule", "heading"))
    lead, body = lead_of(title), (block.start + 1, 0)
    return Candidate("asked", (block.start, 0), body, title, lead, level, block=index)


def _labelled(text: str) -> bool:
    return lead_of(plain(text.split("\n", 1)[0][:300])).labelled


def _line_candidate(source: Source, index: int, block: Block) -> Candidate | None:
    """A paragraph that opens with bold text, a label or a number."""
    first, _, others = block.source.partition("\n")
    if not _PROMISING.match(first):
        return None
    title, body = source.plain(first), (block.start + 1, 0)
    lead = lead_of(title)
    shape = "label" if lead.labelled else "para"
    wide = None
    column = _column(source, block, first)
    bold = _BOLD.match(first)
    if bold is not None:
        strong = source.plain(bold[0])
        own = lead_of(strong)
        shape = "label" if lead.labelled else "bold"
        after = first[bold.end() :].lstrip(" :：.")
        if matching_key(own.rest) and not (lead.labelled and not own.labelled):
            wide = (title, body) if after else None
            if after:
                body = (block.start, column + len(first) - len(after))
            title, lead = strong, own
    if shape == "label" and not matching_key(lead.rest):
        if not others:
            following = source.blocks[index + 1] if index + 1 < len(source.blocks) else None
            if following is None or following.kind != "paragraph" or following.item != block.item:
                return None
            line, body = _first_line(source, following)
        else:
            line, body = source.plain(others.split("\n", 1)[0]), (block.start + 2, 0)
        lead = Lead(lead.style, lead.numbers, lead.firm, True, lead_of(line).rest)
        title = line
    if shape == "para" and not (lead.firm and lead.numbers):
        return None
    if shape == "label":
        title, lead, body = _cut_same_line_answer(source, title, lead, body, block, first, column)
    start = (source.blocks[block.item].start, 0) if block.first else (block.start, 0)
    return Candidate(shape, start, body, title, lead, 0, "", index, inside=block.details, wide=wide)


def _cut_same_line_answer(
    source: Source,
    title: str,
    lead: Lead,
    body: Position,
    block: Block,
    first: str,
    column: int,
) -> tuple[str, Lead, Position]:
    """`Q: … A: …` on one line."""
    for mark in (" A: ", " A：", " 答：", "。答：", "？答：", " Answer: ", " **A:**", " **答：**"):
        at = first.find(mark)
        if at > 0 and mark.strip(" 。？") in first:
            cut = at + (1 if mark[0] in "。？ " else 0)
            shorter = source.plain(first[:cut])
            return shorter, lead_of(shorter), (block.start, column + cut)
    return title, lead, body


def _column(source: Source, block: Block, first: str) -> int:
    return max(source.lines[block.start].find(first), 0)


def _item(source: Source, index: int, block: Block) -> Iterator[Candidate]:
    item = source.blocks[block.item]
    if item.level > 2:
        return
    line = _line_candidate(source, index, block)
    if line is not None and line.shape == "label":
        yield line
        return
    rows = block.source.split("\n")
    first = _CHECKBOX.sub("", rows[0], count=1)
    properties = next(
        (n for n, row in enumerate(rows[1:]) if not _PROPERTY.match(row)), len(rows) - 1
    )
    title, body = source.plain(first), (block.start + 1 + properties, 0)
    markup = "plain"
    wide = None
    bold = _BOLD.match(first)
    if bold is not None:
        markup = "bold"
        strong = source.plain(bold[0])
        after = first[bold.end() :].lstrip(" :：.-–—")
        if after and matching_key(strong):
            wide = (title, body)
            body = (block.start, _column(source, block, first) + len(first) - len(after))
            title = strong
    elif not item.number and len(title) > 300:
        return
    lead = lead_of(title)
    if item.number and not lead.numbers:
        lead = Lead("int", (int(item.number),), True, lead.labelled, lead.rest or title)
    ordered = "ordered" if item.number else "bullet"
    yield Candidate(
        "item",
        (item.start, 0),
        body,
        title,
        lead,
        item.level,
        f"{ordered}-{markup}",
        index,
        inside=block.details,
        wide=wide,
        limit=(item.end, 0) if item.level > 1 else None,
    )


def _in_quote(source: Source, index: int, block: Block) -> Iterator[Candidate]:
    """`> Q: …` or `> question?`: the quote is the question, the answer follows it."""
    quote = source.blocks[block.quote]
    if (
        quote.item >= 0
        or quote.quote >= 0
        or (not block.first and source.blocks[index - 1] is not quote)
    ):
        return
    first, _, others = block.source.partition("\n")
    start, row = (quote.start, 0), block.start
    callout = _CALLOUT.match(first)
    if callout is not None:
        first = first[callout.end() :]
        if not first:
            (first, _, others), row = others.partition("\n"), row + 1
    title = source.plain(first)
    lead = lead_of(title)
    if callout is not None:
        lead = Lead(lead.style, lead.numbers, True, True, lead.rest)
    if not (lead.labelled or strong_question(title)) or len(title) > 300:
        return
    alone = quote.end - quote.start <= 1 or (not others and block.end >= quote.end)
    alone = alone or (row > block.start and not others and block.end >= quote.end)
    body = (quote.end, 0) if alone else (row + 1, 0)
    yield Candidate("quote", start, body, title, lead, 0, "", index)


def _summaries(source: Source) -> Iterator[Candidate]:
    for index, details in enumerate(source.details):
        if details.summary[0] < 0:
            continue
        text = source.between(details.summary, details.summary_end)
        lines = text.split("\n")
        row = next((n for n, line in enumerate(lines) if matching_key(source.plain(line))), -1)
        if row < 0:
            continue
        title = source.plain(lines[row].strip().lstrip("#").strip())
        column = details.summary[1] if row == 0 else 0
        body = (details.summary[0] + row, column + len(lines[row]))
        yield Candidate(
            "summary",
            details.start,
            body,
            title,
            lead_of(title),
            block=index,
            limit=details.inner_end,
            inside=details.parent,
        )
