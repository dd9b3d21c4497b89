"""Which of the candidates are the questions of a file: chosen by evidence, group by group.

A group is a set of candidates of one shape, level and numbering style. Each group is weighed by
what its members have in common (see `Evidence`); groups inside the answers of another group give
way to it. Nothing here looks at a file's name or at particular titles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.markdown.blocks import Position, Source
from knowledge.markdown.candidates import Candidate, find_candidates
from knowledge.markdown.evidence import LONG_RUN, Group, measure
from knowledge.markdown.extensions import find_extensions
from knowledge.markdown.grouping import find_groups
from knowledge.markdown.outline import Outline, Section
from knowledge.markdown.pairs import find_pairs
from knowledge.markdown.titles import lead_of, matching_key, plain
from knowledge.markdown.words import (
    ASKED_KEYS,
    PUZZLE_PART_KEYS,
    QUESTION_PART_KEYS,
    is_answer_label,
    is_collection,
    is_section,
    speaks_of_questions,
    strong_question,
)

ACCEPTED = 2.3  # evidence from which a group of answered candidates counts as questions
ANNOUNCED = 1.8  # what a title such as "Docker Interview Questions" says for all that is below it


@dataclass(slots=True)
class Found:
    """A question: its candidate, where its answer ends, and its chapter."""

    candidate: Candidate
    end: Position
    topic: str
    unanswered: bool = False  # one of a list of questions that nobody answered


class Recogniser:
    """One reading of one file; `questions` is the result."""

    def __init__(
        self, source: Source, context: str = "", title: str = "", first_line: int = 0
    ) -> None:
        """`title`: the front matter's title; `first_line`: the line below the front matter."""
        self.source = source
        self.title, self.first_line = title, first_line
        self.outline = Outline(source)
        places = self.outline.contents.blocks
        self.candidates = sorted(
            find_candidates(source, places)
            + find_pairs(source, places)
            + find_extensions(source, places),
            key=lambda c: c.start,
        )
        self.context = speaks_of_questions(context + self._introduction())

    def questions(self) -> list[Found]:
        """The questions in file order, each with the end of its answer."""
        groups = find_groups(self.candidates, self.outline)
        single = self._single_question()
        if single is not None:
            return [single]
        for group in groups:
            measure(group, self.outline, self.context)
            if self._announced(group):
                group.evidence.score += ANNOUNCED
        accepted = [group for group in groups if self._accepts(group)]
        marked = [group for group in accepted if group.key[0] != "asked"]
        chosen = self._without_nested(marked or accepted)
        unanswered = not chosen
        if unanswered:
            chosen = self._unanswered(groups)
        whole = None if chosen else self._whole_file()
        if whole is not None:
            return [whole]
        members = sorted(
            (member for group in chosen for member in group.members), key=lambda m: m.start
        )
        return self._finish(members, chosen, unanswered)

    def _accepts(self, group: Group) -> bool:
        e = group.evidence
        if e.answered < 0.3:
            return False
        if group.key[0] == "asked":  # nothing but a question mark tells: it has to explain the file
            return len(group.members) >= 3 and e.answered >= 0.8 and e.cover >= 0.7
        if group.key[0] == "card" and len(group.members) < 2:
            return False
        if group.key[0] == "item" and (e.answered < 0.6 or len(group.members) < 3):
            return e.labelled > 0.5 and e.answered >= 0.6
        if group.key[0] == "heading" and len(group.members) == 1:
            alone = e.listed == 1 and e.answered == 1 and bool(group.members[0].lead.numbers)
            told = e.labelled + e.announced > 0 or self.context
            return alone or (e.score >= ACCEPTED and told)
        return e.score >= ACCEPTED

    def _announced(self, group: Group) -> bool:
        """Whether the heading over the file names a collection of questions, and these are the
        headings that all of it stands under: `# Docker Interview Questions`, `## Layers`."""
        e, members = group.evidence, group.members
        title = self.outline.headings[0].title if self.outline.headings else self.title
        if group.key[0] != "heading" or group.key[-1] in ("cn", "roman", "letter"):
            return False
        if len(members) < 3 or e.answered < 0.9 or e.direct < 0.8 or e.cover < 0.7:
            return False
        if not is_collection(title or ""):
            return False
        own = set(map(id, members))
        starts = [member.start for member in members]
        inside = sum(
            id(other) not in own
            and bisect_right(starts, other.start) > 0
            and (other.lead.labelled or strong_question(other.text))
            for other in self.candidates
        )
        return inside * 4 <= len(members)

    def _without_nested(self, groups: list[Group]) -> list[Group]:
        """Drop groups that live in the answers of others, or topics whose content is a group."""
        groups = sorted(groups, key=lambda g: -g.evidence.score)
        dropped: set[int] = set()
        for a, outer in enumerate(groups):
            for b, inner in enumerate(groups):
                if a == b or a in dropped or b in dropped:
                    continue
                inside = _share_inside(inner, outer)
                if inside < 0.5:
                    continue
                hollow = outer.evidence.direct < 0.35 and outer.key[0] == "heading"
                better = inner.evidence.score - outer.evidence.score > 1.5
                more = len(inner.members) > len(outer.members)
                as_many = len(inner.members) == len(outer.members)
                nameless = better and as_many and outer.evidence.strong < 0.3  # `## Card 1`
                if ((hollow or better) and more) or nameless:
                    dropped.add(a)
                else:
                    dropped.add(b)
        kept = [group for n, group in enumerate(groups) if n not in dropped]
        for inner in kept:
            for outer in kept:
                if inner is not outer:
                    _remove_inside(inner, outer)
        return [group for group in kept if group.members]

    def _single_question(self) -> Found | None:
        """One question a file: the only top heading asks, its sections are parts of the answer."""
        end = (len(self.source.lines), 0)
        if self.outline.headings and matching_key(self.outline.headings[0].title) in ASKED_KEYS:
            return self._question_in_section(end)
        top = [heading for heading in self.outline.headings if not is_section(heading.title)]
        if not top:
            return None
        level = min(heading.level for heading in top)
        heads = [heading for heading in top if heading.level == level]
        if len(heads) != 1 or heads[0] is not top[0]:
            return None
        children = [
            h for h in self.outline.headings if h.level == level + 1 and h.line > heads[0].line
        ]
        if not _are_parts(children) and not self._asks_for_all(heads[0], children):
            return None
        candidate = next((c for c in self.candidates if c.start[0] == heads[0].line), None)
        if candidate is None or is_collection(candidate.text):
            return None
        return Found(candidate, end, "")

    def _asks_for_all(self, head: Section, children: Sequence[Section]) -> bool:
        """Whether the heading over a file asks and the sections below it do not: 是什么, 怎么用."""
        lead = lead_of(head.title)
        asks = lead.labelled or head.title.rstrip().endswith(("?", "？"))
        if head.level != 1 or not asks or not strong_question(lead.rest):
            return False
        first = self.source.blocks[0]
        leads = [lead_of(child.title) for child in children]
        numbered = sum(bool(lead.numbers) and lead.style != "cn" for lead in leads)
        return (
            0 < len(children) < LONG_RUN
            and first.start == head.line
            and numbered * 2 <= len(leads)
            and not any(lead.labelled or lead.rest.endswith(("?", "？")) for lead in leads)
        )

    def _whole_file(self) -> Found | None:
        """A file that is about the one question in its front matter or its first heading."""
        end = (len(self.source.lines), 0)
        if self.title and strong_question(self.title) and not is_collection(self.title):
            body = self.first_line
            headings = self.outline.headings
            if headings and matching_key(headings[0].title) == matching_key(self.title):
                body = headings[0].line + 1
            lead = lead_of(self.title)
            return Found(Candidate("file", (0, 0), (body, 0), self.title, lead), end, "")
        heads = [heading for heading in self.outline.headings if heading.level == 1]
        first = self.source.blocks[0] if self.source.blocks else None
        if len(heads) != 1 or first is None or first.start != heads[0].line:
            return None
        candidate = next((c for c in self.candidates if c.start[0] == heads[0].line), None)
        if candidate is None or not candidate.text.endswith(("?", "？")):
            return None
        if not self.outline.weights.between(candidate.body, end):
            return None
        return Found(candidate, end, "")

    def _question_in_section(self, end: Position) -> Found | None:
        """`## 面试题`, the question as a paragraph below it, then `## 面试题剖析`."""
        first = self.outline.headings[0]
        siblings = [heading for heading in self.outline.headings if heading.level == first.level]
        if len(siblings) < 2 or not _are_parts(siblings):
            return None
        blocks = self.source.blocks[first.block + 1 : first.block + 3]
        asked = next((block for block in blocks if block.kind == "paragraph"), None)
        if asked is None or asked.start >= siblings[1].line:
            return None
        title = self.source.plain(asked.source.split("\n", 1)[0])
        place = self.source.blocks.index(asked)
        candidate = Candidate(
            "heading", (asked.start, 0), (asked.start + 1, 0), title, lead_of(title), block=place
        )
        return Found(candidate, end, "") if matching_key(candidate.text) else None

    def _unanswered(self, groups: list[Group]) -> list[Group]:
        """Questions that nobody answered, if the file holds nothing else."""
        fitting = []
        for group in groups:
            e = group.evidence
            asked = e.strong + 0.5 * e.mild
            if group.key[0] not in ("item", "heading", "summary", "label", "item-heading"):
                continue
            if len(group.members) >= 4 and e.strong >= 0.5 and asked >= 0.6 and e.answered < 0.6:
                fitting.append(group)
        return self._without_nested(fitting)

    def _introduction(self) -> str:
        parts = [heading.title for heading in self.outline.headings[:3]]
        parts += [
            plain(block.source[:400])
            for block in self.source.blocks[:25]
            if block.kind in ("paragraph", "html") and block.start < 40
        ]
        return "\n".join(parts)

    def _finish(
        self, members: list[Candidate], chosen: list[Group], unanswered: bool
    ) -> list[Found]:
        owner = {id(m): group for group in chosen for m in group.members}
        by_group = {
            id(group): dict(
                zip(map(id, group.members), self.outline.ends(group.members), strict=True)
            )
            for group in chosen
        }
        found: list[Found] = []
        for index, member in enumerate(members):
            end = by_group[id(owner[id(member)])][id(member)]
            if index + 1 < len(members):
                end = max(min(end, members[index + 1].start), member.body)
            found.append(Found(member, end, "", unanswered))
        self._give_topics(found)
        return found

    def _give_topics(self, found: list[Found]) -> None:
        """The nearest heading above each question that is neither a question nor in an answer."""
        path: list[Section] = []
        coming = 0
        done = -1
        for question in found:
            line = question.candidate.start[0]
            while coming < len(self.outline.headings) and self.outline.headings[coming].line < line:
                heading = self.outline.headings[coming]
                coming += 1
                if heading.line <= done or self.source.blocks[heading.block].details >= 0:
                    continue
                while path and path[-1].level >= heading.level:
                    path.pop()
                path.append(heading)
            question.topic = self._folder(question.candidate) or self._topic(
                path, question.candidate
            )
            done = max(line, question.end[0] - 1)

    def _folder(self, member: Candidate) -> str:
        """The summary of the `<details>` that a question is folded into."""
        if member.inside < 0:
            return ""
        details = self.source.details[member.inside]
        if details.summary[0] < 0:
            return ""
        title = self.source.plain(
            self.source.between(details.summary, details.summary_end).strip()[:300]
        )
        return "" if is_answer_label(title) or is_section(title) else lead_of(title).rest

    def _topic(self, path: list[Section], member: Candidate) -> str:
        for heading in reversed(path):
            if member.shape == "heading" and heading.level >= member.level:
                continue
            lead = lead_of(heading.title)
            title = (lead.rest if lead.firm else heading.title).rstrip(":： ")
            if title and not is_section(title):
                return title
        return ""


def _are_parts(headings: Sequence[Section]) -> bool:
    """Whether headings are the parts of one question and answer: 题目描述, 思路, Answer."""
    keys = [matching_key(lead_of(heading.title).rest) for heading in headings]
    if sum(key in ASKED_KEYS for key in keys) > 1:
        return False  # `## Question` over each of several questions
    telling = sum(
        key in QUESTION_PART_KEYS or is_answer_label(lead_of(heading.title).rest)
        for key, heading in zip(keys, headings, strict=True)
    )
    parts = telling + sum(key in PUZZLE_PART_KEYS for key in keys)
    others = sum(not is_section(heading.title) for heading in headings)
    return telling > 0 and parts * 2 >= others


def _share_inside(inner: Group, outer: Group) -> float:
    starts = [member.body for member in outer.members]
    inside = 0
    for member in inner.members:
        index = bisect_right(starts, member.start) - 1
        if index >= 0 and member.start < outer.ends[index]:
            inside += 1
    return inside / len(inner.members)


def _remove_inside(inner: Group, outer: Group) -> None:
    if not outer.members or inner.evidence.score > outer.evidence.score:
        return
    starts = [member.body for member in outer.members]
    ends = dict(zip(map(id, outer.members), outer.ends, strict=False))
    kept = []
    for member in inner.members:
        index = bisect_right(starts, member.start) - 1
        if index < 0 or member.start >= ends.get(id(outer.members[index]), (0, 0)):
            kept.append(member)
    if len(kept) != len(inner.members):
        kept_ids = set(map(id, kept))
        inner.ends = [
            end for m, end in zip(inner.members, inner.ends, strict=False) if id(m) in kept_ids
        ]
        inner.members = kept
