"""Export the bank, or some of its topics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from knowledge.exporting import as_json, as_markdown, exportable
from knowledge.models import Topic


class Command(BaseCommand):
    help = "Exports the question bank as Markdown that import_questions reads back, or as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--topic",
            action="append",
            default=[],
            metavar="NAME",
            help="only this topic (repeatable)",
        )
        parser.add_argument("--format", choices=("markdown", "json"), default="markdown")
        parser.add_argument("--output", type=Path, metavar="PATH", help="a file (standard output)")

    def handle(self, *args: Any, **options: Any) -> None:
        known = set(Topic.objects.values_list("name", flat=True))
        for name in options["topic"]:
            if name not in known:
                have = ", ".join(sorted(known)) or "none"
                raise CommandError(f"There is no topic {name!r}. The topics are: {have}")
        questions = exportable(options["topic"])
        write = as_json if options["format"] == "json" else as_markdown
        text = write(questions)
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["output"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error}") from error
        self.stderr.write(f"{questions.count()} questions written to {options['output']}")
