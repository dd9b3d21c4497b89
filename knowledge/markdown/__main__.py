"""`python -m knowledge.markdown FILES [--json]`: what the importer recognises in Markdown files."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

from knowledge.markdown import NotText, TooLarge, decode, parse


def report(path: pathlib.Path) -> dict[str, object]:
    """The report of one file: its encoding, questions and warnings."""
    try:
        text, encoding = decode(path.read_bytes())
        document = parse(text)
    except (NotText, TooLarge, OSError) as error:
        return {"path": str(path), "encoding": "", "questions": [], "warnings": [str(error)]}
    questions = [
        {
            "title": entry.title,
            "answer_chars": 0 if entry.draft == "empty" else len(entry.body),
            "status": "draft" if entry.draft else "new",
            "line": entry.line,
            "topic": entry.topic,
        }
        for entry in document.entries
    ]
    warnings = list(document.warnings)
    return {"path": str(path), "encoding": encoding, "questions": questions, "warnings": warnings}


def main(arguments: list[str] | None = None) -> int:
    """Print a report of the files named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.markdown", description=__doc__)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args(arguments)
    files = [report(path) for path in options.files]
    if options.json:
        json.dump({"files": files}, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return 0
    for file in files:
        questions = file["questions"]
        assert isinstance(questions, list)
        sys.stdout.write(f"{file['path']} ({file['encoding']}): {len(questions)} questions\n")
        for question in questions:
            mark = " " if question["status"] == "new" else "-"
            sys.stdout.write(f" {mark} {question['line']:>5}  {question['title']}\n")
        for warning in file["warnings"]:  # type: ignore[attr-defined]
            sys.stdout.write(f"   {warning}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
