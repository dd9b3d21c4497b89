"""Passages: the pieces of a reference answer that are embedded, matched and marked.

This module knows text, not markup: where sentences end, what kind of statement a passage is and
how much it weighs. `knowledge.markdown.rendering` finds the blocks of an answer and asks here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Stands for a formula, code or image while sentences are looked for: never a boundary inside.
OPAQUE = "\ufffc"

#: A list item up to this wide stays one passage even if it holds several sentences.
ITEM_WIDTH = 60
#: Pieces with fewer letters ("反之；") are joined to a neighbour: they say nothing alone.
MIN_LETTERS = 5
#: A line of its own within a paragraph (a title above its text) is no longer than this.
MAX_OWN_LINE = 36
#: Longer sentences are cut at a comma, so that one passage stays one thing to check.
MAX_CHARS = 300
#: A sentence ending in a colon only announces what follows if it is no wider than this.
MAX_LEAD_IN = 60
#: No sentence ends inside brackets or quotation marks shorter than this.
MAX_BRACKET = 120

#: Between the headings above a passage, between the names of a table's columns, which stand last
#: above each of its rows, and between the cells of a row.
ABOVE, COLUMN, CELL = " > ", " / ", "\t"

_OPENING = dict(zip("（(【[《“「『〔", "）)】]》”」』〕", strict=True))
_CLOSERS = "”’」』）)】》]\"'*"
_WIDE_END = frozenset("。！？；…")
_LISTING = frozenset(",，、+-−*×·/=<>≤≥≈&|")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_URL = re.compile(r"(?:https?|ftp)://[^\s\u2e80-\uffef<>\"]+|www\.[^\s\u2e80-\uffef<>\"]+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(（\[])(?:e\.g|i\.e|etc|vs|cf|al|fig|figs|eq|eqs|sec|ch|no|nos|vol|pp|approx|resp|dr|mr"
    r"|mrs|ms|prof|st|jr|sr|inc|ltd|dept|est|min|max|[A-Za-z](?:\.[A-Za-z])*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Passage:
    """One piece of an answer.

    `position` counts from 0 in reading order; `text` is the visible text, formulas as LaTeX source
    without dollar signs; `heading` is the chain of headings and labels above it joined by ABOVE;
    `kind` is one of definition, statement, item, row, formula, code, heading, remark; `weight` is
    its share of importance, 0 to 1; `emphasised` are its bold, highlighted and code terms.
    """

    position: int
    text: str
    heading: str
    kind: str
    weight: float
    emphasised: tuple[str, ...] = ()


def subject(heading: str) -> str:
    """The last of a passage's headings: what the passage speaks of without naming it."""
    return heading.rsplit(ABOVE, 1)[-1].strip(" ：:")


def width(text: str) -> float:
    """How much a text says, in East Asian characters: any other counts 0.4 of one (an English
    sentence has about two and a half times the characters of its Chinese translation)."""
    wide = len(_WIDE.findall(text))
    return wide + 0.4 * (len(text) - wide)


def sentence_bounds(text: str) -> list[int]:
    """Offsets at which the sentences of `text` end; the last is `len(text)`. Linear time.

    Chinese ends 。！？；… and English . ! ? count, with the quotes and brackets that close after
    them; not inside short brackets, URLs, decimals and abbreviations. A newline counts behind a
    short line that does not end in a comma, where both sides are East Asian.
    """
    protected = _protected(text)
    bounds = [end for end in _candidates(text) if end < len(text) and not protected[end]]
    return _split_long(text, _join_short(text, [*bounds, len(text)]))


def _candidates(text: str) -> Iterator[int]:
    """Every offset behind an end mark, behind its closing quotes and the blanks after them."""
    index = 0
    while index < len(text):
        if _ends_sentence(text, index):
            index += 1
            while index < len(text) and (text[index] in _CLOSERS or text[index] in _WIDE_END):
                index += 1
            while index < len(text) and text[index].isspace():
                index += 1
            yield index
        else:
            index += 1


def _ends_sentence(text: str, index: int) -> bool:
    mark = text[index]
    if mark in "…." and _elided(text, index):
        return False
    if mark in _WIDE_END:
        return True
    if mark == "\n":
        return _line_ends(text, index)
    if mark not in ".!?;":
        return False
    rest = text[index + 1 : index + 8].lstrip(_CLOSERS)
    if mark == ";":
        return _wide_at(text, index - 1)
    if rest and not rest[0].isspace() and not (mark in "!?" and _wide_at(rest, 0)):
        return False
    if mark == ".":
        following = rest.lstrip()[:1]
        if following.islower() or _ABBREVIATION.search(text[max(0, index - 12) : index]):
            return False
    return True


def _elided(text: str, index: int) -> bool:
    """Whether the dots at `index` stand for members of a list or a formula: x1, …, xn; 1 + 2 + … < 9."""
    if text[index] == "." and text[max(0, index - 1) : index] != ".":
        return False
    before = text[max(0, index - 12) : index].rstrip("….· ")[-1:]
    after = text[index + 1 : index + 13].lstrip("….· ")[:1]
    return any(side and side in _LISTING for side in (before, after))


def _line_ends(text: str, index: int) -> bool:
    """Whether a short line stands for itself; lines wrapped at a fixed width are long."""
    line = text[max(0, index - MAX_OWN_LINE - 1) : index]
    before = line.rstrip()[-1:]
    after = text[index + 1 : index + 81].lstrip()[:1]
    if not before or not after or (len(line) > MAX_OWN_LINE and "\n" not in line):
        return False
    if before in "，、：；（《“,":
        return False
    return bool(_WIDE.match(after)) and (before in "*)." or bool(_WIDE.match(before)))


def _wide_at(text: str, index: int) -> bool:
    return 0 <= index < len(text) and bool(_WIDE.match(text[index]))


def _protected(text: str) -> bytearray:
    """1 at every offset where no sentence may end: inside URLs and short brackets."""
    protected = bytearray(len(text) + 1)
    for url in _URL.finditer(text):
        protected[url.start() + 1 : url.end()] = b"\1" * (url.end() - url.start() - 1)
    stack: list[tuple[str, int]] = []
    for index, character in enumerate(text):
        if character in _OPENING:
            stack.append((_OPENING[character], index))
            del stack[:-MAX_BRACKET]
        elif stack and character == stack[-1][0]:
            _, start = stack.pop()
            if index - start <= MAX_BRACKET:
                protected[start + 1 : index + 1] = b"\1" * (index - start)
        elif stack and character in _OPENING.values():
            while stack and stack[-1][0] != character:
                stack.pop()
            if stack:
                stack.pop()
    return protected


def _letters(text: str) -> int:
    return sum(character.isalnum() or character == OPAQUE for character in text[: 4 * MIN_LETTERS])


def _join_short(text: str, bounds: list[int]) -> list[int]:
    """Drop the bounds of pieces too short to stand alone: a first one joins the next piece, a
    later one the piece before it."""
    kept: list[int] = []
    start = 0
    for end in bounds:
        if _letters(text[start:end]) >= MIN_LETTERS:
            kept.append(end)
            start = end
        elif kept:
            kept[-1] = end
            start = end
    return [*kept[:-1], len(text)]


def _split_long(text: str, bounds: list[int]) -> list[int]:
    result: list[int] = []
    start = 0
    for end in bounds:
        while end - start > MAX_CHARS:
            window = text[start + MAX_CHARS // 3 : start + MAX_CHARS]
            cut = max((window.rfind(mark) for mark in "，,、 \n"), default=-1)
            start = start + MAX_CHARS // 3 + cut + 1 if cut >= 0 else start + MAX_CHARS
            result.append(start)
        result.append(end)
        start = end
    return result


# What a passage is, and how much it weighs

_EXAMPLE = re.compile(
    r"^\W*(?:例如|比如|例[:：]|举个?例|examples?[:：]|以.{1,20}为例|像.{1,20}这样|示例"
    r"|for example|for instance|e\.g\.|such as)",
    re.IGNORECASE,
)
_BOILERPLATE = re.compile(
    r"敬请期待|篇幅(?:限制|有限|所限)|(?:带着?|为)大家|欢迎(?:关注|点赞|留言)|希望(?:对|能).{0,8}(?:你|您|读者)"
    r"|(?:下面|接下来|下文|本文|本节)[，,]?(?:我们|笔者|我|将|就|来|会|先|再|简单|简要|详细|分别|逐一|主要)*"
    r"(?:讲|介绍|看|说明|聊|分析|推导)"
    r"|(?:下面|接下来)[，,]?我们[^。]{0,60}(?:讲解|介绍|看看|看一?下|说明|推导|分析)"
    r"|^\W*(?:首先|然后|最后)?[，,]?\s*我们(?:先|再|来|就|一起|接着|首先)*看"
    r"|(?:上面|前面|上文|前文).{0,12}已经(?:分析|介绍|讲|说|提)"
    r"|^\W*如?[上下]图(?:所示|代表|展示|表明|是|为)?[^，,。]*[：:。]?\s*$"
    r"|^\W*(?:let'?s|here (?:is|are)|in this (?:section|answer|post)|below (?:is|are))\b",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(r"[:：]\W*$")
_CONCLUSION = re.compile(
    r"^\W*(?:总的来说|总之|综上|总而言之|由此可见|可以看到|通过以上"
    r"|in (?:summary|conclusion|short)|overall)",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^.{1,80}?(?:是指|指的?是|是[^，。；]{0,12}[一两三几多][种类个项]|定义为|被?称为|称作|又称|也称|也叫|或者叫"
    r"|是[^，。；]{1,60}的(?:一种|方法|算法|技术|过程|概念|指标|机制|模型|网络|策略|框架|任务|操作|函数|核心概念))"
    r"|^.{1,60}?\b(?:is|are) (?:an?|the|one of)\b"
    r"|^.{1,60}?\b(?:refers? to|means|is defined as|stands for)\b"
    r"|^[^，。；：]{1,20}[，,]\s*(?:又|也)?(?:是|即)",
    re.IGNORECASE,
)
_DEFINITION_LABEL = re.compile(
    r"定义|概念|是什么|什么是|含义|definition|what is|concept", re.IGNORECASE
)

#: The measure of importance before adjustments: what carries an answer counts most, what
#: illustrates it little, and what only announces or names something nothing.
BASE_WEIGHT = {
    "definition": 0.9,
    "statement": 0.6,
    "item": 0.7,
    "row": 0.5,
    "formula": 0.5,
    "code": 0.3,
    "heading": 0.0,
    "remark": 0.1,
}


def classify(text: str, *, kind: str, lead: bool, label: str) -> str:
    """The kind of a passage found in a block of kind `kind` ("statement" or "item").

    `lead`: it is the first statement of the answer or of a section; `label`: the heading or bold
    label directly above or before it.
    """
    if _BOILERPLATE.search(text) or (width(text) <= MAX_LEAD_IN and _LEAD_IN.search(text)):
        return "remark"
    if (lead or _DEFINITION_LABEL.search(label)) and _DEFINITION.search(text):
        return "definition"
    return kind


def weigh(text: str, *, kind: str, lead: bool, emphasis: float) -> float:
    """Weight of a passage, 0 to 1. `emphasis` is the share of its letters that its author made
    bold or highlighted; `lead` as in `classify`."""
    weight = BASE_WEIGHT[kind]
    if kind in ("definition", "statement", "item"):
        if _EXAMPLE.search(text):
            weight = 0.3
        elif _CONCLUSION.search(text):
            weight = 0.4
        if lead:
            weight += 0.1
        if emphasis:
            weight += 0.1 + 0.15 * emphasis
    return round(min(weight, 1.0), 2)
