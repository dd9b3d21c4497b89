"""The things that a question sets side by side, and what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from interview.grading.contrast import SIDES_OF_OPPOSITES

# A name is no longer than this; so many things are compared at most.
MAX_NAME, MAX_SIDES = 24, 6
JOIN = r"(?:[,，]?\s*(?:和|与|跟|以及|及|、|/|／|\bvs\b\.?|\bversus\b|对比|相比于?)\s*)"
_ENGLISH_JOIN = re.compile(
    r"\s*(?:,\s*(?:and\s+)?|\band\b|\bor\b|\bvs\b\.?|\bversus\b|\bfrom\b|\bwith\b)\s*"
)
# Where the first name begins and the last one ends, in Chinese.
_BEFORE = re.compile(
    r"(?:.*[\s,，:：“”\"'「」《》]|.*(?:请|什么是|何为|何谓|简述|简要|比较一下|比较|对比|说说|说一下|讲讲|讲一下|谈谈|解释|描述"
    r"|介绍|一下|的|中|里|关于|对于|为什么|为何|如何|怎么))?(?:传统|普通|标准|原始|经典)?(?=.)"
)
_AFTER = re.compile(
    r"的|有什么|有何|有哪|有啥|之间|分别|各自|各|都|区别|不同|差异|差别|异同|对比|相比|哪|怎|如何|是什么|是啥|是(?=如何|怎)|为什么"
    r"|(?<=.)在|时(?=[有的会怎如行各,，]|$)|问题|操作|谁|做了|各有|[\s,，。？?；;:：]|$"
)
_COMPARES = re.compile(r".{0,6}?(?:区别|不同|差异|差别|异同|对比|联系|关系|相比|改进)")
# Behind these the name of a thing is complete without its last word: 快速(排序), 金丝雀(发布).
_CLASSES = (
    "部署 发布 模式 排序 搜索 检索 递归 算法 网络 模型 方法 学习 抽样 采样 索引 连接 存储 协议 架构 卷积 池化 注意力 机制 "
    "回归 聚类 归一化 正则 正则化 方式 调度 复制 缓存 遍历 查询 测试 隔离 加密"
).split()
# What two things do together does not set them side by side.
_TOGETHER = re.compile(
    r"(?:是|又|要)?(?:如何|怎么?样?)?(?:融合|结合|配合|协同|协作|一起|共同|交互|搭配|转换)"
)
_EACH = re.compile(r"分别|各|哪[几些]|[两三四五几]个")
# Parts of one kind: 遗忘门, 输入门; 第一阶段, 第二阶段.
_KINDS = "阶段 模式 门 层 器 锁 网络 模型 算法 排序 部署 策略 级别 协议 编码".split()
# Stand for a blank and a slash within a name while names are parted: never in real text.
_BLANK, _SLASH = "\ue000", "\ue001"
_ENGLISH = re.compile(
    r"(?:differences?\b.{0,20}?\bbetween|compare|contrast|distinguish(?: between)?|\bdo|\bdoes)\s+(?P<names>.+?)"
    r"(?=[?.;,]?\s*$|\s+differ|[?;]|,? (?:what|how|when|which|in terms|and (?:when|why|what|how|explain))\b)"
    r"|(?P<versus>[\w+#. -]{1,40}\s+(?:vs\.?|versus)\s+[\w+#. -]{1,40})"
)
# What follows the last name in English.
_REST = re.compile(
    r"\s(?:do|does|in|on|of|for|when|with|work|compare|differ|used|help|affect|and|during)\b.*"
)
_ARTICLE = re.compile(r"^(?:the|an?|both|using|use of)\s+")
_BRACKETS = re.compile(r"\s*[(（]([^()（）]{1,24})[)）]\s*")
# Aspects of one thing are no things compared.
_ASPECTS = frozenset(
    "原理 作用 优点 缺点 优缺点 优势 劣势 区别 联系 关系 场景 应用 流程 步骤 公式 定义 概念 方法 问题 原因 意义 特点 结构 过程 "
    "实现 含义 目的 好处 影响 性质 思想 核心 背景 做法 用途 局限 不同 异同 适用 选择 策略 总结 "
    "advantages disadvantages pros cons use uses usage purpose definition example examples causes effects "
    "benefits drawbacks how why when what they it them".split()
)


@dataclass(frozen=True)
class Side:
    """One of the things compared: its names (folded), and short forms that are too common to count
    anywhere but where a subject stands."""

    names: tuple[str, ...]
    short: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Half width and small letters, each character in its place."""
    folded = (unicodedata.normalize("NFKC", character).casefold() for character in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(folded, text, strict=True))


def sides(question: str, reference: str, labels: Sequence[str] = ()) -> tuple[Side, ...]:
    """The things that a question sets side by side and that its reference names, in their order, or else
    the parts of one kind that ``labels`` of the reference name (遗忘门, 输入门); empty where there are
    not two."""
    asked, known = fold(question), fold(reference)
    found = _in_english(asked) or _in_chinese(asked)
    if not found and _EACH.search(asked):
        found = _of_one_kind(labels)
    names: dict[str, set[str]] = {}
    for name, inside in found[:MAX_SIDES]:
        names.setdefault(name, set()).update(filter(None, [inside]))
    if len(names) < 2:
        return ()
    for name, others in names.items():
        for match in re.finditer(re.escape(name) + r"\s*[(（]([^()（）]{1,24})[)）]", known):
            others.update(part.strip() for part in match[1].split("/"))
    result = []
    for name, others in names.items():
        full, short = _forms(name, [other for other in names if other != name])
        short += _left_out(name, list(names))
        full += [o for o in sorted(others) if len(o) > 1 and not any(c in "，,、;；=" for c in o)]
        full += [
            initials for form in list(full) if (initials := _initials(form, question, reference))
        ]
        result.append(Side(tuple(dict.fromkeys(full)), tuple(dict.fromkeys(short))))
    shared = {
        n for a, b in combinations(result, 2) for n in {*a.names, *a.short} & {*b.names, *b.short}
    }
    result = [
        Side(
            tuple(n for n in s.names if n not in shared),
            tuple(n for n in s.short if n not in shared),
        )
        for s in result
    ]
    named = [any(_find(n, known) for n in (*s.names, *s.short)) for s in result]
    return tuple(result) if all(named) else ()


def _in_chinese(asked: str) -> list[tuple[str, str]]:
    plain, inside = _without_brackets(asked)
    plain = re.sub(r"(?<=[a-z0-9+#]) (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) (?=[a-z0-9])", "", plain)
    plain = re.sub(r"(?<=[a-z0-9]) (?=[a-z0-9])", _BLANK, plain)  # within a name of several words
    plain = re.sub(r"(?<![a-z0-9])([a-z])/([a-z])(?![a-z0-9])", rf"\1{_SLASH}\2", plain)  # A/B
    best: list[tuple[str, str]] = []
    for match in re.finditer(JOIN, plain):
        start = max([0, *(m.end() for m in re.finditer(r"[。？?；;：:]", plain[: match.start()]))])
        parts = re.split(JOIN, plain[start:])
        lead = _BEFORE.match(parts[0])
        names = [parts[0][lead.end() :] if lead else parts[0]]
        rest = ""
        for part in parts[1:MAX_SIDES]:
            part = re.sub("^(?:传统|普通|标准|原始|经典)", "", part)
            end = _AFTER.search(part)
            name = part[: end.start()] if end else part
            names.append(name)
            rest = part[len(name) :]
            if rest:
                break
        names = [name.replace(_BLANK, " ").replace(_SLASH, "/").strip() for name in names]
        sound = all(1 < len(n) <= MAX_NAME and n not in _ASPECTS for n in names)
        found = [(n, _alias(n, inside)) for n in names] if sound and len(names) > 1 else []
        if found and _COMPARES.match(rest):
            return found
        if not _TOGETHER.match(rest):
            best = best or found
    return best


def _of_one_kind(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Labels that begin with names of one kind: with a different word before the same last one."""
    starts = (re.match(r"[\u4e00-\u9fff]{2,8}", fold(label).strip("*# ")) for label in labels)
    names = list(dict.fromkeys(start[0] for start in starts if start))
    for kind in _KINDS:
        alike = [n for n in names if n.endswith(kind) and len(n) > len(kind)]
        if 1 < len(alike) <= MAX_SIDES:
            return [(name, "") for name in alike]
    return []


def _in_english(asked: str) -> list[tuple[str, str]]:
    plain, inside = _without_brackets(asked)
    match = _ENGLISH.search(plain)
    if not match:
        return []
    parts = [
        _REST.sub("", _ARTICLE.sub("", p.strip(" ,.")))
        for p in _ENGLISH_JOIN.split(match["names"] or match["versus"])
    ]
    if not all(1 < len(p) <= MAX_NAME and p.isascii() and p not in _ASPECTS for p in parts):
        return []
    tail = parts[-1][parts[-1].rindex(" ") :] if " " in parts[-1] else ""
    if tail and all(p.isalpha() for p in parts[:-1]):  # "data, tensor and pipeline parallelism"
        parts = [*(p + tail for p in parts[:-1]), parts[-1]]
    return [(p, _alias(p, inside)) for p in parts]


def _alias(name: str, inside: dict[str, str]) -> str:
    return next((alias for before, alias in inside.items() if before.endswith(name)), "")


def _without_brackets(text: str) -> tuple[str, dict[str, str]]:
    """The text without brackets, and what stood in them by the word before."""
    inside = {}
    for match in _BRACKETS.finditer(text):
        before = re.search(r"[^\s，,、和与跟及/]+$", text[: match.start()])
        if before:
            inside[before[0]] = match[1].strip()
    plain = _BRACKETS.sub(" ", text)
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", plain), inside


def _forms(name: str, others: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of a side, and short forms: without what all the names end in, and abbreviations."""
    full, short = [name], []
    tail = _common_tail(name, others)
    core = name[: len(name) - len(tail)].strip()
    if not tail and name.isascii() and " " in name and any(" " not in o for o in others):
        tail = name[name.rindex(" ") :]  # "L1 and L2 regularisation", "stack and heap memory"
        core = name[: -len(tail)]
        full.append(core)
    if not tail:
        tail = next((c for c in _CLASSES if name.endswith(c) and len(name) - len(c) > 1), "")
        core = name[: len(name) - len(tail)]
    if tail and (any(c.isdigit() for c in core) or (core.isascii() and not tail.strip().isascii())):
        full.append(core)
    elif tail and len(core) > (3 if core.isascii() else 1):
        short.append(core)
    if mixed := re.fullmatch(r"([a-z0-9+#.-]{2,})[^\x00-\x7f]{1,8}", name):
        full.append(mixed[1])  # "stack操作" is called stack
    if head := _common_head(name, others):
        rest = name[len(head) :]
        short += [rest] if len(rest) > 3 else []
    if len(tail.strip()) > 1 and core and _is_wide(core[0]):
        short.append(core[0] + tail.strip()[0])
    if (first := re.match(r"[a-z0-9]{2,}(?=[+/&])", name)) and not any(
        re.match(re.escape(first[0]), o) for o in others
    ):
        full.append(first[0])  # "SGD+Momentum" is called SGD
    if name.isascii() and len(name) > 4 and not name.endswith(("s", "ing")):
        full.append(name + "s")
    for line in SIDES_OF_OPPOSITES:
        for own, other in (line, line[::-1]):
            if name in own and any(o in other for o in others):
                short += sorted(own - {name})
    return full, short


def _left_out(name: str, names: Sequence[str]) -> list[str]:
    """What stands for a Chinese name beside one that leaves a part out: 消失 in 梯度消失和爆炸, 反向 in
    前向和反向传播."""
    other = names[-1] if name == names[0] else names[0]
    size = len(other)
    if len(names) != 2 or len(name) <= size or not all(map(_is_wide, name + other)):
        return []
    return [name[-size:] if name == names[0] else name[:size]]


def _common_tail(name: str, others: Sequence[str]) -> str:
    """What all names end in, never a part of a Latin word and never a whole name."""
    size = 0
    while size < len(name) - 1 and all(
        o.endswith(name[-size - 1 :]) and len(o) > size + 1 for o in others
    ):
        size += 1
    tail = name[len(name) - size :]
    if tail and not _is_wide(tail[0]) and not tail.startswith(" "):
        tail = tail[tail.index(" ") :] if " " in tail else ""
    return tail


def _common_head(name: str, others: Sequence[str]) -> str:
    """The words that all names begin with: "function prototype" and "function definition"."""
    words = name.split(" ")
    size = 0
    while size < len(words) - 1 and all(
        o.split(" ")[: size + 1] == words[: size + 1] for o in others
    ):
        size += 1
    return " ".join(words[:size]) + " " if size else ""


def _is_wide(character: str) -> bool:
    return ord(character) >= 0x2E80


def _initials(name: str, question: str, reference: str) -> str:
    """BN for BatchNorm and for batch normalization, where the reference or the question says BN."""
    for text in (question, reference):
        for match in re.finditer(re.escape(name), text, re.IGNORECASE):
            written = match[0]
            capitals = "".join(re.findall(r"[A-Z]", written)) if not written.isupper() else ""
            words = "".join(w[0] for w in written.split()) if " " in written else ""
            for short in (capitals, words):
                said = rf"(?<![A-Za-z0-9]){re.escape(short.upper())}(?![A-Za-z0-9])"
                if len(short) > 1 and re.search(said, f"{question}\n{reference}"):
                    return short.casefold()
    return ""


def pattern(name: str) -> str:
    """A name as it may be written: a blank or none between the scripts, edges of words."""
    left = r"(?<![a-z0-9])" if name[0].isascii() else ""
    right = r"(?![a-z0-9])" if name[-1].isascii() else ""
    loose = re.sub(r"(?<=[a-z0-9])(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])(?=[a-z0-9])", "\0", name)
    return left + r"\s?".join(re.escape(part) for part in loose.split("\0")) + right


def _find(name: str, folded: str) -> bool:
    return bool(re.search(pattern(name), folded))


def tight(name: str) -> str:
    """A folded name without the blanks between the scripts."""
    return re.sub(r"(?<=[a-z0-9])\s(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s(?=[a-z0-9])", "", name)
