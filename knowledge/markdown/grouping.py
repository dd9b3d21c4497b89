"""Candidates of one shape, level and numbering style form a group; stray members join it."""

from __future__ import annotations

from collections import defaultdict

from knowledge.markdown.candidates import Candidate
from knowledge.markdown.evidence import Group
from knowledge.markdown.numbering import LOOSE, NUMBERED, continuity, fitting
from knowledge.markdown.outline import Outline
from knowledge.markdown.titles import lead_of, matching_key
from knowledge.markdown.words import (
    is_answer_label,
    is_collection,
    is_contents_label,
    is_section,
    strong_question,
)


def find_groups(candidates: list[Candidate], outline: Outline) -> list[Group]:
    """Groups of the candidates that can be questions at all."""
    by_key: dict[tuple[object, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if not _possible(candidate, outline):
            continue
        candidate.group = _group_key(candidate)
        by_key[candidate.group].append(candidate)
    groups = []
    for key, members in list(by_key.items()):
        if key[-1] in LOOSE and (len(members) < 2 or continuity(members) < 0.5):
            loose = [m for m in members if not m.lead.firm]
            for member in loose:
                member.lead = lead_of("") if not member.lead.labelled else member.lead
                member.group = _group_key(member)
                if member.group != key:
                    by_key[member.group].append(member)
            by_key[key] = [m for m in members if m not in loose] if loose else members
    for key, members in by_key.items():
        if members:
            members.sort(key=lambda m: m.start)
            groups.append(Group(key, members))
    _fill_gaps(groups)
    _adopt_siblings(groups, outline.contents.keys)
    return [group for group in groups if group.members]


def _possible(candidate: Candidate, outline: Outline) -> bool:
    title = candidate.text
    if is_answer_label(title) or is_section(title):
        return False
    if candidate.shape == "summary" and (
        is_contents_label(title)
        or (
            outline.weights.between(candidate.body, candidate.limit) == 0
            and candidate.limit is not None
            and any(
                line in outline.contents.lines
                for line in range(
                    candidate.body[0], min(candidate.limit[0] + 1, candidate.body[0] + 5)
                )
            )
        )
    ):
        return False
    if candidate.shape == "heading":
        if candidate.lead.style == "chapter":
            return False
        if not candidate.lead.numbers and is_collection(title):
            return False
        if outline.holds_contents_only(candidate):
            return False
    return True


def _fill_gaps(groups: list[Group]) -> None:
    """Headings of another level or markup that complete a group's numbering join it."""
    families: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group.key[0] == "heading" and group.key[-1] in ("int", "bare", "label"):
            families[str(group.key[-1])].append(group)
    for family in families.values():
        family.sort(key=lambda group: len(group.members), reverse=True)
        for place, main in enumerate(family[:3]):
            pool = [m for group in family[place + 1 :] for m in group.members]
            pool.sort(key=lambda m: m.start)
            joined = set(map(id, fitting(main.members, pool)))
            union = sorted(
                [*main.members, *(m for m in pool if id(m) in joined)], key=lambda m: m.start
            )
            if not joined or len(union) < 3 or continuity(union) < 0.6:
                continue
            main.members = union
            for group in family[place + 1 :]:
                group.members = [m for m in group.members if id(m) not in joined]


def _adopt_siblings(groups: list[Group], listed_keys: set[str]) -> None:
    """Unnumbered headings among numbered ones of their level: questions if they look so."""
    plain_groups = {g.key[:-1]: g for g in groups if g.key[0] == "heading" and not g.key[-1]}
    for group in groups:
        if group.key[0] != "heading" or group.key[-1] not in NUMBERED:
            continue
        siblings = plain_groups.get(group.key[:-1])
        if siblings is None or len(group.members) < len(siblings.members):
            continue
        listed = sum(1 for m in group.members if matching_key(m.text) in listed_keys)
        first = group.members[0].start
        adopted = [
            m
            for m in siblings.members
            if m.start > first
            and (
                strong_question(m.text)
                or (listed >= 0.5 * len(group.members) and matching_key(m.text) in listed_keys)
            )
        ]
        if continuity(group.members) < 0.5 or not adopted:
            continue
        group.members = sorted([*group.members, *adopted], key=lambda m: m.start)
        taken = set(map(id, adopted))
        siblings.members = [m for m in siblings.members if id(m) not in taken]


def _group_key(candidate: Candidate) -> tuple[object, ...]:
    lead = candidate.lead
    style = lead.style
    if candidate.shape in ("summary", "row", "cell", "definition", "card", "quote", "label"):
        return (candidate.shape, candidate.inside >= 0, "label" if lead.labelled else "")
    depth = len(lead.numbers) if style == "dotted" else 0
    inside = candidate.inside >= 0
    return (candidate.shape, candidate.level, candidate.markup, inside, depth, style)
