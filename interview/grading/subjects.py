"""Whom a statement speaks of, where a question sets things side by side.

"L1 gives sparse weights" and "L2 gives sparse weights" differ by a name only, and an answer that gives
every property to the wrong one keeps all words of the reference. So the things compared (the *sides*)
are found, each point and each clause of an answer is given the side that it speaks of, and a clause
can only say points of its own side. Where nothing is compared, or no name is recognised, nothing is
bound and everything is matched with everything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from interview.grading.segments import HAN, STOP, Segment, trim
from interview.grading.sides import JOIN, Side, fold, pattern, tight

# What stands for the side spoken of, and for any other, where names are taken out, in Chinese and in
# English.
OWN, OTHER = ("它", "it"), ("另一个", "the other")
# Sentences without any name after which it is no longer clear of whom they speak.
FORGOTTEN = 2
# Characters before a name that decide what part it has.
_NEAR = 24

_CLAUSE = re.compile(r"[，,。；;！!？?\n：:]+|\.(?=\s|$)")
_WHILE = re.compile(r"而(?!且|已|言|不是|非)|\b(?:while|whereas|but)\b")
_BOTH = re.compile(
    r"分别|各自|一个.{1,30}一个|前一个|后一个|\bvs\b|\brespectively\b"
    r"|两者|二者|两种|两个|三者|三种|它们|他们|共同|同样|\bboth\b|\beach of\b|\bthey\b|\bin common\b"
)
_FORMER = re.compile(r"前者|第一个|第一种|\bthe former\b")
_LATTER = re.compile(r"后者|第二个|第二种|\bthe latter\b")
_OTHER = re.compile(r"另一个|另一种|另一方|另一者|另外那个|\bthe other(?: one)?\b")
# Right before a name: what is said is not of it.
_DENIED = re.compile(
    r"(?:不是|并非|而非|不属于|不在于?|不该用|不用|不选|不像|不同于|区别于|\bnot|\bunlike|\binstead of|\brather than)\s*(?:the |an? )?$"
)
_COMPARED = re.compile(
    r"(?:比起?|相比于?|相较于?|相对于?|较之?|对比|\bthan|\bcompared (?:to|with)|\bover)\s*(?:the |an? )?$"
)
# Around a name: "与快排相反", "different from quicksort".
_WITH = re.compile(r"(?:[与和跟同]|\b(?:from|to|with))\s*(?:the |an? )?$")
_LIKENED = re.compile(r"\s*(?:相反|不同|不一样|相比|类似|一样|相似|相对|恰|正好|刚好|[,.，。]|$)")
# Between two names this makes one statement of both.
_RELATES = re.compile(
    r"(?:[比和与跟同及像如于给为到从由对是用的把被让靠看选属不]|\b(?:and|or|than|to|of|from|the|a|an|with|like|is))\s*$"
)
# Before a name that closes a sentence.
_CLOSING = re.compile(
    r"^[^\w…]*(?:所以|因此|就|应该|应|要|更|一般|主要|优先|得|该|会)*(?:盯|看|用|选|看重|选择|使用|靠|归|重|偏|偏向|适合)着?$"
)
# Right before a name at the end of a clause: "the one that blocks is the pessimistic lock".
_IS = re.compile(r"(?:是|属于|用|选|叫|才|\bis|\bare|\buse|\bcalled)\s*(?:the |an? )?$")
_LEAD = re.compile(
    r"^[^\w…]*(?:而|但是?|不过|所以|因此|因为|于是|其中|至于|对于|对|在|像|比如|例如|如|用|真正的?|一般|通常|and|but|so|because"
    r"|while|whereas|however|as for|in|with|for)?\s*(?:the|an?)?\W*$"
)

_ARTICLE = re.compile(r"\b(?:the|an?)\s+$", re.IGNORECASE)
# At the very beginning it says nothing: "它：随机丢弃".
_LEADING = re.compile(rf"^\W*{OWN[0]}\s*[:：的]?\s*(?=\w)")


@dataclass(frozen=True)
class Stretch:
    """Characters ``start`` up to ``end`` of a text, and the side they speak of, if it is clear."""

    start: int
    end: int
    side: int | None


def _lead(clause: str, start: int) -> str:
    """What stands right before a name; a mark in the place of what is further off."""
    return clause[:start] if start <= _NEAR else f"…{clause[start - _NEAR : start]}"


class Names:
    """Finds the sides in texts."""

    def __init__(self, compared: Sequence[Side]) -> None:
        self.sides = compared
        owner = {tight(n): (k, True) for k, s in enumerate(compared) for n in s.names}
        owner |= {
            n: (k, False)
            for k, s in enumerate(compared)
            for n in map(tight, s.short)
            if n not in owner
        }
        self._owner = owner
        longest = sorted(owner, key=lambda n: (-len(n), n))
        self._names = re.compile("|".join(map(pattern, longest)))

    def named(self, text: str) -> set[int]:
        """The sides that a text names anywhere."""
        return {side for side, *_ in self._mentions(fold(text))}

    def of_one(self, text: str) -> tuple[int | None, str]:
        """The one side that a statement names and the statement without its names; no side and the
        text as it is where it names none or several."""
        named = self.named(text)
        if len(named) != 1:
            return None, text
        (side,) = named
        return side, self.neutral(text, side)

    def _mentions(self, folded: str) -> list[tuple[int, int, int, bool]]:
        return [
            (self._owner[tight(m[0])][0], m.start(), m.end(), self._owner[tight(m[0])][1])
            for m in self._names.finditer(folded)
        ]

    def stretches(self, text: str, side: int | None = None) -> list[Stretch]:
        """The whole text in stretches, each speaking of one side or of none that is clear; ``side``:
        of which it speaks where it begins."""
        folded = fold(text)
        clauses: list[Stretch] = []
        waiting = 0  # clauses of this sentence since the last one that names a side
        silent = 0
        start, fresh = 0, False
        for end in self._bounds(folded):
            clause = folded[start:end]
            if STOP.search(folded[max(0, start - 2) : start]):
                waiting = 0
                silent += 1
                side = side if silent <= FORGOTTEN else None
            if clause.strip():
                side, named = self._subject(clause, side, fresh)
                fresh = named
                if named and _CLOSING.match(_lead(clause, self._first(clause))):
                    # "who must not miss any looks at recall": the name closes the sentence
                    clauses[len(clauses) - waiting :] = [
                        Stretch(c.start, c.end, side) for c in clauses[len(clauses) - waiting :]
                    ]
                waiting = 0 if named else waiting + 1
                silent = 0 if named else silent
            clauses.append(Stretch(start, end, side))
            start = end
        found: list[Stretch] = []
        for clause_ in clauses:
            if found and found[-1].side == clause_.side:
                found[-1] = Stretch(found[-1].start, clause_.end, clause_.side)
            else:
                found.append(clause_)
        return found

    def _first(self, clause: str) -> int:
        return min((start for _, start, *_ in self._mentions(clause)), default=0)

    def _bounds(self, folded: str) -> list[int]:
        """Ends of clauses; a name behind "、" with something said before it begins one too, and a bare
        aspect ("数据：") belongs to the clause behind it."""
        ends = {m.end() for m in _CLAUSE.finditer(folded)} | {len(folded)}
        ends |= {m.start() for m in _WHILE.finditer(folded)}
        mentions = self._mentions(folded)
        for (one, _, before, _), (other, start, _, _) in pairwise(mentions):
            between = folded[before:start]
            if one == other or len(between) > _NEAR or _CLAUSE.search(between):
                continue
            if len(between.strip()) > 1 and not _RELATES.search(between):
                ends.add(start)
        ordered = sorted(ends - {0})
        return [
            end
            for start, end in pairwise([0, *ordered])
            if end == len(folded) or folded[end - 1] not in "：:" or self.named(folded[start:end])
        ]

    def _subject(self, clause: str, before: int | None, fresh: bool) -> tuple[int | None, bool]:
        """The side that a clause speaks of after one that spoke of ``before``, which it named itself if
        ``fresh``, and whether this one names any."""
        two = len(self.sides) == 2
        mentions = []
        for side, start, end, strong in self._mentions(clause):
            lead = _lead(clause, start)
            if strong or any(p.search(lead) for p in (_LEAD, _IS, _DENIED, _CLOSING)):
                mentions.append((start, end, side))
        for word, side in ((_FORMER, 0), (_LATTER, 1)) if two else ():
            mentions += [(m.start(), m.end(), side) for m in word.finditer(clause)]
        if two and before is not None and fresh:
            mentions += [(m.start(), m.end(), 1 - before) for m in _OTHER.finditer(clause)]
        if not mentions:
            unclear = _BOTH.search(clause) or _OTHER.search(clause)
            return (None, True) if unclear else (before, False)
        mentions.sort()
        kept, denied = [], set()
        for start, end, side in mentions:
            lead = _lead(clause, start)
            if _DENIED.search(lead):
                denied.add(side)
            elif not _COMPARED.search(lead) and not (
                _WITH.search(lead) and _LIKENED.match(clause[end:])
            ):
                kept.append((start, end, side))
        if not kept:
            if denied:
                return (({0, 1} - denied).pop() if two and len(denied) == 1 else None), True
            compared = {side for *_, side in mentions}
            if before is not None and before not in compared:
                return before, True
            return (({0, 1} - compared).pop() if two and len(compared) == 1 else None), True
        (start, end, side), rest = kept[0], kept[1:]
        joined = any(re.fullmatch(JOIN, clause[end:s]) for s, _, other in rest[:1] if other != side)
        return (None if joined else side), True

    def neutral(self, text: str, side: int) -> str:
        """A text that speaks of ``side`` with its names taken out, so that it can be compared with
        one that speaks of another."""
        english = int(not HAN.search(text))
        folded, out, at = fold(text), [], 0
        spots = [
            (s, e, (OWN if k == side else OTHER)[english]) for k, s, e, _ in self._mentions(folded)
        ]
        if len(self.sides) == 2:
            spots += [
                (m.start(), m.end(), OWN[english])
                for p in (_FORMER, _LATTER)
                for m in p.finditer(folded)
            ]
        for start, end, word in sorted(spots):
            if start >= at:
                before = text[at:start]
                out += [_ARTICLE.sub("", before) if english else before, word]
                at = end
        plain = "".join([*out, text[at:]])
        return _LEADING.sub("", plain) or plain


def bound(segments: Sequence[Segment], answer: str, names: Names) -> list[Segment]:
    """The segments, cut where the answer turns from one of the things compared to another."""
    stretches = names.stretches(answer)
    found = []
    for segment in segments:
        for stretch in stretches:
            start, end = max(segment.start, stretch.start), min(segment.end, stretch.end)
            if start >= end:
                continue
            piece = trim(answer, start, end)
            if sum(c.isalnum() for c in piece.text) > 1:
                side = stretch.side
                text = piece.text if side is None else names.neutral(piece.text, side)
                found.append(replace(piece, text=text, side=side))
    return found
