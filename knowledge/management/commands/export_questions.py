"""Export the bank, or some of its topics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from knowledge.exporting import as_json, as_markdown, exportable, write_zip
from knowledge.models import Question, Topic


class Command(BaseCommand):
    help = "Exports the question bank as Markdown that import_questions reads back, alone or as a zip archive with its pictures, or as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--topic",
            action="append",
            default=[],
            metavar="NAME",
            help="only this topic (repeatable)",
        )
        parser.add_argument("--format", choices=("markdown", "zip", "json"), default="markdown")
        parser.add_argument("--output", type=Path, metavar="PATH", help="a file (standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(Topic.objects.values_list("name", flat=True))
        for name in options["topic"]:
            if name not in known:
                have = ", ".join(sorted(known)) or "none"
                raise CommandError(f"There is no topic {name!r}. The topics are: {have}")
        questions = exportable(options["topic"])
        if options["format"] == "zip":
            self._write_zip(questions, options["output"])
            return
        write = as_json if options["format"] == "json" else as_markdown
        text = write(questions)
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["output"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}") from error
        self._done(questions, options["output"])

    def _write_zip(self, questions: QuerySet[Question], path: Path | None) -> None:
        if path is None:
            raise CommandError("A zip archive needs a file: --output bank.zip")
        try:
            with path.open("wb") as file:
                write_zip(questions, file)
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}") from error
        self._done(questions, path)

    def _done(self, questions: QuerySet[Question], path: Path) -> None:
        self.stderr.write(f"{questions.count()} questions written to {path}")
