"""Numbering of candidates: whether it goes on without gaps, and what would fill the gaps."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from knowledge.markdown.candidates import Candidate

NUMBERED = ("int", "bare", "label", "dotted", "paren", "cn", "circled", "roman", "letter")
LOOSE = ("bare", "dotted", "roman", "letter")  # no numbering unless they go on


def continuity(members: Sequence[Candidate]) -> float:
    """Share of the steps between numbered members that go up by one or begin a new run."""
    numbers = [member.lead.numbers for member in members if member.lead.numbers]
    if not numbers:
        return 0.0
    if len(numbers) == 1:
        return 0.5 if numbers[0][-1] == 1 else 0.0
    good = 0
    for before, after in pairwise(numbers):
        follows = after[:-1] == before[:-1] and after[-1] == before[-1] + 1
        restarts = after[-1] == 1 and before[-1] >= 1
        good += follows or (restarts and (len(after) > 1 or before[-1] >= 2))
    runs = sum(1 for number in numbers if number[-1] == 1)
    chapters = len(set(numbers)) == len(numbers) and len(numbers[0]) > 1
    if runs > 1 and not chapters and len(numbers) / runs < 2:
        return 0.3
    return good / (len(numbers) - 1)


def run_length(members: Sequence[Candidate]) -> float:
    """Mean number of members from one number 1 to the next."""
    runs = sum(1 for member in members if member.lead.numbers[-1:] == (1,))
    return len(members) / max(1, runs)


def fitting(members: Sequence[Candidate], pool: Sequence[Candidate]) -> list[Candidate]:
    """Numbered candidates of the pool that fill the gaps of the members' numbering."""
    starts = [candidate.start for candidate in pool]
    joined: list[Candidate] = []
    edges: list[Candidate | None] = [None, *members, None]
    for before, after in pairwise(edges):
        low = before.lead.numbers[-1] if before and before.lead.numbers else 0
        high = after.lead.numbers[-1] if after and after.lead.numbers else 0
        restart = after is None or high <= min(1, low)
        if restart and (before is None or low < 2):
            continue
        if not restart and before is not None and not 1 < high - low < 400:
            continue
        first = bisect_right(starts, before.start) if before else 0
        last = bisect_left(starts, after.start) if after else len(pool)
        wanted = low + 1
        run: list[Candidate] = []
        for index in range(first, last):
            candidate = pool[index]
            number = candidate.lead.numbers[-1] if len(candidate.lead.numbers) == 1 else -1
            if number != wanted or (not restart and wanted >= high):
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
