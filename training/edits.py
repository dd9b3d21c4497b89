"""Near copies: a statement lightly reworded, or lightly turned into its opposite.

Written paraphrases are free and written falsehoods keep the vocabulary, so a model that has seen
nothing else takes shared wording for a sign of falsehood. People do repeat a reference nearly word for
word when they know it. Both kinds are made here by the same rewording, the second with one reversal
besides, so that at any overlap only the reversal tells them apart.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import rjieba

from interview.grading.contrast import OPPOSITES

# Words of a line stand for each other in technical prose, whichever way.
_SYNONYMS = """
使用 采用 利用 用 | 通过 借助 靠 | 因此 所以 于是 因而 | 由于 因为 | 从而 进而 这样就 | 并且 而且 同时 | 以及 和 还有 | 但是 但 不过 然而
每个 每一个 各个 | 可以 能够 能 | 进行 做 | 计算 算 算出 | 得到 获得 拿到 | 表示 代表 | 称为 叫做 叫 | 例如 比如 像 | 主要 主要是 | 通常 一般 往往
非常 很 十分 | 较大 比较大 偏大 | 较小 比较小 偏小 | 增大 变大 加大 | 减小 变小 缩小 | 提高 提升 | 降低 减低 压低 | 避免 防止 | 缓解 减轻 | 导致 造成 引起
模型 网络 | 参数 权重 | 数据 样本 | 训练时 训练的时候 训练阶段 | 推理时 推理的时候 推理阶段 | 只需 只需要 只要 | 需要 得 要 | 不再 不用再 | 无需 不需要 不用
某个 某一个 | 若 如果 要是 | 则 那么 就 | 即 也就是 也就是说 | 其 它的 | 该 这个 | 此时 这时候 这时 | 多个 好几个 若干个 | 全部 所有 | 根据 按照 依据 | 位于 处在 在
速度 快慢 | 效果 表现 | 方法 办法 做法 | 问题 毛病 | 复杂度 开销 | 内存 存储空间 | 显存 GPU显存 | 元素 项 | 结点 节点 | 存储 存放 保存 | 查找 查询 搜索 | 返回 给出
use employ apply | uses employs applies | because since as | therefore so thus hence | however but yet | large big | small little | get obtain | shows indicates | usually typically normally
each every | whole entire | also additionally | compute calculate | computes calculates | keeps retains | reduces lowers decreases | increases raises | helps aids | often frequently
begins starts | ends finishes | needs requires | lets allows | makes renders | while whereas | method technique approach | only just merely | model network
"""
_SAFE_PREFIXES = (
    "我理解",
    "我觉得",
    "简单说，",
    "其实",
    "就是说",
    "一般来说，",
    "这个我知道，",
    "应该是",
    "As far as I know, ",
    "I think ",
    "Basically, ",
    "In short, ",
    "Well, ",
)
_SAFE_SUFFIXES = (
    "，大概是这样",
    "，这是核心",
    "，这一点很关键",
    ", that's the idea",
    ", roughly speaking",
)
_NEGATABLE = re.compile(
    r"(?<![不没无])(会|能|需要|可以|依赖|影响|包含|支持|共享|保证|适合|属于|等于|改变|增加|引入)"
)
_NEGATED = re.compile(
    r"不(?=会|能|需要|可以|依赖|影响|包含|支持|共享|保证|适合|属于|等于|改变|再|必|用)"
)
_ENGLISH_NEGATABLE = re.compile(r"\b(is|are|can|does|do|will|has|must|should)\b(?! not|n't)")
_ENGLISH_NEGATED = re.compile(r"\b(?:(is|are|can|does|do|will|must|should) not|cannot)\b")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_BRACKETS = re.compile(r"\s*[（(][^（）()]{1,40}[）)]")


def _synonyms() -> dict[str, tuple[str, ...]]:
    table = {}
    for group in _SYNONYMS.replace("\n", "|").split("|"):
        words = group.split()
        for word in words:
            table[word] = tuple(other for other in words if other != word)
    return table


SYNONYMS = _synonyms()


def _words(text: str) -> list[str]:
    """Chinese words, Latin words and what is between them; joined they give the text again."""
    return [
        piece
        for run in re.findall(r"[A-Za-z'’-]+|[^A-Za-z'’-]+", text)
        for piece in ([run] if run[0].isascii() and run[0].isalpha() else rjieba.cut(run))
    ]


def _same_case(word: str, like: str) -> str:
    return word[:1].upper() + word[1:] if like[:1].isupper() and word[:1].isascii() else word


def _replace_synonyms(rng: random.Random, text: str) -> str:
    words = _words(text)
    places = [i for i, word in enumerate(words) if word.lower() in SYNONYMS]
    for i in rng.sample(places, min(len(places), rng.randint(1, 4))):
        words[i] = _same_case(rng.choice(SYNONYMS[words[i].lower()]), words[i])
    return "".join(words)


def _drop_brackets(rng: random.Random, text: str) -> str:
    return _BRACKETS.sub("", text, count=1)


def _drop_particles(rng: random.Random, text: str) -> str:
    return re.sub("的|了|就|都|其|所", lambda m: "" if rng.random() < 0.5 else m[0], text)


def _reorder_sentences(rng: random.Random, text: str) -> str:
    parts = [part for part in re.split(r"(?<=[。；;])|(?<=\.) ", text) if part.strip()]
    if len(parts) < 2 or re.match("因此|所以|其中|它|这|then|it |this", parts[1].strip(), re.I):
        return text
    rng.shuffle(parts)
    joint = "" if "\u4e00" <= parts[0][0] <= "\u9fff" else " "
    return joint.join(part.strip() for part in parts)


def _frame(rng: random.Random, text: str) -> str:
    chinese = bool(re.search("[\u4e00-\u9fff]", text))
    fitting = [p for p in _SAFE_PREFIXES if bool(re.search("[\u4e00-\u9fff]", p)) == chinese]
    if rng.random() < 0.7:
        return rng.choice(fitting) + text
    ends = [s for s in _SAFE_SUFFIXES if bool(re.search("[\u4e00-\u9fff]", s)) == chinese]
    return text.rstrip("。.") + rng.choice(ends)


_REWORDINGS: tuple[Callable[[random.Random, str], str], ...] = (
    _replace_synonyms,
    _replace_synonyms,
    _drop_brackets,
    _drop_particles,
    _reorder_sentences,
    _frame,
)


def reworded(rng: random.Random, text: str) -> str:
    """The same statement in nearly the same words."""
    for change in rng.sample(_REWORDINGS, rng.randint(1, 4)):
        text = change(rng, text)
    return text


def part_of(rng: random.Random, text: str) -> str | None:
    """The first or the second half of a statement's clauses; None where it has but one."""
    clauses = [c.strip() for c in re.split("[，；。;]|, ", text) if len(c.strip()) > 3]
    if len(clauses) < 2:
        return None
    middle = len(clauses) // 2
    half = rng.choice((clauses[:middle], clauses[middle:]))
    return ("，" if re.search("[\u4e00-\u9fff]", text) else ", ").join(half)


def turned(rng: random.Random, text: str) -> str | None:
    """The statement with one relation reversed, else word for word; None where nothing in it can be
    reversed by rule. Two opposites that it names are exchanged."""
    made: list[str] = []
    words = _words(text)
    lowered = [word.lower() for word in words]
    for i, word in enumerate(lowered):
        for other in sorted(OPPOSITES.get(word, ())):
            changed = list(words)
            if other in lowered:
                j = lowered.index(other)
                changed[i], changed[j] = words[j], words[i]
                made += ["".join(changed)] * 4
            else:
                changed[i] = _same_case(other, words[i])
                made.append("".join(changed))
    chinese = bool(re.search("[\u4e00-\u9fff]", text))
    for pattern, change in (
        ((_NEGATABLE, lambda m: "不" + m[0]), (_NEGATED, lambda m: ""))
        if chinese
        else (
            (_ENGLISH_NEGATABLE, lambda m: m[0] + " not"),
            (_ENGLISH_NEGATED, lambda m: m[1] or "can"),
        )
    ):
        for match in pattern.finditer(text):
            made += [text[: match.start()] + change(match) + text[match.end() :]] * 2
    for match in _NUMBER.finditer(text):
        value = match[0]
        other = rng.choice([v for v in ("2", "3", "10", "0.5", "0", "100") if v != value])
        made.append(text[: match.start()] + other + text[match.end() :])
    made = [m for m in made if m != text]
    return rng.choice(made) if made else None
