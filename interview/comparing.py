"""Two attempts at one question side by side: what the second says that the first did not."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from interview.models import Attempt
from interview.result import VERDICT_NAMES

_RANK = {"contradicted": 0, "missed": 1, "partly": 2, "covered": 3}


@dataclass(frozen=True)
class Moved:
    """A rubric point with another verdict than before."""

    text: str
    verdict: str
    before: Promise | str  # names of the verdicts
    after: Promise | str


@dataclass(frozen=True)
class Comparison:
    earlier: Attempt
    before: int
    after: int
    better: list[Moved]
    worse: list[Moved]
    same: int  # points with the same verdict in both

    @property
    def change(self) -> int:
        return self.after - self.before


def compare(earlier: Attempt, later: Attempt) -> Comparison | None:
    """What changed between two attempts at one question; None unless both are graded. Points that
    only one of the two was graded on (the author changed them since) are left out."""
    if not (earlier.grade and later.grade) or earlier.score is None or later.score is None:
        return None
    verdicts = {point["text"]: point["verdict"] for point in earlier.grade["points"]}
    better: list[Moved] = []
    worse: list[Moved] = []
    same = 0
    for point in sorted(later.grade["points"], key=lambda point: -point["weight"]):
        old, new = verdicts.get(point["text"]), point["verdict"]
        if old is None:
            continue
        step = _RANK.get(new, 1) - _RANK.get(old, 1)
        if step == 0:
            same += 1
            continue
        moved = Moved(point["text"], new, VERDICT_NAMES.get(old, ""), VERDICT_NAMES.get(new, ""))
        (better if step > 0 else worse).append(moved)
    return Comparison(earlier, round(earlier.score), round(later.score), better, worse, same)


def with_the_one_before(attempt: Attempt) -> Comparison | None:
    """The attempt beside the person's last one before it at the same question of the same sitting."""
    earlier = (
        Attempt.objects.graded()
        .filter(slot_id=attempt.slot_id, created_at__lt=attempt.created_at)
        .order_by("-created_at")
        .first()
    )
    return compare(earlier, attempt) if earlier else None
