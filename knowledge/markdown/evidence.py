"""How much speaks for a group of candidates being the questions of a file."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from knowledge.markdown.blocks import Position
from knowledge.markdown.candidates import Candidate
from knowledge.markdown.numbering import NUMBERED, continuity, run_length
from knowledge.markdown.outline import Outline, Weights
from knowledge.markdown.titles import lead_of, matching_key
from knowledge.markdown.words import mild_question, strong_question

LONG_RUN = 8  # sections of notes are numbered in short runs, lists of questions in long ones


@dataclass(slots=True)
class Evidence:
    """What speaks for a group, each a share of its members between 0 and 1."""

    labelled: float = 0.0  # `Q1:`, `问题：`
    strong: float = 0.0  # interrogatives and question marks
    mild: float = 0.0  # 区别, 原理, "write a …"
    continuous: float = 0.0  # steps of the numbering that go up by one or start again
    listed: float = 0.0  # agreement with the table of contents, both ways
    answered: float = 0.0  # something stands between this one and the next
    announced: float = 0.0  # an answer label follows
    direct: float = 0.0  # text before the first heading inside
    cover: float = 0.0  # share of the file's text in the answers
    linked: float = 0.0  # nothing but links in the answer
    score: float = 0.0


@dataclass(slots=True)
class Group:
    """Candidates of one kind, with the source positions where their answers end."""

    key: tuple[object, ...]
    members: list[Candidate]
    ends: list[Position] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


def measure(group: Group, outline: Outline, context: bool) -> None:
    """Fill in a group's evidence; `context`: the file says that it holds questions."""
    _refine(group)
    members, total = group.members, len(group.members)
    texts = [member.text for member in members]
    group.ends = outline.ends(members)
    if _take_whole_lines(group, outline.weights):
        texts = [member.text for member in members]
        group.ends = outline.ends(members)
    evidence = group.evidence
    weights = [
        outline.weights.between(member.body, end)
        for member, end in zip(members, group.ends, strict=True)
    ]
    evidence.labelled = sum(m.lead.labelled for m in members) / total
    evidence.strong = sum(map(strong_question, texts)) / total
    evidence.mild = sum(1 for t in texts if mild_question(t) and not strong_question(t)) / total
    evidence.answered = sum(weight > 0 for weight in weights) / total
    evidence.announced = (
        sum(
            bisect_left(outline.marks, m.body[0])
            < bisect_left(outline.marks, end[0] + bool(end[1]))
            for m, end in zip(members, group.ends, strict=True)
        )
        / total
    )
    evidence.direct = (
        sum(
            outline.weights.between(m.body, min(end, (outline.next_heading(m.start[0]), 0))) > 2
            for m, end in zip(members, group.ends, strict=True)
        )
        / total
    )
    covered = sum(
        outline.weights.between(m.start, end) for m, end in zip(members, group.ends, strict=True)
    )
    evidence.cover = covered / max(1, outline.weights.total)
    if members[0].lead.style or group.key[-1] in NUMBERED:
        evidence.continuous = continuity(members)
    keys = {matching_key(text) for text in texts}
    if outline.contents.keys:
        both = len(keys & outline.contents.keys)
        evidence.listed = min(both / len(keys), both / len(outline.contents.keys))
    evidence.score = _score(group, context)


def _refine(group: Group) -> None:
    """Bold text without a number is a question only where it asks; remarks are bold as well."""
    if group.key[0] not in ("bold", "item") or group.key[-1]:
        return
    if group.key[0] == "item" and not str(group.key[2]).endswith("bold"):
        return
    asking = [
        m
        for m in group.members
        if strong_question(m.text) or (mild_question(m.text) and m.wide is None)
    ]
    if len(asking) * 2 >= len(group.members):
        group.members = asking


def _score(group: Group, context: bool) -> float:
    e, total = group.evidence, len(group.members)
    score = 3.0 * e.labelled + 2.5 * e.announced + 3.0 * e.strong + 1.2 * e.mild
    if group.key[-1] in NUMBERED:
        asking = context or e.strong + e.labelled + e.announced >= 0.3
        runs = 1.0 if asking else min(1.0, run_length(group.members) / LONG_RUN)
        score += runs * 1.5 * e.continuous * min(1.0, total / 4)
    if total >= 3 and e.strong >= 0.5:
        score += 0.4  # most of them ask: the others are asked as well
    score += 1.0 * e.listed + (0.7 if context else 0.0)
    score += min(1.0, total / 60)
    if group.key[-1] in ("cn", "roman", "letter") and e.strong < 0.5:
        score -= 2.0
    score -= {"bold": 0.3, "para": 1.2, "item": 1.2}.get(str(group.key[0]), 0.0)
    if group.key[0] == "item" and e.strong < 0.6 and e.labelled < 0.5:
        score -= 2.0
    if group.key[0] == "para" and e.strong < 0.5:
        score -= 2.0
    if group.key[0] == "item" and total >= 4 and e.strong >= 0.9 and e.answered >= 0.9:
        score += 0.4
    distinct = len({matching_key(member.text) for member in group.members})
    if total >= 3 and distinct <= max(1, total // 4) and not group.key[-1]:
        score -= 3.0  # the same unnumbered heading in every answer is a part of it
    if total < 3:
        score -= 0.6 if e.labelled + e.announced < 0.5 else 0.0
    if e.cover < 0.4:
        score -= 1.5 * (0.4 - e.cover) / 0.4
    return score


def _take_whole_lines(group: Group, weights: Weights) -> bool:
    """Where bold text only names a question and the line goes on, the line is the title.

    `**2) Factorial**. Calculate …` with the answer in later blocks, against `**Question?** answer`.
    """
    wide = [(m, end) for m, end in zip(group.members, group.ends, strict=True) if m.wide]
    if not wide or group.key[0] not in ("bold", "label"):
        return False
    asking = sum(strong_question(member.text) for member, _ in wide)
    later = sum(
        weights.between(member.wide[1] if member.wide else member.body, end) > 2
        for member, end in wide
    )
    numbered = group.key[-1] in NUMBERED
    if not numbered or asking * 2 >= len(wide) or later < 0.7 * len(wide):
        return False
    for member, _ in wide:
        assert member.wide is not None
        member.title, member.body = member.wide
        member.lead = lead_of(member.title)
        member.wide = None
    return True
