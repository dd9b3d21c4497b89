"""Grade a file of answers, for measuring."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from interview import grader
from interview.examiner import client, examining, prompt
from interview.examiner.config import Config, configured
from interview.grading import Grade, Material
from knowledge import markdown
from knowledge.models import Question

BATCH = 64
# Some 60 KB each: questions come in runs, so that forgetting them all now and then costs little.
KEPT_MATERIALS = 1000


class Command(BaseCommand):
    help = (
        'Grades answers: each line {"question": title in the bank, "answer": text} or '
        '{"question": text, "reference": Markdown, "answer": text}.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("input", type=Path, metavar="IN.jsonl")
        parser.add_argument("--output", type=Path, metavar="OUT.jsonl")
        parser.add_argument(
            "--examiner",
            choices=("builtin", "llm"),
            default="builtin",
            help="llm: ask the chat model that VIVA_EXAMINER_URL names, one answer after the other",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.config = configured() if options["examiner"] == "llm" else None
        if options["examiner"] == "llm" and self.config is None:
            raise CommandError("No examiner is set up: see VIVA_EXAMINER_URL, and manage.py check.")
        try:
            # Not splitlines: JSON strings may contain the other line separators of Unicode.
            lines = options["input"].read_text(encoding="utf-8-sig").removesuffix("\n").split("\n")
            output = options["output"] and options["output"].open("w", encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self.bad = 0
        with output or nullcontext(sys.stdout) as file:
            for number, line in enumerate(self._grade(lines), 1):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                if number % BATCH == 0:
                    self.stderr.write(f"graded {number}/{len(lines)}")
        self.stderr.write(f"graded {len(lines) - self.bad} answers, {self.bad} lines in error")

    def _grade(self, lines: list[str]) -> Iterator[dict[str, Any]]:
        """One result a line, in order; answers go to the models in batches."""
        materials: dict[tuple[str, str], Material] = {}
        for start in range(0, len(lines), BATCH):
            rows: list[tuple[dict[str, Any], bool]] = []  # with whether it can be graded
            work: list[tuple[Material, str]] = []
            for number, line in enumerate(lines[start : start + BATCH], start + 1):
                row: dict[str, Any] = {}
                try:
                    row = _parsed(line)
                    _check(row)
                    work.append((self._material(row, materials), row["answer"]))
                    rows.append((row, True))
                except BadLine as error:
                    self.bad += 1
                    self.stderr.write(f"line {number}: {error}")
                    refusal = {"score": 0, "error": f"line {number}: {error}"}
                    rows.append(({**row, **refusal}, False))
            if self.config is not None:
                asked = iter(work)
                for number, (row, good) in enumerate(rows, start + 1):
                    yield self._asked(row, *next(asked), self.config, number) if good else row
                continue
            grades = iter(grader.grade_all(work))
            for row, good in rows:
                yield {**row, **_result(next(grades))} if good else row

    def _asked(
        self, row: dict[str, Any], material: Material, answer: str, config: Config, number: int
    ) -> dict[str, Any]:
        """The line with the chat model's opinion. A line that it has none on is an error like others."""
        points = [(point.text, point.weight) for point in material.points]
        try:
            if not points:
                raise BadLine("the reference has no points to examine")
            found = examining.examine(
                config,
                material.question,
                "",
                points,
                answer,
                secret=prompt.secret_of(settings.SECRET_KEY, f"{number}:{answer}"),
            )
            if found.opinion.score is None:
                raise BadLine("the model claimed what no answer says")
        except (BadLine, client.ServerTrouble, examining.Unusable) as error:
            self.bad += 1
            self.stderr.write(f"line {number}: {error}")
            return {**row, "score": 0, "error": f"line {number}: {error}"}
        judged = [
            {
                "text": points[one.point][0],
                "weight": points[one.point][1],
                "verdict": one.verdict,
                "evidence": [answer[start:end] for start, end in one.spans],
            }
            for one in found.opinion.points
        ]
        return {
            **row,
            "score": found.opinion.score,
            "points": judged,
            "stated": found.reply.stated,
            "rejected": found.opinion.rejected,
            "model": found.exchange.model,
            "seconds": found.exchange.seconds,
        }

    def _material(self, row: dict[str, Any], known: dict[tuple[str, str], Material]) -> Material:
        key = (row["question"], row.get("reference", ""))
        if key not in known:
            if len(known) >= KEPT_MATERIALS:
                known.clear()
            if row.get("reference"):
                known[key] = grader.material_from_text(*key)
            else:
                known[key] = grader.material_of(_find(row["question"]))
        return known[key]


class BadLine(ValueError):
    """A line that cannot be graded; the message says why."""


def _parsed(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:  # UnicodeEncodeError too: half a surrogate pair
        raise BadLine(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise BadLine("not an object")
    return row


def _check(row: dict[str, Any]) -> None:
    for name in ("question", "answer", *(["reference"] if "reference" in row else [])):
        if not isinstance(row.get(name), str):
            raise BadLine(f"{name} is missing or not a text")


def _find(title: str) -> Question:
    question = Question.objects.filter(key=markdown.matching_key(title)).order_by("id").first()
    if question is None:
        raise BadLine("no such question in the bank")
    return question


def _result(grade: Grade) -> dict[str, Any]:
    full = grade.as_json()
    kept = ("score", "uncertainty", "semantic", "keywords", "truth", "points", "passages", "flags")
    return {name: full[name] for name in kept}
