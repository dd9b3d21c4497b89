"""A model's reply, read strictly: one JSON object of a known shape, or an error that says what is wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from interview.grading.material import CONTRADICTED, COVERED, MISSED, PARTLY

VERDICTS = (COVERED, PARTLY, MISSED, CONTRADICTED)
# Texts for the person are two sentences and a question; longer ones are cut.
FEEDBACK_CHARACTERS, FOLLOW_UP_CHARACTERS, EVIDENCE_CHARACTERS = 500, 250, 300

_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"^```(?:json)?\s*\n(.*)\n\s*```$", re.DOTALL)
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


class Unreadable(ValueError):
    """A reply that is not what was asked for; the message tells the model (and staff) why."""


@dataclass(frozen=True)
class Claim:
    """What the model says of one passage."""

    passage: int
    verdict: str
    evidence: str


@dataclass(frozen=True)
class Reply:
    claims: tuple[Claim, ...]
    stated: float | None  # the model's own overall score; shown to staff, never used
    feedback: str
    follow_up: str
    rejected: dict[str, int] = field(default_factory=dict)  # what was left out, by reason


def schema(passages: int) -> dict[str, Any]:
    """The JSON schema of a reply about ``passages`` passages: every property required, none besides, and
    lengths bounded, so that a small model that repeats itself comes to an end."""
    claim = {
        "type": "object",
        "properties": {
            "passage": {"type": "integer", "enum": list(range(1, passages + 1))},
            "verdict": {"type": "string", "enum": list(VERDICTS)},
            "evidence": {"type": "string", "maxLength": EVIDENCE_CHARACTERS},
        },
        "required": ["passage", "verdict", "evidence"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "passages": {
                "type": "array",
                "items": claim,
                "minItems": passages,
                "maxItems": passages,
            },
            "score": {"type": "integer"},
            "feedback": {"type": "string", "maxLength": FEEDBACK_CHARACTERS},
            "follow_up": {"type": "string", "maxLength": FOLLOW_UP_CHARACTERS},
        },
        "required": ["passages", "score", "feedback", "follow_up"],
        "additionalProperties": False,
    }


def parse(text: str, passages: int) -> Reply:
    """Read a reply about passages 1 to ``passages``.

    Raises Unreadable when there is no such object or no verdict in it. Single bad claims (an unknown
    or repeated number, an unknown verdict) are left out and counted.
    """
    data = _object(text)
    entries = data.get("passages")
    if not isinstance(entries, list):
        raise Unreadable('There is no list "passages".')
    rejected: dict[str, int] = {}
    claims: dict[int, Claim] = {}
    for entry in entries[: 4 * passages + 10]:
        claim, reason = _claim(entry, passages)
        if claim is not None and claim.passage in claims:
            claim, reason = None, "repeated"
        if claim is None:
            rejected[reason] = rejected.get(reason, 0) + 1
        else:
            claims[claim.passage] = claim
    if not claims:
        raise Unreadable(f"No entry of passages has a number from 1 to {passages} and a verdict.")
    if len(claims) * 2 < passages:
        absent = [n for n in range(1, passages + 1) if n not in claims]
        raise Unreadable(f"Verdicts are absent for the passages {', '.join(map(str, absent))}.")
    stated = data.get("score")
    if not _is_score(stated):
        rejected["score"] = 1
        stated = None
    return Reply(
        tuple(claims[n] for n in sorted(claims)),
        stated,
        _text(data.get("feedback"), FEEDBACK_CHARACTERS),
        _text(data.get("follow_up"), FOLLOW_UP_CHARACTERS),
        rejected,
    )


def _object(text: str) -> dict[str, Any]:
    text = _THOUGHT.sub("", text, count=1).strip()
    if fenced := _FENCED.match(text):
        text = fenced[1].strip()
    if not text:
        raise Unreadable("The reply is empty.")
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The reply is not one JSON object: {error}.") from None
    if not isinstance(data, dict):
        raise Unreadable("The reply is JSON, but not an object.")
    return data


def _claim(entry: Any, passages: int) -> tuple[Claim | None, str]:
    """The claim in ``entry``, or None and why not."""
    if not isinstance(entry, dict):
        return None, "shape"
    number, verdict, evidence = (entry.get(key) for key in ("passage", "verdict", "evidence"))
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= passages:
        return None, "passage"
    if verdict not in VERDICTS:
        return None, "verdict"
    if evidence is None:
        evidence = ""
    if not isinstance(evidence, str):
        return None, "shape"
    return Claim(number, verdict, evidence[:EVIDENCE_CHARACTERS]), ""


def _is_score(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100


def _text(value: Any, most: int) -> str:
    """Plain text for a person: one paragraph, nothing invisible, not longer than ``most``."""
    if not isinstance(value, str):
        return ""
    text = " ".join(_UNSEEN.sub("", value).encode("utf-8", "ignore").decode().split())
    return text if len(text) <= most else text[: most - 1] + "…"
