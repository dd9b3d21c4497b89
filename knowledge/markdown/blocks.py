"""Markdown text → a flat list of blocks with their source lines and containers.

Lists, quotes, fences and HTML `<details>` are containers: whatever is inside one never looks
like a heading of the file. Only blocks are parsed here; inline text is read where it matters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it.token import Token

from knowledge.markdown.document import MAX_LINES, TooLarge
from knowledge.markdown.fences import make_parser
from knowledge.markdown.titles import link_label, plain

_TAG = re.compile(r"<(/?)(details|summary)(?:\s[^<>]{0,500})?>", re.IGNORECASE)
DEFINITION = re.compile(r"\[([^\[\]]{1,200})\]:[ \t]{0,9}\S")
_PARSER = make_parser()
Position = tuple[int, int]  # (0-based line, column in that source line)


@dataclass(slots=True)
class Block:
    """One leaf block, or the start of a container (list item, quote)."""

    kind: str  # heading, paragraph, code, table, html, rule, item, quote
    start: int
    end: int
    source: str = ""  # inline source, code or HTML
    level: int = 0  # heading level; depth of a list item
    markup: str = ""
    number: str = ""  # ordered list items
    item: int = -1  # index of the innermost list item around it
    quote: int = -1
    details: int = -1  # index of the innermost <details> around it
    first: bool = False  # first block of its list item
    rest: str = ""


@dataclass(slots=True)
class Details:
    """A `<details>` element: where it stands, its summary and its content."""

    start: Position
    end: Position
    inner: Position
    inner_end: Position
    summary: Position = (-1, 0)
    summary_end: Position = (-1, 0)
    parent: int = -1


@dataclass(slots=True)
class Source:
    """A text with its lines, blocks and details."""

    lines: list[str]
    blocks: list[Block] = field(default_factory=list)
    details: list[Details] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)  # line of a link's label
    labels: frozenset[str] = frozenset()

    def plain(self, text: str) -> str:
        """Inline Markdown of this file without its markup."""
        return plain(text, self.labels)

    def between(self, start: Position, end: Position) -> str:
        """The source text from one position to another."""
        (row, column), (last, last_column) = start, end
        if (row, column) >= (last, last_column):
            return ""
        if row == last:
            return self.lines[row][column:last_column]
        tail = [self.lines[last][:last_column]] if last < len(self.lines) and last_column else []
        return "\n".join([self.lines[row][column:], *self.lines[row + 1 : last], *tail])


def scan(text: str) -> Source:
    """Parse text into blocks. Raises TooLarge beyond MAX_LINES lines."""
    text = text.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise TooLarge(f"The text has {len(lines):,} lines; at most {MAX_LINES:,} are read.")
    source = Source(lines)
    tags: list[tuple[Position, Position, bool, str]] = []
    _walk(_PARSER.parse(text, {}), source, tags)
    source.labels = frozenset(source.definitions)
    _pair_details(source, tags)
    _place_in_details(source)
    return source


def _walk(
    tokens: list[Token], source: Source, tags: list[tuple[Position, Position, bool, str]]
) -> None:
    blocks = source.blocks
    items: list[int] = []
    quotes: list[int] = []
    fresh = False
    pending: Token | None = None
    for token in tokens:
        kind = token.type
        if kind == "list_item_open":
            blocks.append(_block("item", token, items, quotes, level=len(items) + 1))
            blocks[-1].number, blocks[-1].markup = token.info, token.markup
            blocks[-1].first = fresh
            items.append(len(blocks) - 1)
            fresh = True
            continue
        if kind == "list_item_close":
            items.pop()
        elif kind == "blockquote_open":
            blocks.append(_block("quote", token, items, quotes))
            blocks[-1].first = fresh
            quotes.append(len(blocks) - 1)
        elif kind == "blockquote_close":
            quotes.pop()
        elif kind in ("heading_open", "paragraph_open"):
            pending = token
            continue
        elif kind == "inline" and pending is not None:
            block = _inline_block(pending, token, items, quotes)
            block.first = fresh
            blocks.append(block)
            _inline_tags(source, token, tags)
            _define(source, block)
            pending = None
        elif kind in ("fence", "code_block", "html_block", "hr", "table_open"):
            block = _block(_KINDS[kind], token, items, quotes)
            block.source, block.first = token.content, fresh
            block.markup = "" if token.meta.get("closed", True) else "open"
            blocks.append(block)
            if kind == "html_block":
                _html_tags(source, token, tags)
        elif kind == "heading_close" and token.meta.get("rest"):
            blocks[-1].rest = str(token.meta["rest"])
            continue
        else:
            continue
        fresh = False


def _define(source: Source, block: Block) -> None:
    """Remember the `[label]: https://…` lines of a paragraph; the first of a label counts."""
    if block.kind != "paragraph" or "]:" not in block.source:
        return
    for line in block.source.split("\n"):
        if (match := DEFINITION.match(line)) is not None:
            source.definitions.setdefault(link_label(match[1]), line)


_KINDS = {
    "fence": "code",
    "code_block": "code",
    "html_block": "html",
    "hr": "rule",
    "table_open": "table",
}


def _block(kind: str, token: Token, items: list[int], quotes: list[int], level: int = 0) -> Block:
    start, end = token.map or (0, 0)
    return Block(
        kind,
        start,
        end,
        level=level,
        item=items[-1] if items else -1,
        quote=quotes[-1] if quotes else -1,
    )


def _inline_block(opening: Token, inline: Token, items: list[int], quotes: list[int]) -> Block:
    """A heading or a paragraph; a paragraph that `---` made a heading by accident is one again."""
    kind = "heading" if opening.type == "heading_open" else "paragraph"
    block = _block(kind, opening, items, quotes)
    block.source, block.markup = inline.content, opening.markup
    if kind == "heading":
        block.level = int(opening.tag[1])
        if opening.markup == "-" and not _meant_as_heading(inline.content):
            block.kind = "paragraph"
    return block


def _meant_as_heading(content: str) -> bool:
    return (
        "\n" not in content
        and len(content) <= 80
        and not content.rstrip().endswith(tuple("。；;！!，,：:.）)"))
        and not content.startswith(("![", "|", "<", "**", "- ", "* "))
    )


def _html_tags(
    source: Source, token: Token, tags: list[tuple[Position, Position, bool, str]]
) -> None:
    content = token.content
    if "<" not in content or not ("details" in content.lower() or "summary" in content.lower()):
        return
    _collect(source, token, content, _without_comments(content), tags)


def _inline_tags(
    source: Source, token: Token, tags: list[tuple[Position, Position, bool, str]]
) -> None:
    content = token.content
    lowered = content.lower()
    if len(content) > 100_000 or not ("details" in lowered or "summary" in lowered):
        return
    if "<" in content:
        _collect(source, token, content, _without_code(content), tags)


def _collect(
    source: Source,
    token: Token,
    content: str,
    visible: str,
    tags: list[tuple[Position, Position, bool, str]],
) -> None:
    """Tags in a block's content, at their places in the source lines."""
    rows = content.split("\n")
    first = (token.map or [0])[0]
    starts = [0]
    for text in rows:
        starts.append(starts[-1] + len(text) + 1)
    row = 0
    for match in _TAG.finditer(visible):
        while starts[row + 1] <= match.start():
            row += 1
        line = first + row
        if line >= len(source.lines):
            return
        shift = len(source.lines[line].rstrip()) - len(rows[row].rstrip()) - starts[row]
        begin = (line, max(match.start() + shift, 0))
        finish = (line, max(match.end() + shift, 0))
        tags.append((begin, finish, bool(match[1]), match[2].lower()))


def _without_comments(content: str) -> str:
    """HTML with its comments blanked out, character for character."""
    parts, at = [], 0
    while (begin := content.find("<!--", at)) >= 0:
        finish = content.find("-->", begin)
        finish = len(content) if finish < 0 else finish + 3
        parts += [content[at:begin], re.sub(r"[^\n]", " ", content[begin:finish])]
        at = finish
    return "".join([*parts, content[at:]])


def _without_code(content: str) -> str:
    """Inline source with its code spans blanked out, character for character."""
    pieces = content.split("`")
    if len(pieces) < 3:
        return content
    for index in range(1, len(pieces) - 1, 2):
        pieces[index] = re.sub(r"[^\n]", " ", pieces[index])
    return "`".join(pieces)


def _pair_details(source: Source, tags: list[tuple[Position, Position, bool, str]]) -> None:
    """Match opening and closing tags; an element that is never closed ends before the next one."""
    details = source.details
    stack: list[int] = []
    finish: Position = (len(source.lines), 0)
    for begin, after, closing, name in tags:
        if name == "details" and not closing:
            details.append(Details(begin, finish, after, finish, parent=stack[-1] if stack else -1))
            stack.append(len(details) - 1)
        elif not stack:
            continue
        elif name == "details":
            index = stack.pop()
            details[index].end, details[index].inner_end = after, begin
        elif not closing and details[stack[-1]].summary[0] < 0:
            details[stack[-1]].summary = details[stack[-1]].summary_end = after
            details[stack[-1]].inner = after
        elif closing and details[stack[-1]].inner == details[stack[-1]].summary:
            details[stack[-1]].summary_end, details[stack[-1]].inner = begin, after
    for index in stack:
        following = details[index + 1].start if index + 1 < len(details) else finish
        details[index].end = details[index].inner_end = following
    for index in stack:
        child = index + 1
        while child < len(details) and details[child].parent == index:
            details[child].parent = details[index].parent
            child += 1


def _place_in_details(source: Source) -> None:
    stack: list[int] = []
    coming = 0
    for block in source.blocks:
        here = (block.start, 0)
        while coming < len(source.details) and source.details[coming].start[0] < block.start:
            stack.append(coming)
            coming += 1
        while stack and source.details[stack[-1]].end <= here:
            stack.pop()
        if stack and source.details[stack[-1]].start[0] < block.start:
            block.details = stack[-1]
