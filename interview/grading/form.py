"""Honesty of form: what in an answer earns nothing, whatever its words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

import rjieba

from interview.grading import asking, frames
from interview.grading.segments import Segment, width

# Flags of a grade; the page explains each.
EMPTY, SHORT, OFF_TOPIC, ECHO = "empty", "short", "off_topic", "echo"
KEYWORD_LIST, INSTRUCTION, HIDDEN, VERBATIM = "keyword_list", "instruction", "hidden", "verbatim"
GIBBERISH, DONT_KNOW = "gibberish", "dont_know"
SHUFFLED, RETRACTED, QUESTIONS, BOTH_WAYS = "shuffled", "retracted", "questions", "both_ways"
CONTRADICTION, DOUBTFUL, MISCONCEPTION = "contradiction", "doubtful", "misconception"
UNASSERTED, SWAPPED = "unasserted", "swapped"
ACCEPTED = "accepted"  # scored by an accepted alternative answer

_INSTRUCTION = re.compile(
    r"(ignore|disregard|forget)\b.{0,40}\b(above|previous|prior|instruction|prompt|rubric|reference)"
    r"|(give|award|assign|grant|return|output)\b.{0,30}\b(100|full|maximum|perfect|highest)\b.{0,20}"
    r"\b(marks?|score|points?|credit|grade)\b"
    r"|(score|grade)\s*[:=]\s*(100|1\.0|full)|system\s*prompt|as an ai (language )?model"
    r"|you are (now )?(a|an|the) (grader|examiner|assistant)"
    r"|(忽略|无视|忘记|不要理会).{0,12}(以上|上面|之前|前面|所有|指令|规则|标准|参考)"
    r"|(请|务必|直接|必须|麻烦)?.{0,4}(给|打|判|评).{0,6}(满分|100\s*分|一百分|最高分|高分)"
    r"|(评分|阅卷|打分)(系统|老师|程序|模型|助手).{0,12}(请|应|必须|注意)"
    r"|系统提示|本(题|答案)(已经)?(全部)?(正确|满分)",
    re.IGNORECASE,
)
_APOLOGY = "抱歉|对不起|不好意思|sorry"
# What may stand before an admission: the person, the question, hesitation. What else has a subject
# speaks of the matter: "推理时不会丢弃神经元", "a Transformer does not know the order".
_BEFORE = (
    rf"(?:{_APOLOGY}|我|本人|呃|嗯+|额|e?m{{2,}}|先|这个?|该|那个?|道?题目?|问题|真|确实|完全|一点|都|也|还是?|是|实在"
    r"|暂时|可能|有点|已经|说实话|老实说|其实|不过|但是?|可是|的|具体|细节|概念|知识点|东西|\b(?:i|i'?m|i am|i have|well|um"
    r"|honestly|really|but|though|just|simply|this|one|have|am)\b|[\s'’])*"
)
_LACKING = (  # whatever follows, but not as an attribute: 不知道的 …
    r"(?:不知道|不清楚|不太清楚|不了解|不太了解|没.{1,4}过|只?听(?:说)?过|忘了|记不清|记不得|想不起|答不上|没有?思路"
    r"|不太懂|不懂)(?!的).*"
    r"|(?:do not|don['’]?t|dont|can['’]?t|cannot) (?:really )?(?:know|remember|recall)\b.*"
    r"|(?:forg[eo]t|no idea|not (?:really )?sure|never (?:heard|learned|used|learnt)"
    r"|no (?:submission|response|answer)|idk)\b.*"
)
_PASSING = (  # with nothing behind it that could be the matter
    r"(?:不太?会|忘记了?|跳过|过|下一题|略|哈+|skip|pass)"
    r"(?:了|吧|啊|呢|答|做|写|这?道?题|这个|\s|it|this|one|please|question)*"
)
_DONT_KNOW = re.compile(rf"{_BEFORE}(?:{_LACKING}|{_PASSING}|{_APOLOGY})", re.IGNORECASE)
# A clause of the closing sentence that takes back all that stands before it, and the questions to which
# such a sentence is the answer: is a statement true? "This is wrong" may speak of the last claim alone.
_RETRACTION = re.compile(
    r"(?:但是?|不过|其实|不对|然而|but|actually|no|\s)*(?:(?P<taken_back>"
    r"(?:以上|上面|上述|前面|刚才|这些)(?:的|说法|说|讲|内容|理解|观点|看法|回答|解释|所有|这些|话|每一?句)*"
    r"(?:其实|全部|全|都|均|完全|也|是|就)*(?:错[了的误]?|不对|不正确|不成立|作废|站不住脚|反了|不算数)的?"
    r"|我?(?:刚才|刚刚|前面|上面)(?:都|全)?(?:说|讲|答)[错反]了"
    r"|(?:all|none|most|nothing)(?: of)? (?:the above|this|that|these|those|what i (?:just )?said)"
    r"(?: statements?| claims?)?.{0,12}\b(?:wrong|false|incorrect|untrue|true|correct|right)"
    r"|(?:the above|these (?:statements|claims)) (?:is|are)(?: all| simply| just)?"
    r" (?:wrong|false|incorrect|untrue|(?:common )?(?:misconceptions?|myths?)))"
    # and what may stand beside it
    r"|(?:事实|实际|实际情况|真相)?(?:上|与此|和这)?(?:刚好|正好|恰恰|完全|恰好)相反"
    r"|(?:in fact |in reality )?(?:exactly |just )?the (?:exact )?opposite (?:is (?:true|the case)|holds)"
    r"|it is an? (?:common )?(?:misconception|myth)|)\W*",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    r"说法|判断|对吗|对不对|正确|是否|错误|误解|误区|\btrue\b|\bfalse\b|correct|^(?:is|are|does|do|can)\b",
    re.IGNORECASE,
)
_MUCH_UNASSERTED = 0.3  # share of the text from which the person is told
_SENTENCE_END = re.compile(r"[。！!\n]+|\.(?=\s|$)")
# One claim with its opposite beside it, or with no side taken.
_BOTH_WAYS = re.compile(
    r"(?:可能|也许|或许|有时候?).{0,60}(?:也可能|也许|或许|有时候?|也不|也(?:可以|会)不)"
    r"|看情况|说不准|不好说|都有可能|因情况而"
    r"|\b(?:may|might|could|sometimes)\b.{0,120}\b(?:or|and) (?:it |they |so |else )?(?:may|might|could|perhaps"
    r"|maybe|sometimes|not)\b|\b([a-z]{4,}) or (?:non-?|in|un)\1|\bit (?:all )?depends\W*$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[，。；！？、,.;!?…~～\n]+")
# Zero-width and direction marks, variation selectors, tag characters: invisible on the page.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_FILLER = frozenset(
    "的 了 是 在 和 与 就 也 都 而 及 或 吗 呢 吧 啊 呀 这 那 这个 那个 一个 我 你 他 它 我们 你们 他们 它们 "
    "有 很 会 能 要 说 到 上 下 对 把 被 让 给 从 向 为 以 于 其 中 等 什么 怎么 如何 为什么 哪些 哪个 谢谢 "
    "问题 回答 面试官 理解 了解 知道 认为 觉得 首先 其次 最后 总之 另外 因此 所以 但是 如果 可以 需要 "
    "应该 非常 重要 概念 简单 介绍 解释 描述 谈谈 说说 一下 关于 以上 就是 所谓 顾名思义 大家 现在 经常 "
    "the a an of to in on at is are was be and or it this that what why how which i we you they with for "
    "as by from so very can do does about question answer think know explain describe".split()
)


_HALF_WIDTH = {
    0xFEE0 + code: chr(code) for code in range(ord("0"), ord("z") + 1) if chr(code).isalnum()
}


def visible(answer: str) -> tuple[str, list[int], bool]:
    """The answer without invisible characters, the original offset of each character kept (plus one
    past the end), and whether anything had to go beyond what ordinary emoji carry."""
    kept = [i for i, c in enumerate(answer) if not _INVISIBLE.match(c)]
    dropped = len(answer) - len(kept)
    text = "".join(answer[i] for i in kept)
    return text, [*kept, len(answer)], dropped > 3


def quiet(text: str) -> str:
    """The text as models are used to it, of the same length: full-width letters and digits in half
    width, and small letters where it is typed all in capitals."""
    text = text.translate(_HALF_WIDTH)
    letters = [c for c in text if c.isascii() and c.isalpha()]
    if len(letters) < 20 or sum(c.isupper() for c in letters) < 0.7 * len(letters):
        return text
    return "".join(c.lower() if c.isascii() else c for c in text)


def words(text: str) -> list[str]:
    """Folded content words: what is left without punctuation and filler."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [w for w in rjieba.cut(folded) if w not in _FILLER and any(c.isalnum() for c in w)]


def is_instruction(text: str) -> bool:
    """Whether a segment speaks to the grader instead of answering."""
    return bool(_INSTRUCTION.search(text))


def is_dont_know(answer: str) -> bool:
    """A short answer that says that there is none, and hardly anything else."""
    if width(answer.strip()) > 30:
        return False
    clauses = [clause.strip() for clause in _CLAUSE_END.split(answer) if clause.strip()]
    other = [clause for clause in clauses if not _DONT_KNOW.fullmatch(clause)]
    if len(other) == len(clauses):
        return False
    return sum(map(width, other)) <= (4 if len(clauses) - len(other) == 1 else 12)


def is_retracted(answer: str, question: str) -> bool:
    """Whether the last sentence takes back the ones before it. Where the question asks whether a
    statement is true, such a sentence is its answer."""
    sentences = [part.strip() for part in _SENTENCE_END.split(answer) if part.strip()]
    if len(sentences) < 2 or _JUDGED.search(question):
        return False
    # blanks in a row would be tried in every division
    last = " ".join(sentences[-1].split())
    clauses = [_RETRACTION.fullmatch(clause) for clause in _CLAUSE_END.split(last)]
    return all(clauses) and any(clause["taken_back"] for clause in clauses if clause)


def claimed(answer: str, question: str) -> tuple[str, set[str]]:
    """The answer, of the same length, with line ends in the place of what it reports and rejects,
    plans, wishes and the like, and the flag of an answer of which that is a good part. Where the
    question asks whether a statement is true, rejecting it is the answer."""
    if _JUDGED.search(question):
        return answer, set()
    kept, share = frames.claimed(answer)
    return kept, {UNASSERTED} if share > _MUCH_UNASSERTED else set()


def both_ways_share(answer: str) -> float:
    """Share 0..1 of the text in sentences that say a thing and its opposite; 0 for a single one, which
    may be all there is to say ("a large step may oscillate or diverge")."""
    return _share(answer, lambda sentence: bool(_BOTH_WAYS.search(sentence)))


def _share(answer: str, said: Callable[[str], bool]) -> float:
    parts = asking.sentences(answer)
    such = [width(sentence) for sentence in parts if said(sentence)]
    return sum(such) / sum(map(width, parts)) if len(such) > 1 else 0.0


def echo_share(segment: str, question_words: frozenset[str]) -> float:
    """Share of a segment's content words that the question gave away (1 when it has none)."""
    own = words(segment)
    if not own:
        return 1.0
    return sum(1 for w in own if w in question_words) / len(own)


def looks_garbled(answer: str) -> bool:
    """Keyboard noise: long Latin runs without vowels or few different characters over and over."""
    text = "".join(answer.split())
    if len(text) < 6:
        return False
    counts = Counter(text.casefold())
    if len(text) >= 12 and len(counts) <= 3:
        return True
    latin = re.findall(r"[a-z]{5,}", answer.casefold())
    odd = [w for w in latin if not re.search(r"[aeiouy]", w) or re.search(r"[^aeiouy]{5,}", w)]
    return bool(latin) and len("".join(odd)) > 0.5 * len(text)


def verbatim_share(answer: str, reference: str, size: int = 12) -> float:
    """Share of the answer's runs of ``size`` letters that stand in the reference word for word."""
    own, other = _letters(answer), _letters(reference)
    if len(own) < 3 * size:
        return 0.0
    grams = {other[i : i + size] for i in range(len(other) - size + 1)}
    hits = sum(own[i : i + size] in grams for i in range(len(own) - size + 1))
    return hits / (len(own) - size + 1)


def _letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def useful(segments: Sequence[Segment], question: str) -> tuple[list[Segment], set[str]]:
    """Segments that may earn something, and the flags of those that may not."""
    flags: set[str] = set()
    asked = frozenset(words(question))
    kept = []
    for segment in segments:
        if is_instruction(segment.text):
            flags.add(INSTRUCTION)
        elif echo_share(segment.text, asked) < 0.85:
            kept.append(segment)
        elif words(segment.text):
            flags.add(ECHO)
    if kept:
        flags.discard(ECHO)
    return kept, flags
