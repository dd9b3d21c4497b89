"""How much of an answer is bare terms side by side: a list of words states nothing.

Dense notes are full of terms too, but between the terms they say something ("可导，有闭式解，圆形"). So
no piece decides by itself: a list is a stretch in which terms outweigh statements, and a piece misread
here or there neither makes a list of notes nor hides one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import rjieba

from interview.grading.segments import HAN, LISTING, width

# By so many the terms of a stretch must outnumber its statements, each counted STATEMENT times. Two
# statements in a row end a stretch.
MANY, STATEMENT = 5, 3
# What is wider is no term. So many Latin words without one of grammar are several, of about two words.
TERM, NAMES = 9.0, 7

_PARTING = re.compile(
    r"[、,，;；|•。！？#]+|\.(?=\s|$)|(?<=\s)[-–—\\]+(?=\s)|(?<![A-Za-z0-9_])·|·(?![A-Za-z0-9_])"
)
# A slash between words parts them; between letters it divides.
_SLASH = re.compile(
    r"(?:(?<=[A-Za-z]{2})|(?<=[\u4e00-\u9fff])) ?/ ?(?=[A-Za-z]{2}|[\u4e00-\u9fff])"
)
# What makes a statement of a few terms: a relation written or drawn, a function of something, an aside.
_RELATION = re.compile(
    r"[→=<>≈≤≥↑↓×∝⇒⇔*/^√∑Σ·%]|(?<!\b[A-Z])(?<!\+)\+|->|[:：]|\w[(（][^)）]|[(（][^()（）]*[\u4e00-\u9fff]"
)
_LETTER = re.compile(r"[^\W\d_]")
_BORDER = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[!-~])|(?<=[!-~]) (?=[\u4e00-\u9fff])")
# Verbs that say of something what it is, has, may or must do: no term begins or goes on with them.
_SAYING = frozenset(
    "是 有 没 没有 无 会 能 可能 可 可以 要 需 需要 用 让 使 变 变成 成 得 等于 为 属于 用于 带 占 看 容易 难以 便于".split()
)
# A clause that ends so has a measure for a predicate (冲突多), other than 批大小 and 最小.
_MEASURED = re.compile(r"(?<=[^大最多高强])[多少大小高低快慢短难易好]$")
_ENGLISH_GRAMMAR = re.compile(
    r"\b(is|are|was|were|be|can|will|does|do|has|have|makes?|uses?|gives?|means?|needs?|lets?|helps?|"
    r"keeps?|takes?|allows?|adds?|reduces?|increases?|computes?|becomes?|contains?|that|which|because|"
    r"so|when|if|but|than|from|into|by|not?|never|only|vs|per|without|while|then|until|it|its|they|"
    r"each|every|both|all|too|just|few|many|more|less|worse|(?:few|bett|bigg|larg|small|"
    r"fast|slow|high|low|long|short|eas|hard|cheap)i?er)\b|n't\b",
    re.IGNORECASE,
)
# What also stands within terms ("bag of words"), but hardly misses in a sentence of many words.
_BETWEEN = re.compile(
    r"\b(the|an?|of|to|in|on|at|as|for|with|and|or|this|these|those|there|you|we|i|he|my|your|our|their|"
    r"one|two|some|any|only|about|after|before|over|under|between|where|how|what|who|same)\b",
    re.IGNORECASE,
)


def listing_share(answer: str) -> float:
    """How much of an answer is bare terms side by side: 0 for prose and for notes that relate their
    terms, near 1 for a list of words without a statement."""
    pieces = [(piece, _terms(piece)) for piece in _pieces(answer)]
    total = sum(width(piece) for piece, _ in pieces)
    return sum(_listed(pieces)) / total if total else 0.0


def _listed(pieces: Sequence[tuple[str, int | None]]) -> Iterator[float]:
    """The widths of the lists among ``pieces``, without the statements in them."""
    wide = best = 0.0
    balance = peak = 0
    said = False
    for piece, terms in pieces:
        if terms is None:  # a number says nothing by itself, but is no term either
            continue
        if terms:
            wide, balance = wide + width(piece), balance + terms
            if balance >= peak:
                best, peak = wide, balance
        else:
            balance -= STATEMENT
            if said or balance <= 0:
                if peak >= MANY:
                    yield best
                wide, best, balance, peak = 0.0, 0.0, 0, 0
        said = not terms
    if peak >= MANY:
        yield best


def _pieces(answer: str) -> Iterator[str]:
    """What stands between marks, without the marks of list items; and what stands between blanks, where
    these part terms instead of the two scripts of a sentence."""
    for line in answer.splitlines():
        for part in _PARTING.split(_SLASH.sub("、", LISTING.sub("", line))):
            tokens = part.split()
            chunks = list(_chunks(tokens))
            if _is_row(tokens, chunks):
                for chunk in chunks:
                    yield from _names(chunk)
            elif tokens:
                yield _BORDER.sub("", " ".join(tokens))


def _is_row(tokens: Sequence[str], chunks: Sequence[str]) -> bool:
    """Whether blanks part terms: Chinese from Chinese, or the scripts by turns without a Chinese piece
    in five that relates or does something ("乘 1-p 保持 expectation 一致" has two)."""
    if len(tokens) == 1:
        return False
    related = sum(map(_relates, tokens))
    if any(HAN.match(a[-1]) and HAN.match(b[0]) for a, b in pairwise(tokens)):
        return 3 * related < len(chunks)
    return 5 * related < len(chunks) and len(chunks) > 3


def _chunks(tokens: Sequence[str]) -> Iterator[str]:
    """Chinese pieces one by one, English words in a row together."""
    for chinese, run in groupby(tokens, key=lambda token: bool(HAN.search(token))):
        row = list(run)
        yield from row if chinese else [" ".join(row)]


def _relates(token: str) -> bool:
    """Whether a Chinese token is more than a term: a word of grammar, an amount, a verb of one character,
    or a verb with what it has for a complement."""
    if not HAN.search(token):
        return False
    tags = [tag for _word, tag in _tagged(token)]
    grammar = any(tag in "rpucy" for tag in tags) or tags[0] == "d" or "不" in token
    amount = set(tags) <= {"m", "q"}
    verb = tags[0] == "v" and (len(token) == 1 or tags[-1] in "arm")
    return grammar or amount or verb


def _names(chunk: str) -> Iterator[str]:
    """The words of an English chunk with hardly any grammar one by one: in a row it is no one name."""
    names = chunk.split()
    yield from [chunk] if 4 * len(_ENGLISH_GRAMMAR.findall(chunk)) >= len(names) > 1 else names


def _terms(piece: str) -> int | None:
    """How many terms a piece is: 0 where it states something, None for a mere number."""
    if not _LETTER.search(piece):
        return None
    if _RELATION.search(piece):
        return 0
    if not HAN.search(piece):
        names = len(piece.split())
        if names > 1 and _ENGLISH_GRAMMAR.search(piece):
            return 0
        if not _BETWEEN.search(piece) and (names <= 3 or names >= NAMES):
            return (names + 1) // 2
        return int(width(piece) <= TERM)
    return 0 if width(piece) > TERM or _states(piece) else 1


def _tagged(text: str) -> list[tuple[str, str]]:
    """Words with the first letter of their tags; "zg" is a rare character, most often a verb."""
    return [(word, "v" if tag == "zg" else tag[0]) for word, tag in rjieba.tag(text)]


def _states(piece: str) -> bool:
    """Whether a short Chinese piece says something of something."""
    found = _tagged(piece)
    tags = [tag for _word, tag in found]
    for i, (word, _tag) in enumerate(found):
        before, after = tags[:i], tags[i + 1 :]
        if word in _SAYING or word.startswith("不") or tags[i] in "rpcyz":
            return True
        if tags[i] == "f" and len(found) > 1:  # 左上角 alone is a name
            return True
        # Adverbs say how something is done (逐渐收敛), but not of a thing (随机森林); what starts with a
        # particle was cut wrongly (过拟合).
        if (tags[i] == "d" and after and after[0] != "n") or (tags[i] == "u" and before):
            return True
        # A verb of one character with its object (降方差), or between two names (KV 出自 encoder).
        if tags[i] == "v" and after and after[0] in "nrme" and (len(word) == 1 or "e" in before):
            return True
    # An adjective before a noun belongs to a term (激活函数); at the end it states something (速度快).
    return (len(found) > 1 and tags[-1] == "a") or bool(_MEASURED.search(piece))
