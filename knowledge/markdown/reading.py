"""Text → Document: front matter, blocks, recognised questions, their bodies and warnings."""

from __future__ import annotations

from knowledge.markdown.blocks import scan
from knowledge.markdown.bodies import build_entry
from knowledge.markdown.document import MAX_BYTES, Document, Entry, Remark, TooLarge, gettext_noop
from knowledge.markdown.exact import FORMAT_KEY, marks_suffix, read_exact
from knowledge.markdown.frontmatter import split_front_matter
from knowledge.markdown.recognising import Recogniser
from knowledge.markdown.titles import matching_key


def parse(text: str) -> Document:
    """Recognise the questions of a Markdown text.

    Raises TooLarge for more than MAX_BYTES characters or MAX_LINES lines; no other text is
    refused. A text without recognisable questions gives a Document without entries, whose
    warnings say so and whose headings are the first ones seen.
    """
    if len(text) > MAX_BYTES:
        raise TooLarge(f"The text has {len(text):,} characters; at most {MAX_BYTES:,} are read.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    metadata, skipped, warning = split_front_matter(text)
    text = text.lstrip("\ufeff")
    front = "\n".join(text.split("\n", skipped)[:skipped])
    if skipped:
        text = "\n" * skipped + text.split("\n", skipped)[-1]
    warnings: list[str] = [warning] if warning else []
    suffix = marks_suffix(metadata)
    if suffix is not None:
        metadata = {key: value for key, value in metadata.items() if key != FORMAT_KEY}
        exact = read_exact(text.split("\n"), suffix)
        headings = tuple(entry.title for entry in exact[:8])
        return Document(tuple(exact), metadata, tuple(warnings + _warnings(exact)), headings)
    source = scan(text)
    context = " ".join(str(metadata.get(key, "")) for key in ("title", "category", "description"))
    recogniser = Recogniser(source, context, _title(metadata, front), skipped)
    found = recogniser.questions()
    entries: list[Entry] = [build_entry(source, question, metadata) for question in found]
    return Document(
        tuple(entries),
        metadata,
        tuple(warnings + _warnings(entries)),
        tuple(section.title for section in recogniser.outline.headings[:8] if section.title),
    )


def _title(metadata: dict[str, object], front: str) -> str:
    """The front matter's title, if it stands there as it reads (YAML may escape letters)."""
    title = metadata.get("title")
    if not isinstance(title, str) or matching_key(title) not in matching_key(front):
        return ""
    return " ".join(title.split())


def _warnings(entries: list[Entry]) -> list[str]:
    if not entries:
        return [Remark(gettext_noop("No questions were recognised in this file."))]
    drafts = [entry for entry in entries if entry.draft]
    warnings: list[str] = []
    if len(drafts) == len(entries):
        text = gettext_noop("None of the questions has an answer; all are imported as drafts.")
        warnings.append(Remark(text))
    elif drafts:
        text = gettext_noop("Questions without a usable answer (drafts): %(drafts)d of %(all)d.")
        warnings.append(Remark(text, drafts=len(drafts), all=len(entries)))
    seen: dict[tuple[str, str], int] = {}
    for entry in entries:
        seen[entry.key, entry.stem] = seen.get((entry.key, entry.stem), 0) + 1
    repeated = sum(1 for count in seen.values() if count > 1)
    if repeated:
        text = gettext_noop("Questions that stand more than once in this file: %(count)d.")
        warnings.append(Remark(text, count=repeated))
    short = sum(1 for e in entries if not e.draft and len(e.body) < 20)
    if short:
        text = gettext_noop("Very short answers (less than 20 characters): %(count)d.")
        warnings.append(Remark(text, count=short))
    return warnings
