"""Which question an interviewer would ask next, and how it is worded.

Pure: a stored grade and the texts it was about in, a choice out. The wording gives nothing away: it
names what the question and the answer have named already, or the heading under which the point
stands, and otherwise only says what kind of thing is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interview.grading import form
from knowledge.chunking import subject

# From this score on an interviewer goes on to the next question, unless something was wrong.
ENOUGH = 85
# From this score on a point that was said in part is left at that.
GOOD = 70
# How many follow-ups a mock interview has at most.
MOST_IN_A_MOCK = 2
MISSED, PARTLY, CONTRADICTED = "missed", "partly", "contradicted"
OPENING, AUTHOR = "opening", "author"
# After these there is nothing to dig into: an easier question opens the subject again.
_NOTHING_YET = {form.EMPTY, form.DONT_KNOW, form.ECHO, form.OFF_TOPIC}
# After these nothing is asked: noise, words in no order, what the person took back, and answers that an
# author accepts as they are.
_NOTHING_TO_ASK = {form.GIBBERISH, form.SHUFFLED, form.RETRACTED, form.ACCEPTED}
_QUOTE = 60  # characters of the person's own words that a question repeats
_TERMS = 2


@dataclass(frozen=True)
class Aim:
    """The point that a follow-up is about, and why it: ``kind`` is one of the words above."""

    point: str
    kind: str
    flag: str = ""  # of an opening question: what the answer was instead of one


@dataclass(frozen=True)
class FollowUp:
    aim: Aim
    text: str


def aim(grade: Mapping[str, Any]) -> Aim | None:
    """The point to dig into: the heaviest that was missed or said the other way round (of two as heavy
    the one said wrongly, then the first one), else, below a good score, the heaviest that was said in
    part. After "don't know", an echo or an answer to another question it is the heaviest point, to be
    opened gently. None after a full answer and where there is nothing to talk about.
    """
    flags = set(grade["flags"])
    points = list(grade["points"])
    nothing = form.INSTRUCTION in flags and grade["score"] == 0
    if not points or nothing or _NOTHING_TO_ASK & flags:
        return None
    if flag := next(iter(sorted(_NOTHING_YET & flags)), ""):
        return Aim(max(points, key=lambda point: point["weight"])["text"], OPENING, flag)
    wrong = [point for point in points if point["verdict"] == CONTRADICTED]
    if grade["score"] >= ENOUGH and not wrong:
        return None
    open_points = [p for p in points if p["verdict"] == MISSED] + wrong
    if not open_points and grade["score"] < GOOD:
        open_points = [p for p in points if p["verdict"] == PARTLY]
    if not open_points:
        return None
    chosen = min(
        open_points,
        key=lambda p: (-p["weight"], p["verdict"] != CONTRADICTED, points.index(p)),
    )
    return Aim(chosen["text"], chosen["verdict"])


def follow_up(
    grade: Mapping[str, Any],
    *,
    title: str,
    answer: str,
    language: str,
    headings: Mapping[int, str],
    keywords: Sequence[str] = (),
) -> FollowUp | None:
    """The question to ask after ``answer`` was graded; None where there is none to ask.

    ``language``: "zh", else English; ``headings``: of the passages, by position; ``keywords``: terms of
    the question, in whatever order.
    """
    aimed = aim(grade)
    if aimed is None:
        return None
    point = next(p for p in grade["points"] if p["text"] == aimed.point)
    said = title if aimed.kind == OPENING else f"{title}\n{answer}"
    names = _subject(point, title, said, headings, keywords)
    words = _CHINESE if language == "zh" else _ENGLISH
    ask = words.asks[kind_of(aimed.point)]
    about = words.about.format(words.joined.join(map(words.named.format, names))) if names else ""
    quotes = [answer[span["start"] : span["end"]] for span in point.get("spans", ())]
    quote = _shortened(quotes[0]) if quotes else ""
    if aimed.kind == OPENING:
        start = words.openings[aimed.flag]
    elif aimed.kind == CONTRADICTED and quote:
        start = words.doubt.format(quote)
    elif aimed.kind == PARTLY and quote:
        start = words.deeper.format(quote)
    else:
        start = words.more if names else words.more_of_it
    body = about + ask
    if start.rstrip().endswith((".", "?")):
        body = body[:1].upper() + body[1:]
    return FollowUp(aimed, start + body)


def _subject(
    point: Mapping[str, Any],
    title: str,
    said: str,
    headings: Mapping[int, str],
    keywords: Sequence[str],
) -> list[str]:
    """What the point is about in words that give nothing away: terms of it that were named already
    (``said``), in the point's order, else the heading of its passage."""
    folded, heard = point["text"].casefold(), said.casefold()
    latin = [word for word in _LATIN.findall(point["text"]) if word.casefold() not in _STOP]
    found: list[tuple[int, str]] = []
    for term in sorted({*keywords, *latin}, key=lambda term: (-len(term), term)):
        place = _place(term, folded)
        if len(term) < 2 or place < 0 or _place(term, heard) < 0:
            continue
        if all(place + len(term) <= at or at + len(kept) <= place for at, kept in found):
            found.append((place, term))
    if found:
        return [term for _at, term in sorted(found)[:_TERMS]]
    for position in point.get("passages", ()):
        heading = subject(headings.get(position, "")).strip("*# ")
        if heading and len(heading) <= 40 and heading not in title and not _EMPTY.search(heading):
            return [heading]
    return []


_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9+#.-]*[A-Za-z0-9+#]")
_STOP = frozenset(
    "a about all also an and any are as at be been both but by can do does each every few for from has "
    "have how if in into is it its least less like many may more most much must need needs no not of on "
    "one only or other out over own per same so some such than that the their them then there these "
    "they this those to too two under until up use used uses using was were what when where which "
    "while whose why will with without you your".split()
)
# Headings that say what a part is for the page, not what it is about.
_EMPTY = re.compile(
    r"例子|示例|举例|例如|注意|扩展|总结|小结|要点|说明|答案|解析|回答|问题|参考|"
    r"\b(examples?|notes?|summary|answers?|conclusions?|remarks?|explanations?|key points?)\b",
    re.IGNORECASE,
)


def _place(term: str, folded: str) -> int:
    """Where a term stands in a folded text, -1 if nowhere; Latin ones as whole words."""
    term = term.casefold()
    if not term[:1].isascii():
        return folded.find(term)
    found = re.search(rf"(?<![a-z0-9]){re.escape(term)}(?![a-z0-9])", folded)
    return found.start() if found else -1


def _shortened(quote: str) -> str:
    """One's own words on one line, without marks that would end the quotation."""
    text = " ".join(quote.translate(_QUOTES).split()).rstrip("。．.；;，, ")
    return text if len(text) <= _QUOTE else text[:_QUOTE].rstrip() + "…"


_QUOTES = str.maketrans({"“": "‘", "”": "’", '"': "’"})


# -- kinds of points -----------------------------------------------------------------------------

FORMULA, NUMBER, STEPS, COMPARISON = "formula", "number", "steps", "comparison"
TRADE_OFF, CAUSE, CONDITION, PURPOSE = "trade-off", "cause", "condition", "purpose"
DEFINITION, OTHER = "definition", "other"
# The first that fits names the kind.
_KINDS = (
    (FORMULA, r"\$[^$]*=[^$]*\$|\w\s*=\s*[\w(√∑-]|公式|formula|\bequation"),
    (NUMBER, r"\bO\([^)]+\)|复杂度|成正比|倍|\d+\s*[%％]|约为|complexity|proportional|\btimes\b"),
    (
        STEPS,
        r"首先|然后|再.{0,12}最后|步骤|依次|先.+再|\bfirst\b.*\bthen\b|\bsteps?\b|step by step",
    ),
    (
        COMPARISON,
        r"相比|不同于|区别|而不是|不等于|不等价|比.{1,16}(更|少|多|大|小|高|低|快|慢)|折中|"
        r"\bwhereas\b|\bunlike\b|\bthan\b|\bwhile\b|\brather than\b|\bdiffers?\b|\bversus\b",
    ),
    (
        TRADE_OFF,
        r"代价|缺点|局限|优点|但|受.{0,8}(限制|影响)|开销|风险|较弱|"
        r"\bbut\b|\byet\b|\bcosts?\b|\bdrawback|\btrade-?off|\bdisadvantage|\bweak",
    ),
    (
        CAUSE,
        r"因为|由于|导致|因此|所以|从而|使得|原因|造成|引起|否则|"
        r"\bbecause\b|\bsince\b|\bdue to\b|\bleads? to\b|\bcauses?\b|\bso that\b|\bso\b|therefore",
    ),
    (
        CONDITION,
        r"当.{1,20}时|时[，,]|如果|若|需要|必须|适合|只有|要求|"
        r"\bwhen\b|\bif\b|\bonly\b|\bmust\b|\bneeds?\b|\brequires?\b|\bunless\b|\bsuits?\b",
    ),
    (
        PURPOSE,
        r"用于|用来|防止|避免|缓解|减少|减轻|提高|降低|增加|解决|目的|作用|以便|"
        r"\bto (prevent|avoid|reduce)\b|\bprevents?\b|\bavoids?\b|\breduces?\b|\bimproves?\b|"
        r"\bhelps?\b|\ballows?\b|\blets?\b|\bpurpose\b",
    ),
    (
        DEFINITION,
        r"是指|指的是|指|定义|称为|叫做|^[^，,。]{1,16}是|"
        r"\bmeans?\b|\bis (a|an|the)\b|\bdefined\b|\brefers?\b|\bis called\b",
    ),
)
_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS]


def kind_of(point: str) -> str:
    """What sort of statement a point is, by its words."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(point)), OTHER)


# -- words, in the question's language, whatever the page's ------------------------------------------


@dataclass(frozen=True)
class _Words:
    asks: Mapping[str, str]
    openings: Mapping[str, str]
    doubt: str
    deeper: str
    more: str  # there is a subject
    more_of_it: str  # there is none to name
    about: str
    named: str
    joined: str


_CHINESE = _Words(
    asks={
        FORMULA: "公式怎么写，各项代表什么？",
        NUMBER: "数量上是什么关系，大概是多少？",
        STEPS: "一步一步是怎么做的？",
        COMPARISON: "和相近的做法比，差别在哪里？",
        TRADE_OFF: "有什么好处，又有什么代价或局限？",
        CAUSE: "背后的原因是什么？",
        CONDITION: "什么条件下是这样，需要注意什么？",
        PURPOSE: "它起什么作用，为了解决什么？",
        DEFINITION: "准确地说，这是什么？",
        OTHER: "具体是怎么回事？",
    },
    openings={
        form.EMPTY: "没关系，从简单的开始，一两句话就行。",
        form.DONT_KNOW: "没关系，从简单的开始，一两句话就行。",
        form.ECHO: "请不要重复题目，用自己的话说一两句。",
        form.OFF_TOPIC: "我们先回到这道题，一两句话就行。",
    },
    doubt="你说“{}”。真是这样吗？",
    deeper="你提到“{}”。请再说深一层。",
    more="还有一点没有说到。",
    more_of_it="回到原来的问题，还有一点没有说到。",
    about="关于{}，",
    named="“{}”",
    joined="和",
)
_ENGLISH = _Words(
    asks={
        FORMULA: "what does the formula look like, and what do its terms stand for?",
        NUMBER: "how much is it, and what does it depend on?",
        STEPS: "how does it go, step by step?",
        COMPARISON: "how does it differ from what comes close to it?",
        TRADE_OFF: "what does it gain, and what does it cost?",
        CAUSE: "what is the reason behind it?",
        CONDITION: "under which conditions does it hold, and what has to be watched?",
        PURPOSE: "what is it good for?",
        DEFINITION: "what exactly is it?",
        OTHER: "what exactly happens there?",
    },
    openings={
        form.EMPTY: "No problem, let us begin with something small; a sentence or two will do. ",
        form.DONT_KNOW: "No problem, let us begin with something small; a sentence or two will do. ",
        form.ECHO: "In your own words rather than the question's, in a sentence or two: ",
        form.OFF_TOPIC: "Let us come back to the question; a sentence or two will do. ",
    },
    doubt="You said “{}”. Is that so? ",
    deeper="You mentioned “{}”. Go one step further: ",
    more="One thing is still missing. ",
    more_of_it="Back to the question, where one thing is still missing: ",
    about="as for {}, ",
    named="“{}”",
    joined=" and ",
)
