"""Seeded small changes to a text: harmless ones, and ones that destroy what it says."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import rjieba

PARTICLES = re.compile(r"的|了|就是|就|呢|吧|其实|\bthe\b |\ba\b |\bbasically\b ", re.IGNORECASE)
FULL_WIDTH = str.maketrans(",;:?!()", "，；：？！（）")
HALF_WIDTH = str.maketrans("，；：？！（）。", ",;:?!().")
# small words that carry no topic: left out of bare term lists
ENGLISH = "the a an of to in on is are be it its and or that this with for by as at not"
CHINESE = "的 了 是 在 和 与 或 就 都 也 而 把 被 从 到 对 会 能 要 不 用 让 使 这 那 个"
FUNCTION_WORDS = frozenset(ENGLISH.split() + CHINESE.split())


def _case(rng: random.Random, text: str) -> str:
    return rng.choice(
        (
            text.lower(),
            text.upper() if len(text) < 12 else text.lower(),
            text[:1].upper() + text[1:],
        )
    )


def _width(rng: random.Random, text: str) -> str:
    return text.translate(rng.choice((FULL_WIDTH, HALF_WIDTH)))


def _punctuation(rng: random.Random, text: str) -> str:
    if rng.random() < 0.5:
        return text.rstrip("。.!！;；")
    return re.sub("[，,；;]", rng.choice((" ", "，", ", ", "、")), text)


def _particle(rng: random.Random, text: str) -> str:
    found = list(PARTICLES.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + text[match.end() :]


def _typo(rng: random.Random, text: str) -> str:
    """Two neighbouring letters swapped or one doubled, inside a Latin word of 5 letters or more."""
    found = list(re.finditer(r"[A-Za-z]{5,}", text))
    if not found:
        return text
    start, end = rng.choice(found).span()
    at = rng.randrange(start + 1, end - 1)
    if rng.random() < 0.5:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at] + text[at:]


def _spacing(_: random.Random, text: str) -> str:
    """Spaces between Chinese and Latin letters: taken out where present, put in elsewhere."""
    tight = re.sub(r"(?<=[\u4e00-\u9fff]) (?=\w)|(?<=\w) (?=[\u4e00-\u9fff])", "", text)
    if tight != text:
        return tight
    border = r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])"
    return re.sub(border, " ", text)


HARMLESS: tuple[Callable[[random.Random, str], str], ...] = (
    _case,
    _width,
    _punctuation,
    _particle,
    _typo,
    _spacing,
)


def perturbed(rng: random.Random, text: str) -> str:
    """The text after one or two changes that leave its meaning alone."""
    for change in rng.sample(HARMLESS, rng.choice((1, 2))):
        text = change(rng, text)
    return text


def scrambled(rng: random.Random, text: str) -> str:
    """The text's words (or, now and then, its characters) in random order: says nothing."""
    if rng.random() < 0.25:
        units = re.findall(r"[A-Za-z]+|\S", text)
    else:
        units = [word for word in rjieba.cut(text) if word.strip()]
    rng.shuffle(units)
    latin = sum(unit.isascii() for unit in units) > len(units) / 2
    return (" " if latin else "").join(units)


def terms(rng: random.Random, text: str) -> str:
    """The text's content words as a bare list, in random order."""
    words = [
        word
        for word in dict.fromkeys(rjieba.cut(text))
        if word.lower() not in FUNCTION_WORDS
        and (len(word) > 1 or word.isupper())
        and re.search(r"\w", word)
    ]
    rng.shuffle(words)
    kept = words[: max(3, int(len(words) * rng.uniform(0.5, 1.0)))]
    return rng.choice(("、", " ", ", ", "，", "/")).join(kept)
