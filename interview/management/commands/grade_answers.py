"""Grade a file of answers, for measuring."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from interview import grader
from interview.grading import Grade, Material
from knowledge import markdown
from knowledge.models import Question

BATCH = 64


class Command(BaseCommand):
    help = (
        'Grades answers: each line {"question": title in the bank, "answer": text} or '
        '{"question": text, "reference": Markdown, "answer": text}.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("input", type=Path, metavar="IN.jsonl")
        parser.add_argument("--output", type=Path, metavar="OUT.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = options["input"].read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['input']}: {error}") from error
        output = open(options["output"], "w", encoding="utf-8") if options["output"] else sys.stdout
        bad = 0
        try:
            for number, line in enumerate(self._grade(lines), 1):
                bad += "error" in line
                output.write(json.dumps(line, ensure_ascii=False) + "\n")
                if number % BATCH == 0:
                    self.stderr.write(f"graded {number}/{len(lines)}")
        finally:
            if output is not sys.stdout:
                output.close()
        self.stderr.write(f"graded {len(lines) - bad} answers, {bad} lines in error")

    def _grade(self, lines: list[str]) -> Iterator[dict[str, Any]]:
        """One result a line, in order; answers go to the models in batches."""
        materials: dict[tuple[str, str], Material] = {}
        for start in range(0, len(lines), BATCH):
            rows: list[dict[str, Any]] = []
            work: list[tuple[Material, str]] = []
            for number, line in enumerate(lines[start : start + BATCH], start + 1):
                row = self._read(number, line)
                if "error" not in row:
                    try:
                        work.append((self._material(row, materials), row["answer"]))
                    except Question.DoesNotExist:
                        row = self._refuse(number, "no such question in the bank", row)
                rows.append(row)
            grades = iter(grader.grade_all(work))
            for row in rows:
                yield row if "error" in row else {**row, **_result(next(grades))}

    def _read(self, number: int, line: str) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except ValueError as error:
            return self._refuse(number, f"not JSON: {error}")
        if not isinstance(row, dict):
            return self._refuse(number, "not an object")
        for name in ("question", "answer", *(["reference"] if "reference" in row else [])):
            if not isinstance(row.get(name), str):
                return self._refuse(number, f"{name} is missing or not a text", row)
        return row

    def _refuse(self, number: int, why: str, row: dict[str, Any] | None = None) -> dict[str, Any]:
        self.stderr.write(f"line {number}: {why}")
        return {**(row or {}), "score": 0, "error": f"line {number}: {why}"}

    def _material(
        self, row: dict[str, Any], known: dict[tuple[str, str], Material]
    ) -> Material:
        key = (row["question"], row.get("reference", ""))
        if key not in known:
            if row.get("reference"):
                known[key] = grader.material_from_text(*key)
            else:
                known[key] = grader.material_of(_find(row["question"]))
        return known[key]


def _find(title: str) -> Question:
    question = Question.objects.filter(key=markdown.matching_key(title)).order_by("id").first()
    if question is None:
        raise Question.DoesNotExist
    return question


def _result(grade: Grade) -> dict[str, Any]:
    full = grade.as_json()
    kept = ("score", "uncertainty", "semantic", "keywords", "truth", "points", "passages", "flags")
    return {name: full[name] for name in kept}
