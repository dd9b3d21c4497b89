"""Questions in what CommonMark passes over: HTML paragraphs and lists, `:::` containers.

    <p><b>1. question</b></p>      <ol>                                  ::: details question
    <p>answer</p>                    <li>question <p>answer</p></li>     answer
                                   </ol>                                 :::

HTML's headings, `<details>`, tables and `<dl>` are read elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.markdown.blocks import Position, Source
from knowledge.markdown.candidates import Candidate
from knowledge.markdown.titles import Lead, lead_of, matching_key

MAX_TITLE = 1000  # characters of HTML
_BOLD_PARAGRAPH = re.compile(
    r"\s*<p(?:\s[^<>]{0,200})?>\s*<(?P<tag>b|strong)>(?P<title>(?:(?!</(?:b|strong|p)>).){1,1000})"
    r"</(?P=tag)>\s*[:：]?\s*",
    re.IGNORECASE | re.DOTALL,
)
_PARAGRAPH_ENDS = re.compile(r"(?:</p>|<br\s?/?>)\s*", re.IGNORECASE)
_LIST_TAG = re.compile(r"<(/?)(ol|ul|li)(?=[\s>])[^<>]{0,300}>", re.IGNORECASE)
_OPENING = re.compile(r"(?:\s|<p(?:\s[^<>]{0,200})?>|<br\s?/?>)*", re.IGNORECASE)
_BOLD = re.compile(r"(<(b|strong)>.{1,1000}?</\2>|\*\*[^*]{1,1000}\*\*)", re.IGNORECASE | re.DOTALL)
# What ends an item's first line: white space in HTML means little, so a line break does too.
_TITLE_ENDS = re.compile(
    r"\n|<br\s?/?>|</p>|<(?:p|ul|ol|pre|div|details|blockquote|table|dl)(?=[\s>])", re.IGNORECASE
)
CONTAINER = re.compile(
    r"[ ]{0,3}:{3,}[ \t]*(?P<kind>[a-z]{1,20})"
    r"(?:[ \t]*\[(?P<bracketed>[^\[\]]{1,300})\]|[ \t]+(?P<title>\S.{0,300}))?[ \t]*$",
    re.IGNORECASE,
)
_ASKING = ("question", "faq", "qa", "quiz")
_FOLDED = ("details", "collapse", "spoiler")


def find_extensions(source: Source, contents: set[int]) -> list[Candidate]:
    """All candidates of these shapes outside of tables of contents."""
    found = [
        *_bold_paragraphs(source, contents),
        *_items(source, contents),
        *_containers(source, contents),
    ]
    return [candidate for candidate in found if matching_key(candidate.text)]


def _bold_paragraphs(source: Source, contents: set[int]) -> Iterator[Candidate]:
    for index, block in enumerate(source.blocks):
        if block.kind != "html" or index in contents or block.item >= 0 or block.quote >= 0:
            continue
        match = _BOLD_PARAGRAPH.match(block.source)
        if match is None:
            continue
        title = source.plain(" ".join(match["title"].split()))
        lead = lead_of(title)
        ending = _PARAGRAPH_ENDS.match(block.source, match.end())
        body = _at(source, block.start, block.source, ending.end() if ending else match.end())
        yield Candidate(
            "label" if lead.labelled else "bold",
            (block.start, 0),
            body,
            title,
            lead,
            block=index,
            inside=block.details,
        )


def _at(source: Source, line: int, text: str, offset: int) -> Position:
    """The position of a place in a block's text, whose lines may have lost their indent."""
    rows = text[:offset].split("\n")
    line += len(rows) - 1
    if line >= len(source.lines):
        return (len(source.lines), 0)
    whole = text.split("\n")[len(rows) - 1]
    column = len(rows[-1]) + len(source.lines[line].rstrip()) - len(whole.rstrip())
    return (line, max(column, 0)) if whole[len(rows[-1]) :].strip() else (line + 1, 0)


def _containers(source: Source, contents: set[int]) -> Iterator[Candidate]:
    """`::: details question` (VuePress), `:::question[question]` (Docusaurus), to their `:::`."""
    closings: dict[int, int] | None = None
    for index, block in enumerate(source.blocks):
        if block.kind != "paragraph" or block.item >= 0 or block.quote >= 0 or index in contents:
            continue
        if ":::" not in block.source:
            continue
        closings = closing_lines(source.lines) if closings is None else closings
        for line in range(block.start, min(block.end, len(source.lines))):
            match = CONTAINER.match(source.lines[line])
            if match is None or match["kind"].lower() not in (*_ASKING, *_FOLDED):
                continue
            title = source.plain((match["bracketed"] or match["title"] or "").strip(" \t\"'"))
            lead = lead_of(title)
            if match["kind"].lower() in _ASKING:
                lead = Lead(lead.style, lead.numbers, True, True, lead.rest)
            end = (closings[line], 0)
            yield Candidate("card", (line, 0), (line + 1, 0), title, lead, limit=end)


def closing_lines(lines: list[str]) -> dict[int, int]:
    """The line that closes each `:::` container by the line that opens it; the end of the text for
    those that are never closed."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for number, line in enumerate(lines):
        text = line.strip()
        if not text.startswith(":::"):
            continue
        if text.lstrip(":").strip():
            found[number] = len(lines)
            opened.append(number)
        elif opened:
            found[opened.pop()] = number
    return found


# --- lists ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _List:
    ordered: bool
    details: int
    block: int
    items: list[tuple[Position, Position, Position]] = field(default_factory=list)


def _items(source: Source, contents: set[int]) -> Iterator[Candidate]:
    """The items of the outermost lists, from `<li>` to `</li>` or to the next one."""
    depth = 0
    present: _List | None = None
    opened: tuple[Position, Position] | None = None  # where the present item's tag begins and ends

    def close(at: Position) -> None:
        nonlocal opened
        if present is not None and opened is not None:
            present.items.append((*opened, at))
        opened = None

    for index, block in enumerate(source.blocks):
        if block.kind not in ("html", "paragraph") or index in contents or block.quote >= 0:
            continue
        if block.kind == "paragraph" and not depth:
            continue
        for line in range(block.start, min(block.end, len(source.lines))):
            for match in _LIST_TAG.finditer(source.lines[line]):
                closing, name = bool(match[1]), match[2].lower()
                here = (line, match.start())
                if name != "li":
                    depth = max(depth - 1, 0) if closing else depth + 1
                    if not closing and depth == 1:
                        present, opened = _List(name == "ol", block.details, index), None
                    elif closing and not depth and present is not None:
                        close(here)
                        yield from _of_list(source, present)
                        present = None
                elif depth == 1:
                    close(here)
                    if not closing:
                        opened = (here, (line, match.end()))


def _of_list(source: Source, found: _List) -> Iterator[Candidate]:
    for number, (start, inner, end) in enumerate(found.items, 1):
        text = source.between(inner, end)[: 2 * MAX_TITLE]
        opening = _OPENING.match(text)
        begin = opening.end() if opening else 0
        bold = _BOLD.match(text, begin)
        ending = _TITLE_ENDS.search(text, begin)
        stop = bold.end() if bold else ending.start() if ending else len(text)
        if stop - begin > MAX_TITLE:
            continue
        title = source.plain(" ".join(text[begin:stop].split()))
        lead = lead_of(title)
        if found.ordered and not lead.numbers:
            lead = Lead("int", (number,), True, lead.labelled, lead.rest or title)
        markup = f"{'ordered' if found.ordered else 'bullet'}-{'bold' if bold else 'plain'}"
        rest = _PARAGRAPH_ENDS.match(text, stop)
        yield Candidate(
            "item",
            start,
            _after(inner, text, rest.end() if rest else stop),
            title,
            lead,
            1,
            markup,
            inside=found.details,
            limit=end,
        )


def _after(start: Position, text: str, offset: int) -> Position:
    rows = text[:offset].split("\n")
    if len(rows) == 1:
        return (start[0], start[1] + offset)
    return (start[0] + len(rows) - 1, len(rows[-1]))
