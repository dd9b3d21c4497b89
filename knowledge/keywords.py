"""Terms that an answer is expected to use, drawn from a reference answer; and finding them in a text.

Candidates are emphasised phrases, code terms, Latin terms and Chinese words (alone or as adjacent
pairs); each weighs by how often the reference uses it, how it is emphasised and how rare it is in the
bank (tf-idf). A pair written as 感受野（Receptive Field） is one term with an alias. What the question
itself says earns nothing, so its words are left out.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import rjieba

MAX_TERMS = 14
_HAN = r"㐀-䶿一-鿿"
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9+#]*(?:[-./_][A-Za-z0-9+#]+)*")
_PAIR = re.compile(
    rf"([{_HAN}A-Za-z0-9+\-]{{2,12}})\s*[（(]\s*([A-Za-z][A-Za-z0-9 +\-/,，.]{{1,60}})\s*[)）]"
)
_NOUNS = ("n", "vn", "l", "i", "j", "an")
_PARTS = ("n", "vn", "v", "a", "b", "l", "eng", "m", "j", "an", "d")

# Function words and the prose of explanations: present everywhere, expected of nobody.
ENGLISH_STOP = frozenset(
    "a an and or the of to in on at by for from with without as is are was were be been being it its "
    "this that these those which who whom what when where why how there here than then so such if else "
    "not no nor do does did done can could may might must shall should will would have has had having "
    "into onto over under between among through during before after above below up down out off again "
    "more most less least very too also only just each every any all some many much few other another "
    "same different one two three first second third we you they he she i our your their his her them "
    "us me my use used uses using make makes made get gets set let e.g i.e eg ie etc vs via per about "
    "while because since therefore thus hence however although though but yet both either neither "
    "example examples question answer following case cases way ways thing things part parts number "
    "new old high low large small good bad better best called known given based usually often always "
    "never like well need needs want true false yes".split()
)
CHINESE_STOP = frozenset(
    "我们 他们 可以 通过 进行 使用 一个 一种 这个 那个 这种 因此 所以 但是 如果 同时 例如 比如 以及 或者 "
    "问题 方法 情况 过程 方式 时候 部分 内容 结果 作用 特点 优点 缺点 区别 概念 介绍 需要 能够 主要 不同 "
    "相同 其中 包括 具有 实现 提高 常见 常用 一般 通常 相关 对应 之间 方面 步骤 目的 原因 本质 基本 简单 "
    "复杂 重要 关键 核心 大家 文章 下面 上面 如下 以下 示例 例子 公式 表示 表达式 意思 东西 地方 个人".split()
)


# Terms of the field that the segmenter's general dictionary cuts in two (学习 | 率过 | 大会).
for _word in (
    "学习率 感受野 激活函数 损失函数 目标函数 反向传播 前向传播 过拟合 欠拟合 正则化 归一化 标准化 梯度下降 "
    "梯度消失 梯度爆炸 卷积核 特征图 池化 全连接 残差 权重 偏置 批量 批次 收敛 微调 预训练 迁移学习 注意力 "
    "多头注意力 自注意力 位置编码 词向量 词袋 分词 停用词 语言模型 大模型 显存 混合精度 半精度 单精度 量化 "
    "剪枝 蒸馏 推理 解码器 编码器 数据增强 验证集 测试集 训练集 超参数 交叉熵 均方误差 稀疏 稠密 方差 均值 "
    "张量 计算图 自动求导 链表 哈希表 二叉树 线程 进程 死锁 索引 事务"
).split():
    rjieba.add_word(_word, 20_000, "n")
for _word in "过大 过小 过高 过低 过多 过少 太大 太小 更大 更小 更高 更低".split():
    rjieba.add_word(_word, 20_000, "a")


@dataclass(frozen=True)
class Term:
    term: str
    aliases: tuple[str, ...]
    weight: float


def fold(text: str) -> str:
    """NFKC, case-folded: the form in which terms and texts are compared. May change the length."""
    return unicodedata.normalize("NFKC", text).casefold()


def parse_author(line: str) -> tuple[str, tuple[str, ...]]:
    """``"学习率 = learning rate = lr"`` to the term and its aliases."""
    names = [name.strip() for name in line.split("=") if name.strip()]
    return (names[0], tuple(names[1:])) if names else ("", ())


def is_word(candidate: str) -> bool:
    """Whether a Latin candidate can be a term: not a function word, not a single letter."""
    return len(candidate) > 1 and fold(candidate) not in ENGLISH_STOP


def candidates(text: str) -> Counter[str]:
    """Folded candidate terms of one text with their counts."""
    counts: Counter[str] = Counter()
    normal = unicodedata.normalize("NFKC", text)
    before = ""  # the word before, where it can begin a pair
    for word, tag in rjieba.tag(normal):
        telling = word not in CHINESE_STOP and _is_han(word)
        noun = telling and tag.startswith(_NOUNS)
        joins = telling and tag.startswith(_PARTS)
        if noun and len(word) >= 2:
            counts[word] += 1
        if noun and joins and before and len(before) + len(word) <= 8:
            counts[before + word] += 1
        before = word if joins else ""
    for match in _LATIN.finditer(normal):
        if is_word(match.group()):
            counts[fold(match.group())] += 1
    return counts


_ALL_HAN = re.compile(f"[{_HAN}]+")


def _is_han(word: str) -> bool:
    return _ALL_HAN.fullmatch(word) is not None


def pairs(text: str) -> dict[str, tuple[str, ...]]:
    """Bilingual pairs of a text: folded Chinese term to its Latin aliases, as written."""
    found: dict[str, tuple[str, ...]] = {}
    for left, right in _PAIR.findall(text):
        words = rjieba.cut(left)
        # The term is the tail of what stands before the bracket: at most the last three words.
        tail = "".join(words[-3:]) if len(words) > 3 else left
        names = [name.strip() for name in re.split(r"[,，/]", right)]
        found[fold(tail)] = tuple(name for name in names if len(name) > 1)
    return found


def detect(
    passages: Sequence[tuple[str, float, Sequence[str]]],
    question: str,
    document_frequency: Mapping[str, int],
    documents: int,
) -> list[Term]:
    """The up to 14 most telling terms of a reference answer, heaviest first, weights summing to 1.

    ``passages``: (text, weight, emphasised phrases); ``document_frequency``: in how many of the
    bank's ``documents`` a folded term occurs.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    shown: dict[str, str] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    repeats: Counter[str] = Counter()
    for text, weight, emphasised in passages:
        if weight <= 0:
            continue
        aliases |= pairs(text)
        for term, count in candidates(text).items():
            scores[term] += weight * (1 + math.log(count))
            repeats[term] += count
        for phrase in emphasised:
            phrase = phrase.strip(" ：:。.，,")
            if (
                2 <= len(phrase) <= 24
                and len(phrase.split()) <= 4
                and not re.search(r"[，。；,;]", phrase)
            ):
                scores[fold(phrase)] += 1.5 * weight
                repeats[fold(phrase)] += 2
                shown[fold(phrase)] = phrase
        for match in _LATIN.finditer(text):
            shown.setdefault(fold(match.group()), match.group())
    asked = fold(question)
    given = {asked} | {
        fold(name) for term, names in aliases.items() if term in asked for name in names
    }
    weighed = {}
    for term, score in scores.items():
        if any(term in text for text in given) or (_is_pairing(term, shown) and repeats[term] < 2):
            continue
        rarity = math.log((1 + documents) / (1 + document_frequency.get(term, 0))) + 0.3
        weighed[term] = score * rarity
    return _select(weighed, aliases, shown)


def _is_pairing(term: str, shown: Mapping[str, str]) -> bool:
    """A joined pair of Chinese words counts only when the reference repeats or emphasises it."""
    return term not in shown and _is_han(term) and len(rjieba.cut(term)) > 1


def _select(
    weighed: Mapping[str, float], aliases: Mapping[str, tuple[str, ...]], shown: Mapping[str, str]
) -> list[Term]:
    chinese_of = {fold(name): term for term, names in aliases.items() for name in names}
    for name, term in list(chinese_of.items()):
        for word in name.split():
            chinese_of.setdefault(word, term)
    chosen: list[tuple[str, float, tuple[str, ...]]] = []
    taken: set[str] = set()
    for candidate, weight in sorted(weighed.items(), key=lambda item: (-item[1], item[0])):
        if len(chosen) == MAX_TERMS:
            break
        term = chinese_of.get(candidate, candidate)
        names = aliases.get(term, ())
        if term in taken or candidate in taken:
            continue
        if _is_han(term) and any(term in other or other in term for other in taken):
            continue
        taken.add(term)
        for name in names:
            taken.update({fold(name), *fold(name).split()})
        chosen.append((shown.get(term, term), weight, names))
    total = sum(weight for _, weight, _ in chosen) or 1.0
    return [Term(term, names, weight / total) for term, weight, names in chosen]


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    # A Latin term is found as a whole word, in its plural too, with any of the usual separators.
    parts = [re.escape(part) for part in re.split(r"[\s\-_]+", fold(name)) if part]
    return re.compile(r"(?<![a-z0-9])" + r"[\s\-_]*".join(parts) + r"(?:e?s)?(?![a-z0-9])")


def find(name: str, folded: str, boundaries: frozenset[int]) -> tuple[int, int] | None:
    """Where ``name`` stands in a folded text as a word of its own, or None.

    ``boundaries`` are the offsets at which words of the folded text begin or end (``word_boundaries``).
    """
    wanted = fold(name)
    if not wanted:
        return None
    if not re.search(f"[{_HAN}]", wanted):
        match = _pattern(name).search(folded)
        return match.span() if match else None
    start = folded.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if start in boundaries and end in boundaries:
            return start, end
        start = folded.find(wanted, start + 1)
    return None


def word_boundaries(folded: str) -> frozenset[int]:
    """Offsets between words, from both the coarse and the fine segmentation (without guessing new
    words, which glues 函数对 together)."""
    edges = {0, len(folded)}
    for hmm in (False, True):
        place = 0
        for word in rjieba.cut(folded, hmm):
            edges.update((place, place + len(word)))
            place += len(word)
    for match in re.finditer(rf"[^{_HAN}]+", folded):
        edges.update(match.span())
    return frozenset(edges)
