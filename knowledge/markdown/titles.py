"""Titles: plain text from inline Markdown, numbering and labels in front, matching keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_TITLE_SOURCE = 4000  # characters of inline source looked at; bounds the inline parser's work

_INLINE = MarkdownIt("commonmark", {"html": True, "maxNesting": 20})
_NUMERALS = "零〇一二三四五六七八九十百"
_DIGIT_VALUES = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u23e9-\u23fa\u231a\u231b\u2139"
    "\u3030\u303d\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]|:[a-z][a-z0-9_+-]{1,30}:(?=\\s|$)"
)
_CIRCLED = {chr(0x2460 + n): n + 1 for n in range(20)}
_ATTRIBUTES = re.compile(r"\s*\{[#.:][^{}]{0,200}\}\s*$")
_REFERENCE_LINK = re.compile(r"(!?)\[([^\[\]]{1,400})\](?:\[([^\[\]]{0,200})\])?(?![(:\[])")
_MARK_LINK = re.compile(
    r"\[.*\]|[#¶§↑⬆↩↥🔗^\s]*|src|source|link|top|ref|anchor|answer|来源|原文|链接|出处|锚点|答案",
    re.IGNORECASE,
)
_REMOVED = "\ufdd1"  # stands where such a link was; a noncharacter: never in real text
_REMOVED_LINK = re.compile(rf"[\[(（【]\s?{_REMOVED}\s?[\])）】]|{_REMOVED}")
_UP_LINK = re.compile(
    r"back to (?:the )?(?:top|contents|table)|^\W*(?:top|up|back)\W*$|return to top|go to top"
    r"|table of contents|回到(?:顶部|目录)|返回(?:顶部|目录|首页)|回顶部|^\W*目录\W*$|[⬆↥⇧🔝↑]",
    re.IGNORECASE,
)

_LABEL_WORDS = (
    r"questions?|ques|q|interviewer|problem|exercise|问题|问|题目|题|面试题目|面试题|面试官|提问"
    r"|考题|例题|习题|练习|追问"
)
_CHAPTER_WORDS = "chapter|part|section|lesson|unit|module|day|week"
_COUNT = rf"\d{{1,4}}(?:[.-]\d{{1,4}})*|[{_NUMERALS}]{{1,5}}"
# Possessive (`*+`): a title may be one number and a thousand blanks.
_END = r"[:：.、,，)）\]】．|–—-]"
_LEADS: tuple[tuple[str, bool, re.Pattern[str]], ...] = tuple(
    (style, firm, re.compile(pattern, re.IGNORECASE))
    for style, firm, pattern in (
        ("label", True, rf"(?:{_LABEL_WORDS})\s*+[.#_-]?\s*+(?P<n>{_COUNT})(?![\w%])\s*+{_END}*+\s*+"),
        ("label", True, rf"[【\[(（](?:{_LABEL_WORDS})\s*+(?P<n>\d{{0,4}})[】\])）]\s*+[:：]?\s*+"),
        ("label", True, rf"(?P<n>)(?:{_LABEL_WORDS}|front|正面)\s*+(?:[:：]|[.)](?=\s))\s*+"),
        ("label", True, rf"第\s*+(?P<n>{_COUNT})\s*+(?:个问题|[题问道])\s*+{_END}?\s*+"),
        ("chapter", True, rf"第\s*+(?P<n>{_COUNT})\s*+[章节篇讲课部回天]分?\s*+{_END}?\s*+"),
        ("chapter", True, rf"(?:{_CHAPTER_WORDS})\s*+(?P<n>\d{{1,4}})\b\s*+{_END}?\s*+"),
        ("dotted", True, r"(?P<n>\d{1,4}(?:[.．]\d{1,4})+)(?:[、)）:：]\s*+|[.．](?!\d)\s*+)"),
        ("dotted", False, r"(?P<n>\d{1,4}(?:[.．]\d{1,4})+)(?![\d%])\s*+"),
        ("int", True, r"(?P<n>\d{1,4})(?:\s*+(?:、|[.)）:：．。](?!\d))\s*+|\s++[-–—]\s)"),
        ("int", True, r"(?:#|no\.?\s?|№\s?)(?P<n>\d{1,4})\b\s*+[:：.、)）-]?\s*+"),
        ("paren", True, r"[(（【\[](?P<n>\d{1,4})[)）】\]]\s*+[、.:：]?\s*+"),
        ("cn", True, rf"(?P<n>[{_NUMERALS}]{{1,5}})\s*+[、.．:：]\s*+"),
        ("cn", True, rf"[(（](?P<n>[{_NUMERALS}]{{1,5}})[)）]\s*+[、.:：]?\s*+"),
        ("bare", False, r"(?P<n>\d{1,4})\s+(?=\S)"),
    )
)  # fmt: skip
_LETTERED = re.compile(r"(?P<n>[IVXL]{1,7}|[A-Z])[.、)）:：]\s+(?=\S)")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_BULLETS = re.compile(r"^(?:[-–—•·●○◆◇■□▶►▪★☆※>|*]\s+|\[[ xX]\]\s+|[•●◆◇■□▶►▪★☆※]+)\s*")


@dataclass(frozen=True, slots=True)
class Lead:
    """Numbering or a label in front of a title: its style, its numbers, and the rest."""

    style: str = ""
    numbers: tuple[int, ...] = ()
    firm: bool = True
    labelled: bool = False
    rest: str = ""


def matching_key(title: str) -> str:
    """NFKC and casefold, letters and digits only: equal keys mean the same title."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "".join(char for char in folded if char.isalnum())


@lru_cache(maxsize=8192)  # every pass over a file asks for the same titles
def plain(source: str, labels: frozenset[str] = frozenset()) -> str:
    """Inline Markdown → its text without markup, images, reference marks and emoji.

    `labels`: the link labels that the file defines (`[label]: https://…`), as `link_label` gives
    them; `[text][label]` and `[label]` are links then.
    """
    source = source[:MAX_TITLE_SOURCE]
    if not any(char in source for char in "`*_[]<>\\&!~:"):
        return _tidy(source)
    if labels:
        source = _REFERENCE_LINK.sub(lambda link: _resolved(link, labels), source)
    tokens = _INLINE.parseInline(source)
    children = tokens[0].children if tokens else None
    return _tidy(_text_of(children or []))


def link_label(text: str) -> str:
    """A link label as definitions and links are compared: case and white space do not count."""
    return " ".join(text.split()).casefold()


def _resolved(link: re.Match[str], labels: frozenset[str]) -> str:
    """A link or picture by reference as an inline one, so that all that follows sees only those."""
    image, text, label = link[1], link[2], link[3]
    return f"{image}[{text}](r)" if link_label(label or text) in labels else link[0]


def reference_labels(text: str) -> Iterator[str]:
    """The labels of everything in a text that could be a link or picture by reference."""
    return (link[3] or link[2] for link in _REFERENCE_LINK.finditer(text))


def _text_of(children: list[Token]) -> str:
    parts: list[str] = []
    opened: list[int] = []
    for child in children:
        if child.type == "link_open":
            opened.append(len(parts))
        elif child.type == "link_close" and opened:
            begin = opened.pop()
            text = "".join(parts[begin:])
            alone = begin == 0 and child is children[-1]
            if _MARK_LINK.fullmatch(text.strip()) or (not alone and _UP_LINK.search(text)):
                parts[begin:] = [_REMOVED]
        elif child.type == "code_inline":
            parts.append(child.content)
        elif child.type in ("text", "text_special"):
            parts.append(child.content.replace("**", ""))
        elif child.type in ("softbreak", "hardbreak") or (
            child.type == "html_inline" and child.content.lower().startswith("<br")
        ):
            parts.append(" ")
    text = "".join(parts)
    return _REMOVED_LINK.sub("", text) if _REMOVED in text else text


def _tidy(text: str) -> str:
    text = "".join(
        unicodedata.normalize("NFKC", char) if "\U0001d400" <= char <= "\U0001d7ff" else char
        for char in text
    )
    text = _EMOJI.sub("", text)
    text = " ".join(text.replace("\u200b", "").replace("\ufeff", "").split())
    text = _ATTRIBUTES.sub("", text)
    return text.rstrip("#").rstrip() if text.endswith(" #") or "##" in text[-4:] else text


def lead_of(text: str) -> Lead:
    """Numbering and label in front of a plain title; the label wins where both are there."""
    text = _BULLETS.sub("", text)
    rest, found = text, Lead(rest=text)
    for _ in range(3):
        lead = _one_lead(rest)
        if lead is None or (found.style and not lead.labelled and lead.style == "bare"):
            break
        if found.style and not (lead.labelled or found.labelled):
            break
        numbers = found.numbers or lead.numbers
        style = "label" if found.labelled or lead.labelled else lead.style
        found = Lead(
            style, numbers, lead.firm and found.firm, found.labelled or lead.labelled, lead.rest
        )
        rest = lead.rest
    return found


def heading_lead(text: str) -> Lead:
    """`lead_of` a heading, where a letter or a Roman numeral may count as well: `II. …`, `B) …`."""
    lead = lead_of(text)
    match = None if lead.style else _LETTERED.match(text)
    if match is None:
        return lead
    roman = [_ROMAN.get(char, 0) for char in match["n"]]
    number = sum(-a if a < b else a for a, b in zip(roman, [*roman[1:], 0], strict=True))
    style = "roman" if all(roman) and number < 90 else "letter"
    if style == "letter":
        number = ord(match["n"][0]) - ord("A") + 1
    if style == "letter" and len(match["n"]) > 1:
        return lead
    inner = lead_of(text[match.end() :])
    return Lead(style, (number,), False, inner.labelled, inner.rest)


def _one_lead(text: str) -> Lead | None:
    if text and text[0] in _CIRCLED:
        return Lead("circled", (_CIRCLED[text[0]],), True, False, text[1:].lstrip(" 、.:："))
    for style, firm, pattern in _LEADS:
        match = pattern.match(text)
        if match is None:
            continue
        rest = text[match.end() :].strip()
        return Lead(style, _numbers(match["n"] or ""), firm, style == "label", rest)
    return None


def _numbers(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    if text[0] in _NUMERALS:
        return (_numeral(text),)
    return tuple(int(part) for part in re.split(r"[.．-]", text) if part)


def _numeral(text: str) -> int:
    total, current = 0, 0
    for char in text:
        if char == "百":
            total, current = total + (current or 1) * 100, 0
        elif char == "十":
            total, current = total + (current or 1) * 10, 0
        else:
            current = _DIGIT_VALUES.get(char, 0)
    return total + current


def escaped(title: str) -> str:
    """A title as inline Markdown: backslashes only where something would be taken as markup."""
    title = " ".join(title.split())
    if _is_literal(title):
        return title
    return re.sub(r"([\\`*_\[\]<>#&!~{}()$|:])", r"\\\1", title)


def _is_literal(title: str) -> bool:
    if any(char in title for char in "\\`[]<&") or title.startswith("#") or title.endswith("#"):
        return False
    tokens = _INLINE.parseInline(title)
    children = (tokens[0].children if tokens else None) or []
    return all(child.type == "text" for child in children)


def unescaped(source: str) -> str:
    """The title that `escaped` wrote, or what a person typed instead, without its markup."""
    tokens = _INLINE.parseInline(source[:MAX_TITLE_SOURCE])
    children = (tokens[0].children if tokens else None) or []
    kept = ("text", "text_special", "code_inline", "softbreak")
    return " ".join("".join(c.content or " " for c in children if c.type in kept).split())


def is_up_link(source: str) -> bool:
    """Whether a paragraph is nothing but a link back to the top or to the contents."""
    if len(source) > 300 or not ("(" in source or "<a" in source.lower()):
        return False
    text = plain_keeping_marks(source)
    return len(text) <= 40 and bool(_UP_LINK.search(text)) and _is_only_link(source)


def plain_keeping_marks(source: str) -> str:
    """Visible text of inline Markdown, emoji and arrows included."""
    tokens = _INLINE.parseInline(source[:MAX_TITLE_SOURCE])
    children = (tokens[0].children if tokens else None) or []
    return "".join(
        child.content for child in children if child.type in ("text", "code_inline")
    ).strip()


def _is_only_link(source: str) -> bool:
    tokens = _INLINE.parseInline(source[:MAX_TITLE_SOURCE])
    children = (tokens[0].children if tokens else None) or []
    depth, links, outside = 0, 0, ""
    for child in children:
        if child.type == "link_open" or (
            child.type == "html_inline" and child.content.lower().startswith("<a")
        ):
            depth, links = depth + 1, links + 1
        elif child.type == "link_close" or child.content.lower() == "</a>":
            depth -= 1
        elif child.type == "text" and depth <= 0:
            outside += child.content
    return links > 0 and not matching_key(outside)
