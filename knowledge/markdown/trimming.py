"""Trimming what surrounds an answer: rules, tags, links back to the top, lists of references."""

from __future__ import annotations

import re

from knowledge.markdown.blocks import Block, Source, scan
from knowledge.markdown.contents import is_links
from knowledge.markdown.titles import is_up_link, matching_key, plain

MAX_TRIMS = 12  # things trimmed off either end of an answer

TAGS_ONLY = re.compile(
    r"\s*(?:</?(?:b|p|br|hr|div|center|strong|font|span|a|details|summary|section|article"
    r"|blockquote|ul|ol)(?:\s[^<>]{0,300})?/?>\s*|<!--.{0,2000}?-->\s*|&nbsp;\s*|&emsp;\s*)+",
    re.IGNORECASE | re.DOTALL,
)
_BLANK_START = re.compile(r"\A(?:[ \t]*+\n)++")
_REFERENCE_KEYS = frozenset(
    [
        "参考",
        "参考资料",
        "参考文献",
        "参考链接",
        "参考文章",
        "相关链接",
        "延伸阅读",
        "扩展阅读",
        "推荐阅读",
        "references",
        "reference",
        "resources",
        "links",
        "additionallinks",
        "furtherreading",
        "source",
        "sources",
        "additionalresources",
        "usefullinks",
        "seealso",
        "readmore",
        "learnmore",
    ]
)


def trimmed(text: str) -> str:
    """Text without rules, line breaks, closing tags, back-to-top links around it."""
    text = _BLANK_START.sub("", text).strip("\n")
    for _ in range(MAX_TRIMS):
        if not _needs_trimming(text):
            break
        source = scan(text)
        tops = [b for b in source.blocks if b.item < 0 and b.quote < 0]
        if not tops:
            return "" if not matching_key(text) else text.strip("\n")
        shorter = _trim_start(source, tops[0])
        if shorter is None:
            shorter = _trim_end(source, tops)
        if shorter is None:
            break
        text = shorter.strip("\n")
    return shifted(text).rstrip()


def _needs_trimming(text: str) -> bool:
    """Whether the first or the last line could be trimmed; most answers need no parse for this."""
    head, tail = text.lstrip(), text.rstrip()
    last = tail[tail.rfind("\n") + 1 :].strip()
    if head.startswith(("<", "&", "[", "**[", "---", "***", "___", "- - ", "* * ")):
        return True
    if not last or last.startswith(("<", "&", "[", "**[", "-", "*", "_", "+", "#", ">")):
        return True
    return last.endswith((">", ")", "]", "*")) or last.isdigit()


def _trim_start(source: Source, block: Block) -> str | None:
    lines = source.lines
    if block.kind == "rule":
        return "\n".join(lines[block.end :])
    if block.kind not in ("html", "paragraph") or not block.source.lstrip().startswith(
        ("<", "&", "[", "*")
    ):
        return None
    if is_up_link(block.source):
        return "\n".join(lines[block.end :])
    text = "\n".join(lines)
    match = TAGS_ONLY.match(text)
    if (match is not None and "\n" in match[0].rstrip(" ")) or (match and match.end() == len(text)):
        opening = match[0].lower()
        if (
            "<details" in opening
            or "<summary" in opening
            or "<div" in opening
            or "<blockquote" in opening
        ):
            return None
        return text[_line_start(text, match.end()) :]
    if match is not None and match[0].lower().strip() in ("<br>", "<br/>", "<br />"):
        return text[match.end() :]
    return None


def _line_start(text: str, at: int) -> int:
    """The position before the white space that indents what stands at `at`."""
    while at and text[at - 1] in " \t":
        at -= 1
    return at


def _trim_end(source: Source, tops: list[Block]) -> str | None:
    last, lines = tops[-1], source.lines
    before = "\n".join(lines[: last.start])
    if last.kind == "rule" or (last.kind == "paragraph" and is_up_link(last.source)):
        return before
    if last.kind == "item" and not matching_key("\n".join(lines[last.start : last.end])):
        return before
    if last.kind == "heading" and not last.source.strip():
        return before
    row = max((n for n in range(last.start, last.end) if lines[n].strip()), default=last.start)
    final = lines[row].strip()
    if last.kind == "code":
        loose = last.markup == "open" and (is_up_link(final) or TAGS_ONLY.fullmatch(final))
        return "\n".join(lines[:row]) if loose else None
    if source.blocks[-1].kind != "code" and final.startswith(("<", "&", "[", "*", "_")):
        comment = last.kind == "html" and last.source.count("<!--") == 1
        if comment and last.source.strip().startswith("<!--") and final.endswith("-->"):
            return before
        if is_up_link(final) or (
            TAGS_ONLY.fullmatch(final) and _closes_nothing(final, lines[:row])
        ):
            return "\n".join(lines[:row])
    return _without_references(source, tops)


def _closes_nothing(tag: str, lines: list[str]) -> bool:
    """Whether closing tags at the end belong to elements that were opened before the answer."""
    tag = tag.lower()
    if not tag.startswith(("</details", "</div", "</blockquote", "</ul", "</ol")):
        return True
    return tag.replace("</", "<")[:-1] not in "\n".join(lines).lower()


def _without_references(source: Source, tops: list[Block]) -> str | None:
    """A last section 参考 / Additional Links that holds nothing but links."""
    headings = [block for block in tops if block.kind == "heading"]
    if not headings:
        return None
    last = headings[-1]
    if matching_key(plain(last.source)) not in _REFERENCE_KEYS or last is tops[0]:
        return None
    rows = [row for row in source.lines[last.end :] if row.strip()]
    if len(rows) > 60 or not all(is_links(row) for row in rows):
        return None
    return "\n".join(source.lines[: last.start])


def shifted(text: str) -> str:
    """Text whose lines are all indented, moved to the left by what they share."""
    rows = text.split("\n")
    indents = [len(row) - len(row.lstrip(" ")) for row in rows if row.strip()]
    shared = min(indents, default=0)
    if not 0 < shared < 4 or "\t" in text[:1]:
        return text
    return "\n".join(row[shared:] if row.strip() else row for row in rows)
