"""A file's outline: its headings, how much text stands where, and where an answer ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.markdown.blocks import Position, Source
from knowledge.markdown.candidates import Candidate
from knowledge.markdown.contents import Contents, find_contents, is_links
from knowledge.markdown.titles import is_up_link, lead_of, plain
from knowledge.markdown.words import (
    answer_label_end,
    is_answer_label,
    is_contents_label,
    is_section,
)


@dataclass(slots=True)
class Section:
    """A heading that is not a question."""

    line: int
    level: int
    title: str
    block: int
    markup: str


class Outline:
    """Headings outside of lists and quotes, weights of all lines, marks that announce answers."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.contents: Contents = find_contents(source)
        self.weights = _weights(source, self.contents)
        self.headings = [
            Section(
                b.start, b.level, source.plain(b.source), n, "html" if b.markup == "html" else "md"
            )
            for n, b in enumerate(source.blocks)
            if b.kind == "heading" and b.item < 0 and b.quote < 0
        ]
        self.heading_lines = [heading.line for heading in self.headings]
        self.marks = _answer_marks(source)

    def next_heading(self, line: int, level: int = 6) -> int:
        index = bisect_right(self.heading_lines, line)
        while index < len(self.headings) and self.headings[index].level > level:
            index += 1
        return self.heading_lines[index] if index < len(self.headings) else len(self.source.lines)

    def holds_contents_only(self, candidate: Candidate) -> bool:
        end = self.next_heading(candidate.start[0])
        lines = range(candidate.body[0], end)
        return self.weights.between(candidate.body, (end, 0)) == 0 and any(
            line in self.contents.lines for line in lines
        )

    def ends(self, members: Sequence[Candidate]) -> list[Position]:
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
            if member.inside >= 0:
                end = min(end, self.source.details[member.inside].inner_end)
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
        if heading.level >= member.level and is_answer_label(lead_of(heading.title).rest):
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
            (self.heading_lines[index + 1], 0)
            if index + 1 < len(self.headings)
            else following.start,
        )
        own = self.weights.between((heading.line + 1, 0), own_end)
        return not (foreign and _consecutive(member, following) and own > 2)


class Weights:
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


def _weights(source: Source, contents: Contents) -> Weights:
    counts = [
        0 if number in contents.lines else _letters(line)
        for number, line in enumerate(source.lines)
    ]
    for details in source.details:
        summary = plain(source.between(details.summary, details.summary_end)[:300])
        if details.summary[0] >= 0 and (is_answer_label(summary) or is_contents_label(summary)):
            for line in range(details.start[0], details.summary_end[0] + 1):
                counts[line] = 0
    return Weights(counts, source.lines)


def _letters(line: str) -> int:
    """Letters and digits outside of tags; a line of nothing but links weighs nothing."""
    if not line or line.isspace():
        return 0
    if ("](" in line or "<" in line or "http" in line) and (is_links(line) or is_up_link(line)):
        return 0
    if "<" in line:
        line = "".join(
            part.rpartition(">")[2] if n else part for n, part in enumerate(line.split("<"))
        )
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
                if answer_label_end(row) or (row.startswith("**") and is_answer_label(plain(row))):
                    marks.append(block.start + offset)
                    break
    marks += [
        details.start[0]
        for details in source.details
        if details.summary[0] >= 0
        and is_answer_label(plain(source.between(details.summary, details.summary_end)[:300]))
    ]
    return sorted(marks)


def _consecutive(member: Candidate, following: Candidate) -> bool:
    mine, its = member.lead.numbers, following.lead.numbers
    return bool(mine and its and its[:-1] == mine[:-1] and its[-1] in (mine[-1], mine[-1] + 1))
