"""Which of the candidates are the questions of a file: chosen by evidence, group by group.

A group is a set of candidates of one shape, level and numbering style. Each group is weighed by
what its members have in common (see `Evidence`); groups inside the answers of another group give
way to it. Nothing here looks at a file's name or at particular titles.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from knowledge.markdown.blocks import Position, Source
from knowledge.markdown.candidates import Candidate, find_candidates
from knowledge.markdown.contents import Contents, find_contents, is_links
from knowledge.markdown.titles import is_up_link, lead_of, matching_key, plain
from knowledge.markdown.words import (
    QUESTION_PART_KEYS,
    answer_label_end,
    is_answer_label,
    is_collection,
    is_contents_label,
    is_section,
    mild_question,
    speaks_of_questions,
    strong_question,
)

ACCEPTED = 2.3  # evidence from which a group of answered candidates counts as questions
NUMBERED = ("int", "bare", "label", "dotted", "paren", "cn", "circled")


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


@dataclass(slots=True)
class Found:
    """A question: its candidate, where its answer ends, and its chapter."""

    candidate: Candidate
    end: Position
    topic: str
    unanswered: bool = False  # one of a list of questions that nobody answered


@dataclass(slots=True)
class Section:
    """A heading that is not a question."""

    line: int
    level: int
    title: str
    block: int
    markup: str


class Recogniser:
    """One reading of one file; `questions` is the result."""

    def __init__(self, source: Source, context: str = "") -> None:
        self.source = source
        self.contents: Contents = find_contents(source)
        self.weights = _weights(source, self.contents)
        self.candidates = find_candidates(source, self.contents.blocks)
        self.headings = [
            Section(b.start, b.level, plain(b.source), n, "html" if b.markup == "html" else "md")
            for n, b in enumerate(source.blocks)
            if b.kind == "heading" and b.item < 0 and b.quote < 0
        ]
        self.heading_lines = [heading.line for heading in self.headings]
        self.marks = _answer_marks(source)
        self.context = speaks_of_questions(context + self._introduction())
        self.warnings: list[str] = []

    def questions(self) -> list[Found]:
        """The questions in file order, each with the end of its answer."""
        groups = self._groups()
        single = self._single_question()
        if single is not None:
            return [single]
        for group in groups:
            self._measure(group)
        chosen = self._without_nested([group for group in groups if self._accepts(group)])
        unanswered = not chosen
        if unanswered:
            chosen = self._unanswered(groups)
        members = sorted(
            (member for group in chosen for member in group.members), key=lambda m: m.start
        )
        return self._finish(members, chosen, unanswered)

    # Groups

    def _groups(self) -> list[Group]:
        by_key: dict[tuple[object, ...], list[Candidate]] = defaultdict(list)
        for candidate in self.candidates:
            if not self._possible(candidate):
                continue
            candidate.group = _group_key(candidate, firm=True)
            by_key[candidate.group].append(candidate)
        groups = []
        for key, members in list(by_key.items()):
            if key[-1] in ("bare", "dotted") and (
                len(members) < 2 or _continuity(members, self.heading_lines) < 0.5
            ):
                loose = [m for m in members if not m.lead.firm]
                for member in loose:
                    member.lead = lead_of("") if not member.lead.labelled else member.lead
                    member.group = _group_key(member, firm=True)
                    if member.group != key:
                        by_key[member.group].append(member)
                by_key[key] = [m for m in members if m not in loose] if loose else members
        for key, members in by_key.items():
            if members:
                members.sort(key=lambda m: m.start)
                groups.append(Group(key, members))
        self._fill_gaps(groups)
        self._adopt_siblings(groups)
        return [group for group in groups if group.members]

    def _possible(self, candidate: Candidate) -> bool:
        title = candidate.text
        if is_answer_label(title) or is_section(title):
            return False
        if candidate.shape == "summary" and (
            is_contents_label(title) or self.weights.between(candidate.body, candidate.limit) == 0
            and candidate.limit is not None
            and any(
                line in self.contents.lines
                for line in range(candidate.body[0], min(candidate.limit[0] + 1, candidate.body[0] + 5))
            )
        ):
            return False
        if candidate.shape == "heading":
            if candidate.lead.style == "chapter":
                return False
            if not candidate.lead.numbers and is_collection(title):
                return False
            if self._holds_contents_only(candidate):
                return False
        return True

    def _holds_contents_only(self, candidate: Candidate) -> bool:
        end = self._next_heading(candidate.start[0])
        lines = range(candidate.body[0], end)
        return (
            self.weights.between(candidate.body, (end, 0)) == 0
            and any(line in self.contents.lines for line in lines)
        )

    def _next_heading(self, line: int, level: int = 6) -> int:
        index = bisect_right(self.heading_lines, line)
        while index < len(self.headings) and self.headings[index].level > level:
            index += 1
        return self.heading_lines[index] if index < len(self.headings) else len(self.source.lines)

    def _fill_gaps(self, groups: list[Group]) -> None:
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
                joined = set(map(id, _fitting(main.members, pool)))
                union = sorted(
                    [*main.members, *(m for m in pool if id(m) in joined)], key=lambda m: m.start
                )
                if not joined or len(union) < 3 or _continuity(union, self.heading_lines) < 0.6:
                    continue
                main.members = union
                for group in family[place + 1 :]:
                    group.members = [m for m in group.members if id(m) not in joined]

    def _adopt_siblings(self, groups: list[Group]) -> None:
        """Unnumbered headings among numbered ones of their level: questions if they look so."""
        plain_groups = {g.key[:-1]: g for g in groups if g.key[0] == "heading" and not g.key[-1]}
        for group in groups:
            if group.key[0] != "heading" or group.key[-1] not in NUMBERED:
                continue
            siblings = plain_groups.get(group.key[:-1])
            if siblings is None or len(group.members) < len(siblings.members):
                continue
            listed = sum(1 for m in group.members if matching_key(m.text) in self.contents.keys)
            first = group.members[0].start
            adopted = [
                m
                for m in siblings.members
                if m.start > first
                and (
                    strong_question(m.text)
                    or listed >= 0.5 * len(group.members)
                    and matching_key(m.text) in self.contents.keys
                )
            ]
            if _continuity(group.members, self.heading_lines) < 0.5 or not adopted:
                continue
            group.members = sorted([*group.members, *adopted], key=lambda m: m.start)
            taken = set(map(id, adopted))
            siblings.members = [m for m in siblings.members if id(m) not in taken]

    # Evidence

    def _measure(self, group: Group) -> None:
        self._refine(group)
        members, total = group.members, len(group.members)
        texts = [member.text for member in members]
        group.ends = self._ends(members)
        if _take_whole_lines(group, self.weights):
            texts = [member.text for member in members]
            group.ends = self._ends(members)
        evidence = group.evidence
        weights = [
            self.weights.between(member.body, end)
            for member, end in zip(members, group.ends, strict=True)
        ]
        evidence.labelled = sum(m.lead.labelled for m in members) / total
        evidence.strong = sum(map(strong_question, texts)) / total
        evidence.mild = sum(1 for t in texts if mild_question(t) and not strong_question(t)) / total
        evidence.answered = sum(weight > 0 for weight in weights) / total
        evidence.announced = (
            sum(
                bisect_left(self.marks, m.body[0]) < bisect_left(self.marks, end[0] + bool(end[1]))
                for m, end in zip(members, group.ends, strict=True)
            )
            / total
        )
        evidence.direct = (
            sum(
                self.weights.between(m.body, min(end, (self._next_heading(m.start[0]), 0))) > 2
                for m, end in zip(members, group.ends, strict=True)
            )
            / total
        )
        covered = sum(
            self.weights.between(m.start, end)
            for m, end in zip(members, group.ends, strict=True)
        )
        evidence.cover = covered / max(1, self.weights.total)
        if members[0].lead.style or group.key[-1] in NUMBERED:
            evidence.continuous = _continuity(members, self.heading_lines)
        keys = {matching_key(text) for text in texts}
        if self.contents.keys:
            both = len(keys & self.contents.keys)
            evidence.listed = min(both / len(keys), both / len(self.contents.keys))
        evidence.score = self._score(group)

    def _refine(self, group: Group) -> None:
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

    def _score(self, group: Group) -> float:
        e, total = group.evidence, len(group.members)
        score = 3.0 * e.labelled + 2.5 * e.announced + 3.0 * e.strong + 1.2 * e.mild
        if group.key[-1] in NUMBERED:
            score += 1.5 * e.continuous * min(1.0, total / 4)
        score += 1.0 * e.listed + (0.7 if self.context else 0.0)
        score += min(1.0, total / 60)
        if group.key[-1] == "cn" and e.strong < 0.5:
            score -= 2.0
        score -= {"bold": 0.3, "para": 1.2, "item": 1.2}.get(str(group.key[0]), 0.0)
        if group.key[0] == "item" and e.strong < 0.6 and e.labelled < 0.5:
            score -= 2.0
        if group.key[0] == "para" and e.strong < 0.5:
            score -= 2.0
        if total < 3:
            score -= 0.6 if e.labelled + e.announced < 0.5 else 0.0
        if e.cover < 0.4:
            score -= 1.5 * (0.4 - e.cover) / 0.4
        return score

    def _accepts(self, group: Group) -> bool:
        e = group.evidence
        if e.answered < 0.3:
            return False
        if group.key[0] == "item" and (e.answered < 0.6 or len(group.members) < 3):
            return e.labelled > 0.5 and e.answered >= 0.6
        if group.key[0] == "heading" and len(group.members) == 1:
            return e.score >= ACCEPTED and (e.labelled + e.announced > 0 or self.context)
        return e.score >= ACCEPTED

    def _ends(self, members: Sequence[Candidate]) -> list[Position]:
        """Where the answer of each member ends, by the next member and by higher headings."""
        topics = self._topic_level(members)
        ends: list[Position] = []
        for index, member in enumerate(members):
            following = members[index + 1] if index + 1 < len(members) else None
            level = member.level - 1 if member.shape == "heading" else topics
            if member.shape == "heading":
                level = max(level, min(topics, 6)) if topics < member.level else level
            line = self._boundary(member, following, level)
            end: Position = (line, 0)
            if following is not None:
                end = min(end, following.start)
            if member.limit is not None:
                end = min(end, member.limit)
            ends.append(max(end, member.body))
        return ends

    def _topic_level(self, members: Sequence[Candidate]) -> int:
        """The deepest level of headings that stand directly above members as their topics."""
        lines = {member.start[0] for member in members}
        deepest = 0
        for member in members:
            index = bisect_left(self.heading_lines, member.start[0]) - 1
            if index < 0 or self.heading_lines[index] in lines:
                continue
            heading = self.headings[index]
            if member.shape == "heading":
                if heading.level < member.level:
                    deepest = max(deepest, heading.level)
            elif member is members[0] or not self.weights.between(
                (heading.line + 1, 0), member.start
            ):
                deepest = max(deepest, heading.level)
        return deepest

    def _boundary(self, member: Candidate, following: Candidate | None, level: int) -> int:
        """First line of the heading that ends a member's answer."""
        line = member.body[0] - 1 if member.body[1] else member.start[0]
        limit = following.start[0] if following else len(self.source.lines)
        index = bisect_right(self.heading_lines, max(line, member.start[0]))
        while index < len(self.headings) and self.headings[index].line < limit:
            heading = self.headings[index]
            if self._ends_answer(member, following, heading, index, level):
                return heading.line
            index += 1
        return limit

    def _ends_answer(
        self,
        member: Candidate,
        following: Candidate | None,
        heading: Section,
        index: int,
        level: int,
    ) -> bool:
        inside = self.source.blocks[heading.block].details
        if inside >= 0 and inside != member.inside and member.shape != "summary":
            return False
        same_level_section = (
            member.shape == "heading"
            and heading.level == member.level
            and heading.markup == member.markup
        )
        if heading.level > level and not same_level_section:
            return False
        foreign = member.shape == "item-heading" or heading.markup != (member.markup or "md")
        if following is None or is_section(lead_of(heading.title).rest):
            return True
        own_end = min(
            following.start,
            (self.heading_lines[index + 1], 0) if index + 1 < len(self.headings) else following.start,
        )
        own = self.weights.between((heading.line + 1, 0), own_end)
        return not (foreign and _consecutive(member, following) and own > 2)

    # Choice

    def _without_nested(self, groups: list[Group]) -> list[Group]:
        """Drop groups that live in the answers of others, or topics whose content is a group."""
        groups = sorted(groups, key=lambda g: (-g.evidence.score))
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
                if (hollow or better) and more:
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
        top = [h for h in self.headings if not is_section(h.title)]
        if not top:
            return None
        level = min(h.level for h in top)
        heads = [h for h in top if h.level == level]
        if len(heads) != 1 or heads[0] is not top[0]:
            return None
        children = [h for h in self.headings if h.level == level + 1 and h.line > heads[0].line]
        keys = [matching_key(lead_of(h.title).rest) for h in children]
        parts = sum(
            key in QUESTION_PART_KEYS or is_answer_label(h.title)
            for key, h in zip(keys, children, strict=True)
        )
        if not parts or parts * 2 < len([c for c in children if not is_section(c.title)]):
            return None
        candidate = next((c for c in self.candidates if c.start[0] == heads[0].line), None)
        if candidate is None or is_collection(candidate.text):
            return None
        end = (len(self.source.lines), 0)
        return Found(candidate, end, "")

    def _unanswered(self, groups: list[Group]) -> list[Group]:
        """Lists and headings of questions that nobody answered, if the file is about nothing else."""
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
        parts = [heading.title for heading in self.headings[:3]]
        for block in self.source.blocks[:25]:
            if block.kind in ("paragraph", "html") and block.start < 40:
                parts.append(plain(block.source[:400]))
        return "\n".join(parts)

    def _finish(
        self, members: list[Candidate], chosen: list[Group], unanswered: bool
    ) -> list[Found]:
        owner = {id(m): group for group in chosen for m in group.members}
        by_group = {
            id(group): dict(
                zip(map(id, group.members), self._ends(group.members), strict=True)
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
            while coming < len(self.headings) and self.headings[coming].line < line:
                heading = self.headings[coming]
                coming += 1
                if heading.line <= done or self.source.blocks[heading.block].details >= 0:
                    continue
                while path and path[-1].level >= heading.level:
                    path.pop()
                path.append(heading)
            question.topic = self._topic(path, question.candidate)
            done = max(line, question.end[0] - 1)

    def _topic(self, path: list[Section], member: Candidate) -> str:
        for heading in reversed(path):
            if member.shape == "heading" and heading.level >= member.level:
                continue
            lead = lead_of(heading.title)
            title = (lead.rest if lead.firm else heading.title).rstrip(":： ")
            if title and not is_section(title):
                return title
        return ""


class _Weights:
    """Letters and digits per line as prefix sums: the weight of any stretch in constant time."""

    def __init__(self, counts: list[int], lines: list[str]) -> None:
        self.sums = [0]
        for count in counts:
            self.sums.append(self.sums[-1] + count)
        self.counts, self.lines = counts, lines

    @property
    def total(self) -> int:
        return self.sums[-1]

    def between(self, start: Position, end: Position | None) -> int:
        if end is None:
            end = (len(self.lines), 0)
        if start >= end:
            return 0
        (row, column), (last, last_column) = start, end
        if row == last:
            return _letters(self.lines[row][column:last_column])
        weight = self.sums[last] - self.sums[min(row + bool(column), last)]
        if column:
            weight += _letters(self.lines[row][column:])
        if last_column and last < len(self.lines):
            weight += _letters(self.lines[last][:last_column])
        return weight


def _weights(source: Source, contents: Contents) -> _Weights:
    counts = [
        0 if number in contents.lines else _letters(line) for number, line in enumerate(source.lines)
    ]
    for details in source.details:
        summary = plain(source.between(details.summary, details.summary_end)[:300])
        if details.summary[0] >= 0 and (is_answer_label(summary) or is_contents_label(summary)):
            for line in range(details.start[0], details.summary_end[0] + 1):
                counts[line] = 0
    return _Weights(counts, source.lines)


def _letters(line: str) -> int:
    """Letters and digits outside of tags; a line of nothing but links weighs nothing."""
    if not line or line.isspace():
        return 0
    if ("](" in line or "<" in line or "http" in line) and (is_links(line) or is_up_link(line)):
        return 0
    if "<" in line:
        line = "".join(part.rpartition(">")[2] if n else part for n, part in enumerate(line.split("<")))
    return sum(map(str.isalnum, line))


def _answer_marks(source: Source) -> list[int]:
    """Lines at which an answer is announced: a heading, a summary or a label."""
    marks = []
    for block in source.blocks:
        if block.kind == "heading":
            title = lead_of(plain(block.source)).rest
            if is_answer_label(title):
                marks.append(block.start)
        elif block.kind == "paragraph":
            rows = block.source.split("\n")
            for offset, row in enumerate(rows[:3]):
                if answer_label_end(row) or row.startswith("**") and is_answer_label(plain(row)):
                    marks.append(block.start + offset)
                    break
    for details in source.details:
        if details.summary[0] >= 0 and is_answer_label(
            plain(source.between(details.summary, details.summary_end)[:300])
        ):
            marks.append(details.start[0])
    return sorted(marks)


def _take_whole_lines(group: Group, weights: _Weights) -> bool:
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


def _group_key(candidate: Candidate, firm: bool) -> tuple[object, ...]:
    lead = candidate.lead
    style = lead.style
    if style == "dotted":
        style = "dotted"
    if candidate.shape in ("summary", "row", "quote", "label"):
        return (candidate.shape, candidate.inside >= 0, "label" if lead.labelled else "")
    depth = len(lead.numbers) if style == "dotted" else 0
    if style == "label" and not lead.numbers:
        style = "label"
    inside = candidate.inside >= 0
    return (candidate.shape, candidate.level, candidate.markup, inside, depth, style)


def _continuity(members: Sequence[Candidate], headings: Iterable[int]) -> float:
    """Share of the steps between numbered members that go up by one or begin a new run."""
    numbers = [member.lead.numbers for member in members if member.lead.numbers]
    if not numbers:
        return 0.0
    if len(numbers) == 1:
        return 0.5 if numbers[0][-1] == 1 else 0.0
    good = 0
    for before, after in zip(numbers, numbers[1:], strict=False):
        follows = after[:-1] == before[:-1] and after[-1] == before[-1] + 1
        restarts = after[-1] == 1 and before[-1] >= 1
        good += follows or restarts and (len(after) > 1 or before[-1] >= 2)
    runs = sum(1 for number in numbers if number[-1] == 1)
    if runs > 1 and len(numbers) / runs < 2:
        return 0.3
    return good / (len(numbers) - 1)


def _fitting(members: Sequence[Candidate], pool: Sequence[Candidate]) -> list[Candidate]:
    """Numbered candidates of the pool that fill the gaps of the members' numbering."""
    starts = [candidate.start for candidate in pool]
    joined: list[Candidate] = []
    edges: list[Candidate | None] = [None, *members, None]
    for before, after in zip(edges, edges[1:], strict=False):
        low = before.lead.numbers[-1] if before and before.lead.numbers else 0
        high = after.lead.numbers[-1] if after and after.lead.numbers else 0
        restart = after is None or high <= min(1, low)
        if restart and (before is None or low < 2):
            continue
        if not restart and before is not None and not 1 < high - low < 400:
            continue
        first = bisect_right(starts, before.start) if before else 0
        last = bisect_left(starts, after.start) if after else len(pool)
        wanted, run = low + 1, []
        for index in range(first, last):
            candidate = pool[index]
            number = candidate.lead.numbers[-1] if len(candidate.lead.numbers) == 1 else -1
            if number != wanted or not restart and wanted >= high:
                continue
            previous = pool[index - 1] if index else None
            if (
                previous is not None
                and previous.group == candidate.group
                and (not before or previous.start > before.start)
                and previous.lead.numbers[-1:] == (number - 1,)
                and (not run or run[-1] is not previous)
            ):
                continue
            run.append(candidate)
            wanted += 1
        if restart or wanted == high or before is not None:
            joined.extend(run)
    return joined


def _consecutive(member: Candidate, following: Candidate) -> bool:
    mine, its = member.lead.numbers, following.lead.numbers
    return bool(mine and its and its[:-1] == mine[:-1] and its[-1] in (mine[-1], mine[-1] + 1))


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
