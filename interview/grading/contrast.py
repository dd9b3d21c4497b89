"""Reversals that words alone give away: antonyms, negation, numbers and swapped subjects.

Two statements are aligned word by word. Where they run alike but for a pair of opposites, a negation
on one side only, a different number or two exchanged terms, one denies the other. Statements that do
not run alike are left to the entailment model: this is deliberately deaf to free wording.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import rjieba

from knowledge.keywords import fold

# Lines of opposites: any word left of "|" is the opposite of any word right of it.
_OPPOSITES = """
增大 增加 变大 提高 提升 上升 升高 更大 较大 越大 大于 增强 加大 变多 更多 越多 更高 越高 扩大 加快 | 减小 减少 变小 降低 下降 更小 较小 越小 小于 减弱 缩小 变少 更少 越少 更低 越低 少于 低于 削弱 减慢
更多 较多 多于 | 更少 较少 少于
更高 较高 高于 高 | 更低 较低 低于 低
大 巨大 很大 | 小 微小 很小
过大 太大 过高 太高 过多 太多 | 过小 太小 过低 太低 过少 太少
快 更快 加快 加速 较快 快速 | 慢 更慢 减慢 变慢 较慢 缓慢
强 更强 较强 | 弱 更弱 较弱
长 更长 较长 | 短 更短 较短
深 更深 深层 | 浅 更浅 浅层
前向 正向 | 反向 后向
前面 之前 前 | 后面 之后 后
训练 训练阶段 训练时 | 推理 测试 推理阶段 测试时 预测
需要 必须 要 | 不需要 无需 不必 不用
可以 能 能够 会 行 | 不能 无法 不可以 不会 不可 不行
正确 对 成立 真 | 错误 错 不正确 不对 不成立 假
有 存在 具有 | 没有 不存在 无 缺乏
动态 | 静态
稀疏 | 稠密 密集
线性 | 非线性
连续 | 离散
全局 | 局部
输入 | 输出
相同 一样 相等 一致 | 不同 不一样 不等 不一致
独立 无关 | 依赖 相关 有关
首 头 开头 | 尾 末尾
编码 编码器 | 解码 解码器
有监督 监督 | 无监督
过拟合 | 欠拟合
缓解 避免 防止 抑制 | 加剧 导致 引起 造成 加重
收敛 | 发散
保留 保持 | 丢弃 丢掉 删除 去掉 舍弃
固定 不变 | 可变 变化 改变
简单 容易 | 复杂 困难 难
优点 优势 好处 | 缺点 劣势 坏处
稳定 | 不稳定
同步 | 异步
串行 顺序 | 并行
上采样 | 下采样
梯度消失 消失 | 梯度爆炸 爆炸
最大 最大值 最大化 | 最小 最小值 最小化
均值 平均 平均值 | 最大值 求和
绝对值 | 平方
加法 相加 加 | 拼接 相乘 乘
随机 | 确定 固定
冻结 | 解冻 更新
公有 公开 | 私有
进栈 入栈 压栈 | 出栈 弹栈
先进先出 | 后进先出 先进后出
increase increases increased increasing raise raises grow grows higher larger greater bigger more | decrease decreases decreased decreasing reduce reduces reduced shrink shrinks lower smaller less fewer
faster quickly fast speed | slower slowly slow
high | low
large big | small
strong stronger | weak weaker
before | after
forward | backward
training | inference testing
can | cannot can't
true correct right | false incorrect wrong
needs need requires require must | needn't
always | never
all every | none
same equal identical | different unequal
dynamic | static
sparse | dense
linear | nonlinear non-linear
local | global
input inputs | output outputs
encoder | decoder
supervised | unsupervised
overfitting | underfitting
prevents prevent avoid avoids mitigate mitigates | causes cause worsens
converge converges | diverge diverges
keeps keep retains retain preserve preserves | drops drop discards discard removes remove
fixed constant | variable changing
synchronous | asynchronous
sequential serial | parallel
first | last
minimum min smallest minimize minimise | maximum max largest maximize maximise
best | worst
public | private
stack | queue
unique | duplicate
mutable | immutable
ordered sorted | unordered unsorted
contiguous | scattered
"""
_NEGATIONS = frozenset(
    "不 没 没有 无 非 未 不是 不会 不能 无法 不可 不行 不需要 无需 不用 不必 并非 从不 别 勿 "
    "not no never n't cannot can't don't doesn't isn't aren't won't without neither nor didn't".split()
)
# Words that carry a negation without being what is negated.
_AUXILIARIES = frozenset(
    "会 能 能够 可以 可 要 需 需要 必须 应 应该 是 有 再 总 一定 必 "
    "do does did can could may might will would should must need has have had".split()
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?|[零一二两三四五六七八九十百千万]+(?=[个倍次层位种类步])")
_TOKEN = re.compile(r"[a-z]+(?:[-'’][a-z]+)*|\d+(?:\.\d+)?%?")


# Each line's words on either side of the bar: words of one side mean nearly the same.
SIDES_OF_OPPOSITES = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (line.split("|") for line in _OPPOSITES.strip().splitlines())
)


def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for left, right in SIDES_OF_OPPOSITES:
        for a in left:
            for b in right:
                table.setdefault(a, set()).add(b)
                table.setdefault(b, set()).add(a)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _opposites()
# How much of the shorter statement must run alike before opposites, and before a mere negation, a
# number or an exchange of terms, is taken for a denial.
OPPOSITES_FROM, NEGATION_FROM = 0.4, 0.6


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[str, ...]:
    """Folded words without punctuation and the particles that carry no meaning."""
    words = rjieba.cut(fold(text))
    return tuple(
        word
        for word in words
        if word not in _PARTICLES and (_TOKEN.fullmatch(word) or any(c.isalnum() for c in word))
    )


_PARTICLES = frozenset(
    "的 了 地 得 着 过 就 也 都 还 又 才 而 且 和 与 及 或 是 在 对 把 被 将 使 让 会 吗 呢 吧 啊 "
    "其 该 这 那 此 个 种 一个 一种 这个 那个 这种 这样 那样 通过 进行 来 去 上 下 中 里 时 "
    "the a an of to in on at by for and or is are was were be been it its this that these those "
    "as with from so very also just".split()
)


@dataclass(frozen=True)
class Contrast:
    """How surely one statement reverses another, 0..1, and the words that show it."""

    strength: float
    reference: str = ""
    answer: str = ""


NONE = Contrast(0.0)


def contrast(reference: str, candidate: str) -> Contrast:
    """Whether ``candidate`` runs like ``reference`` but says the opposite somewhere.

    The strength grows with the share of the shorter statement that runs alike. Statements of very
    unlike lengths are not judged: the longer one speaks of more, perhaps of another subject.
    """
    ours, theirs = tokens(reference), tokens(candidate)
    if min(len(ours), len(theirs)) < 4 or max(len(ours), len(theirs)) > 3 * min(
        len(ours), len(theirs)
    ):
        return NONE
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size]
    alike = sum(b.size for b in blocks)
    share = alike / min(len(ours), len(theirs))
    if alike < 3 or share < OPPOSITES_FROM:
        return NONE
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            continue
        found = _opposed(ours[a0:a1], theirs[b0:b1], alone=share < NEGATION_FROM)
        # A statement that names both opposites compares them; which is said of what, words in
        # their places cannot tell.
        if not found or found[1] in ours or found[0] in theirs:
            continue
        if not _negates(*found) or (
            share >= NEGATION_FROM and _parity(ours, found[0]) == _parity(theirs, found[1])
        ):
            return Contrast(min(1.0, 0.35 + 0.7 * share), *found)
    swapped = _swapped(ours, theirs) if share >= NEGATION_FROM else None
    return Contrast(min(1.0, 0.3 + 0.6 * share), *swapped) if swapped else NONE


def reverses(reference: str, candidate: str) -> bool:
    """Whether ``candidate`` reverses ``reference`` word by word, or is negated where that is not."""
    odd = _parity(tokens(reference)) != _parity(tokens(candidate))
    return odd or contrast(reference, candidate).strength > 0


def turned_round(reference: str, candidate: str) -> bool:
    """Whether both name the same pair of opposites in opposite orders: from the input to the output
    layer, from the output to the input layer."""
    ours, theirs = tokens(reference), tokens(candidate)
    common = [w for w in dict.fromkeys(ours) if w in theirs]
    return any(
        (ours.index(a) < ours.index(b)) != (theirs.index(a) < theirs.index(b))
        for i, a in enumerate(common)
        for b in common[i + 1 :]
        if b in OPPOSITES.get(a, ())
    )


def _opposed(ours: Sequence[str], theirs: Sequence[str], *, alone: bool) -> tuple[str, str] | None:
    """The opposing words of two stretches that stand in the same place, if they oppose. ``alone``:
    only a pair of opposites counts, since the statements run less alike."""
    odd = _parity(ours) != _parity(theirs)
    for a in ours:
        for b in theirs:
            if b in OPPOSITES.get(a, ()):
                # An opposite that is negated besides (不 可以 against 无法) says the same.
                return (a, b) if _parity(ours, a) == _parity(theirs, b) else None
    if alone:
        return None
    # A negation that came in with words of its own (空间小 against 不灵活，空间小) says something more.
    bare = not [w for w in (*ours, *theirs) if w not in _NEGATIONS and w not in _AUXILIARIES]
    if odd and bare:
        return " ".join(ours) or "—", " ".join(theirs) or "—"
    numbers = (
        [w for w in ours if _NUMBER.fullmatch(w)],
        [w for w in theirs if _NUMBER.fullmatch(w)],
    )
    if (
        all(numbers)
        and len(ours) <= 3
        and len(theirs) <= 3
        and not set(numbers[0]) & set(numbers[1])
    ):
        return numbers[0][0], numbers[1][0]
    return None


def _negates(first: str, second: str) -> bool:
    """Whether two opposites differ by a negation (有, 没有; 要, 不用): what else is negated around them
    may turn the sense again (没有 X 就没有 Y, 有 Y 是因为有 X)."""
    negations = (first in _NEGATIONS) + (second in _NEGATIONS)
    return negations == 1 and second in OPPOSITES.get(first, ())


def is_number(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word))


def _parity(words: Sequence[str], but: str = "") -> int:
    """Whether an odd number of negations stands among the words ``but`` one."""
    return sum(w in _NEGATIONS and w != but for w in words) % 2


def _swapped(ours: Sequence[str], theirs: Sequence[str]) -> tuple[str, str] | None:
    """Two terms that changed places while what stands around them stayed."""
    unique = [w for w in ours if ours.count(w) == 1 and theirs.count(w) == 1 and len(w) > 1]
    for i, a in enumerate(unique):
        for b in unique[i + 1 :]:
            if theirs.index(a) < theirs.index(b):
                continue
            x, y = list(theirs), list(ours)
            p, q = x.index(a), x.index(b)
            x[p], x[q] = b, a
            before = difflib.SequenceMatcher(None, y, theirs, autojunk=False).ratio()
            after = difflib.SequenceMatcher(None, y, x, autojunk=False).ratio()
            if after - before > 1.9 / (len(x) + len(y)) * 2 and after > 0.7:
                return f"{a} … {b}", f"{b} … {a}"
    return None
