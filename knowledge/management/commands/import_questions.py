"""Import Q&A Markdown: files, folders or zip archives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from knowledge.importing import Plan, finish_interrupted, import_files, make_plan
from knowledge.reading import File, Unreadable, as_text, read


class Command(BaseCommand):
    help = "Imports Q&A Markdown files, folders or zip archives into the question bank."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen only")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[File] = []
        for path in options["paths"]:
            try:
                files += list(read(path))
            except (Unreadable, OSError) as error:
                files.append(File(as_text(str(path)), b"", as_text(str(error))))
        if options["dry_run"]:
            plan = make_plan(files)
            report = plan.as_json()
        else:
            if finish_interrupted(self._progress):
                self.stderr.write("an import that was interrupted is finished")
            plan, run = import_files(files, now=timezone.now(), progress=self._progress)
            report = plan.as_json() | {"import": run.pk, "passages_embedded": run.embedded}
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
        else:
            self._print(report, plan)
        if files and all(file.refused for file in files):
            raise CommandError("nothing could be read")

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"questions ready: {done}/{total}")

    def _print(self, report: dict[str, Any], plan: Plan) -> None:
        for file in report["files"]:
            self.stdout.write(f"{file['path']} ({file['encoding'] or 'not read'})")
            for question in file["questions"]:
                draft = f" [draft: {question['draft']}]" if question["draft"] else ""
                note = f" ({question['note']})" if question.get("note") else ""
                if "decided" in question:
                    note += f" (as decided on {question['decided']})"
                self.stdout.write(f"  {question['status']:10} {question['title']}{draft}{note}")
            for title in file["missing"]:
                self.stdout.write(f"  {'missing':10} {title}")
            for title in file.get("left", ()):
                self.stdout.write(f"  {'skipped':10} {title} (missing; left as it is, as decided)")
            for warning in file["warnings"]:
                self.stdout.write(f"  warning: {warning}")
        counts = ", ".join(f"{number} {status}" for status, number in plan.counts().items())
        self.stdout.write(counts or "no questions")
        if "passages_embedded" in report:
            self.stdout.write(
                f"passages embedded: {report['passages_embedded']} (import {report['import']})"
            )
