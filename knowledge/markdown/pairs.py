"""Questions and answers that stand side by side: rows of tables, definition lists, flash cards.

    | Question | Answer |      <dt>question</dt>      question        question :: answer
    |----------|--------|      <dd>answer</dd>        : answer

Tables may be Markdown's or HTML's; their header has to name a column of questions and one of
answers. Cards are written as people keep them for Anki: `::` between the two, or a line `?`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from knowledge.markdown.blocks import Block, Position, Source
from knowledge.markdown.candidates import Candidate
from knowledge.markdown.titles import Lead, lead_of, matching_key
from knowledge.markdown.words import strong_question

MAX_CELL_TITLE = 1000
_QUESTION_COLUMN = re.compile(
    r"(?:the )?(?:[\w#-]{1,20} )?(?:questions?|q|faq)(?: \w{1,20})?"
    r"|.{0,6}(?:问题|题目|面试题|提问|题干|问)(?:描述|内容)?",
    re.IGNORECASE,
)
_ANSWER_COLUMN = re.compile(
    r"(?:the )?(?:\w{1,20} )?(?:answers?|a|responses?|explanations?|solutions?)(?: \w{1,20})?"
    r"|.{0,6}(?:答案|回答|解答|解析|答复|答)(?:要点|思路|解析|内容)?",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)(table|tr|th|td|dl|dt|dd)(?=[\s>])[^<>]{0,500}>", re.IGNORECASE)
_DEFINITION = re.compile(r"[ ]{0,3}:[ \t]+(?=\S)")
_CARD = re.compile(r"(?P<front>\S.{0,300}?)(?P<mark>[ \t]*:::?[ \t]*)(?=[^\s:])")


def find_pairs(source: Source, contents: set[int]) -> list[Candidate]:
    """All candidates of these shapes outside of tables of contents."""
    found: list[Candidate] = []
    for index, block in enumerate(source.blocks):
        if index in contents or block.quote >= 0:
            continue
        if block.kind == "table":
            found.extend(_rows(source, block))
        elif block.kind == "paragraph":
            found.extend(_definitions(source, index, block))
            found.extend(_cards(source, index, block))
    found.extend(_html(source))
    return [candidate for candidate in found if matching_key(candidate.text)]


# --- tables ---------------------------------------------------------------------------------------


def _columns(header: list[str]) -> tuple[int, int] | None:
    """Places of the question and the answer in a table's header."""
    asked = next((n for n, name in enumerate(header) if _QUESTION_COLUMN.fullmatch(name)), -1)
    given = next(
        (n for n, name in enumerate(header) if n != asked and _ANSWER_COLUMN.fullmatch(name)), -1
    )
    return (asked, given) if asked >= 0 and given >= 0 else None


def _rows(source: Source, block: Block) -> Iterator[Candidate]:
    """Rows of a Markdown table."""
    if block.end - block.start < 3 or block.item >= 0:
        return
    columns = _columns([source.plain(cell) for _, cell in cells(source.lines[block.start])])
    if columns is None:
        return
    asked, given = columns
    for row in range(block.start + 2, block.end):
        parts = cells(source.lines[row])
        if len(parts) <= max(asked, given):
            continue
        column, answer = parts[given]
        end = (row, column + len(answer))
        yield _pair("row", source, parts[asked][1], (row, 0), (row, column), end, True)


def _pair(
    shape: str,
    source: Source,
    question: str,
    start: Position,
    body: Position,
    end: Position | None,
    told: bool = False,
) -> Candidate:
    """`told`: a table's header says that it is a question."""
    title = source.plain(" ".join(question[:MAX_CELL_TITLE].split()))
    lead = lead_of(title)
    if told:
        lead = Lead(lead.style or "label", lead.numbers, True, True, lead.rest)
    return Candidate(shape, start, body, title, lead, limit=end)


def cells(line: str) -> list[tuple[int, str]]:
    """(column, text) of the cells of a pipe table's row; `\\|` and code spans are kept whole."""
    parts: list[tuple[int, str]] = []
    begin, code, at = 0, False, 0
    while at < len(line):
        char = line[at]
        if char == "\\":
            at += 1
        elif char == "`":
            code = not code
        elif char == "|" and not code:
            parts.append((begin, line[begin:at]))
            begin = at + 1
        at += 1
    parts.append((begin, line[begin:]))
    if parts and not parts[0][1].strip():
        parts = parts[1:]
    if parts and not parts[-1][1].strip():
        parts = parts[:-1]
    return [(column + len(text) - len(text.lstrip()), text.strip()) for column, text in parts]


# --- HTML -----------------------------------------------------------------------------------------


def _html(source: Source) -> Iterator[Candidate]:
    """Rows of `<table>` and pairs of `<dl>`, from their first tag to their last."""
    tags: list[tuple[str, Position, Position]] = []  # name, where the tag begins, where it ends
    inside = ""
    for block in source.blocks:
        if block.kind not in ("html", "paragraph") or (block.kind == "paragraph" and not inside):
            continue
        for line in range(block.start, min(block.end, len(source.lines))):
            for match in _TAG.finditer(source.lines[line]):
                name = match[1] + match[2].lower()
                if not inside and name in ("table", "dl"):
                    inside, tags = name, []
                elif inside and name == f"/{inside}":
                    yield from _of_tags(source, inside, tags, (line, match.start()))
                    inside = ""
                elif inside:
                    tags.append((name, (line, match.start()), (line, match.end())))


def _of_tags(
    source: Source, kind: str, tags: list[tuple[str, Position, Position]], end: Position
) -> Iterator[Candidate]:
    spans = [
        (name, start, after, tags[n + 1][1] if n + 1 < len(tags) else end)
        for n, (name, start, after) in enumerate(tags)
    ]
    if kind == "dl":
        for (name, start, after, stop), (_, _, body, limit) in _terms(spans):
            if name == "dt":
                yield _pair("cell", source, source.between(after, stop), start, body, limit)
        return
    rows: list[list[tuple[Position, Position, Position]]] = []
    for name, start, after, stop in spans:
        if name == "tr":
            rows.append([])
        elif name in ("td", "th") and rows:
            rows[-1].append((start, after, stop))
    if not rows:
        return
    header = [source.plain(source.between(a, b).strip()[:100]) for _, a, b in rows[0]]
    columns = _columns(header)
    for row in rows[1:] if columns else ():
        if columns and len(row) > max(columns):
            start, after, stop = row[columns[0]]
            _, body, limit = row[columns[1]]
            text = source.between(after, stop)
            yield _pair("cell", source, text, start, body, limit, told=True)


_Span = tuple[str, Position, Position, Position]


def _terms(spans: list[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Each `<dt>` with the first `<dd>` after it."""
    opening = [span for span in spans if span[0] in ("dt", "dd")]
    for term, definition in pairwise(opening):
        if term[0] == "dt" and definition[0] == "dd":
            yield term, definition


# --- definitions and cards ------------------------------------------------------------------------


def _definitions(source: Source, index: int, block: Block) -> Iterator[Candidate]:
    """`question` with `: answer` on the next line, or after a blank one."""
    for line in range(block.start, min(block.end, len(source.lines))):
        match = _DEFINITION.match(source.lines[line])
        if match is None:
            continue
        above = line - 1
        if line == block.start:
            before = source.blocks[index - 1] if index else None
            if before is None or before.kind != "paragraph" or before.end - before.start != 1:
                continue
            above = before.start
        text = source.lines[above]
        if not _DEFINITION.match(text):
            yield _pair("definition", source, text, (above, 0), (line, match.end()), None)


def _cards(source: Source, index: int, block: Block) -> Iterator[Candidate]:
    """`question :: answer` on a line, or a line `?` between the two."""
    for line in range(block.start, min(block.end, len(source.lines))):
        text = source.lines[line]
        if text.strip() in ("?", "??") and block.start < line < block.end - 1:
            front, body, end = source.lines[line - 1], (line + 1, 0), (block.end, 0)
            start = (line - 1, 0)
        elif "::" in text and (match := _CARD.match(text)) is not None:
            front, body, end = match["front"], (line, match.end()), (line, len(text))
            start = (line, 0)
            spaced = match["mark"][0].isspace() and match["mark"][-1].isspace()
            if not (spaced or strong_question(front)) or front.count("`") % 2:
                continue
        else:
            continue
        card = _pair("card", source, front.lstrip(" -*+"), start, body, end)
        card.lead = Lead(card.lead.style, card.lead.numbers, True, True, card.lead.rest)
        yield card
