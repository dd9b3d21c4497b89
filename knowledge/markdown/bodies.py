"""From a recognised question to an Entry: stem, answer, metadata and the reason for a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.markdown.blocks import DEFINITION, Block, Details, Source, scan
from knowledge.markdown.document import Entry
from knowledge.markdown.drafts import draft_reason
from knowledge.markdown.extensions import CONTAINER, closing_lines
from knowledge.markdown.notes import difficulty_of, split_notes, split_values
from knowledge.markdown.recognising import Found
from knowledge.markdown.titles import (
    lead_of,
    link_label,
    matching_key,
    plain,
    reference_labels,
)
from knowledge.markdown.trimming import shifted, trimmed
from knowledge.markdown.words import (
    QUESTION_PART_KEYS,
    answer_label_end,
    is_answer_label,
    strong_question,
)

MAX_STEM_LETTERS = 2500  # longer text before an answer label is taken as answer, not as stem

_CALLOUT = re.compile(r"\s*>\s?\[!(\w{1,20})\][-+]?(.*)")
_ANSWERING = ("success", "check", "done", "answer", "solution", "abstract", "summary")
_COMMENT_TAGS = re.compile(r"<!--\s*tags?:\s*([^<>]{1,300}?)\s*-->", re.IGNORECASE)
_COMMENT_LEVEL = re.compile(
    r"<!--\s*(?:expertise|difficulty|level):\s*\(?\s*([\w★⭐]{1,20})\s*\)?\s*-->", re.IGNORECASE
)


def build_entry(source: Source, found: Found, metadata: Mapping[str, object]) -> Entry:
    """The Entry of a recognised question; `metadata` is the front matter of its file."""
    candidate = found.candidate
    stem, begin = "", candidate.body
    if candidate.shape == "summary":
        details = source.details[candidate.block]
        stem = shifted(source.between(candidate.body, details.summary_end).strip("\n").rstrip())
        begin = details.inner
    text = source.between(begin, found.end)
    offset = _offset(source, found)
    if offset:
        first, newline, rest = text.partition("\n")
        text = (first if begin[1] else _dedented(first, offset)) + newline + _dedented(rest, offset)
    if candidate.shape == "quote":
        quote = source.blocks[source.blocks[candidate.block].quote]
        text = unquoted(text) if candidate.body < (quote.end, 0) else text
    inner_stem, body = split_answer(text, colon=candidate.title.rstrip().endswith((":", "：")))
    follow_ups: tuple[str, ...] = ()
    if found.unanswered or candidate.shape == "item":
        body, moved, follow_ups = _unanswered_parts(body, found.unanswered)
        inner_stem = "\n\n".join(filter(None, (inner_stem, moved)))
    stem = "\n\n".join(part for part in (stem, inner_stem) if part)
    stem, body = with_definitions(source, stem), with_definitions(source, body)
    return finish_entry(
        candidate.text, stem, body, found.topic, candidate.start[0] + 1, metadata, text, follow_ups
    )


def with_definitions(source: Source, text: str) -> str:
    """A text cut out of a file, with those lines of the file that say where its links lead
    (`[label]: https://…`): writers gather them at the end of the file."""
    if not source.definitions or "[" not in text:
        return text
    own = {link_label(match[1]) for line in text.split("\n") if (match := DEFINITION.match(line))}
    used = dict.fromkeys(link_label(label) for label in reference_labels(text))
    lines = [source.definitions[label] for label in used if label in source.labels - own]
    return "\n".join([text, "", *lines]) if lines else text


def finish_entry(
    title: str,
    stem: str,
    body: str,
    topic: str,
    line: int,
    metadata: Mapping[str, object],
    raw: str = "",
    follow_ups: tuple[str, ...] = (),
) -> Entry:
    """Metadata off the body, defaults from the front matter, and the reason for a draft."""
    body, notes = split_notes(body)
    tags, difficulty = _comments(raw)
    draft = draft_reason(body)
    return Entry(
        title=title,
        key=matching_key(title),
        stem=stem,
        body="" if draft == "empty" and "![" not in body and "<img" not in body else body,
        topic=topic or _text(metadata, "topic", "category", "categories"),
        line=line,
        draft=draft,
        difficulty=notes.difficulty or difficulty or difficulty_of(metadata.get("difficulty", "")),
        tags=notes.tags or tags or _tags(metadata),
        points=notes.points,
        keywords=notes.keywords,
        misconceptions=notes.misconceptions,
        follow_ups=notes.follow_ups or follow_ups,
        language=notes.language or _text(metadata, "language", "lang"),
        twin=notes.twin,
        samples=notes.samples,
    )


def split_answer(text: str, colon: bool = False) -> tuple[str, str]:
    """(stem, answer) of what stands below a question's title, labels and wrapping cut off.

    `colon`: the title announces something ("the following:"), so the list or code right after
    it is part of the question.
    """
    source = scan(text.strip("\n"))
    stem = ""
    mark = _answer_callout(source) or _answer_container(source) or _answer_mark(source)
    if mark is not None:
        stem, source = mark
    elif colon:
        stem, source = _announced(source)
    return trimmed(stem), trimmed("\n".join(source.lines))


def unquoted(text: str) -> str:
    """Text without one level of quoting in front of its lines, down to the first without."""
    rows = text.split("\n")
    for number, row in enumerate(rows):
        if not (bare := row.lstrip()).startswith(">"):
            break
        rows[number] = bare[1:].removeprefix(" ")
    return "\n".join(rows)


def _answer_callout(source: Source) -> tuple[str, Source] | None:
    """`> [!success]- Answer` and the quoted answer below it, without the quoting."""
    if not source.blocks or source.blocks[0].kind != "quote":
        return None
    quote = source.blocks[0]
    match = _CALLOUT.match(source.lines[quote.start])
    title = match[2].strip() if match else ""
    if not match or not (is_answer_label(title) if title else match[1].lower() in _ANSWERING):
        return None
    inner = unquoted("\n".join(source.lines[quote.start + 1 : quote.end]))
    return "", scan("\n".join([inner, *source.lines[quote.end :]]).strip("\n"))


def _answer_container(source: Source) -> tuple[str, Source] | None:
    """What stands inside `::: tip Answer` or `::: details`, if the answer begins with it and the
    container is named as the answer or is all of it."""
    first = next((n for n, line in enumerate(source.lines) if line.strip()), len(source.lines))
    match = CONTAINER.match(source.lines[first]) if first < len(source.lines) else None
    if match is None:
        return None
    last = closing_lines(source.lines)[first]
    after = source.lines[last + 1 :]
    title = match["bracketed"] or match["title"] or ""
    if not (is_answer_label(title) if title.strip() else not matching_key("\n".join(after))):
        return None
    return "", scan("\n".join([*source.lines[first + 1 : last], *after]).strip("\n"))


def _answer_mark(source: Source) -> tuple[str, Source] | None:
    """Split at the first thing that announces the answer; None if nothing does."""
    letters, part = 0, 0
    for block in source.blocks:
        inside = block.details >= 0 and block.start > source.details[block.details].start[0]
        if block.quote >= 0 or inside or (block.item >= 0 and not block.first):
            continue
        wordy = letters <= MAX_STEM_LETTERS
        if block.kind == "heading":
            title = lead_of(plain(block.source)).rest
            if matching_key(title) in QUESTION_PART_KEYS and not letters:
                part = block.level
                continue
            if is_answer_label(title) and wordy:
                if letters and not part and not _names_answer(title):
                    return None
                stem = _without_part_heading(_head(source, block.start))
                keep = block.start if _says_more(title) or part else block.end
                return stem, _tail(source, keep)
            if part and letters and block.level <= part:
                return _without_part_heading(_head(source, block.start)), _tail(source, block.start)
        elif block.kind == "paragraph":
            cut = _label_cut(block)
            if cut is not None and is_option(source, block, cut[0]):
                cut = None
            if cut is not None and (wordy and (not (letters or cut[0]) or _splits(block, cut))):
                return _cut_label(source, block, cut)
        elif block.kind == "html" and wordy:
            hidden = _hiding_details(source, block)
            if hidden is not None:
                return _unwrapped(source, hidden)
        if block.kind != "item":
            letters += len(matching_key(block.source)) or (block.kind == "table")
    return None


def is_option(source: Source, block: Block, row: int) -> bool:
    """Whether `A: …` is the first of the options of a question: `B: …` comes next."""
    line = block.start + row
    if matching_key(source.lines[line])[:1] != "a":
        return False
    following = (text.lstrip(" \t-*+>`(（") for text in source.lines[line + 1 : line + 12])
    return any(
        text[:1] in ("B", "b") and text[1:2] in (":", "：", ".", ")", "、", "．")
        for text in following
    )


def _names_answer(title: str) -> bool:
    return bool(re.search(r"answer|solution|答|解", title, re.IGNORECASE))


def _says_more(title: str) -> bool:
    """`Answer: D` carries the answer itself, `Answer` does not."""
    _, colon, rest = title.replace("：", ":").partition(":")
    return bool(colon and matching_key(rest))


def _without_part_heading(text: str) -> str:
    """A stem without its own heading (题目描述)."""
    source = scan(text)
    for block in source.blocks:
        if block.kind == "heading" and matching_key(plain(block.source)) in QUESTION_PART_KEYS:
            return "\n".join(source.lines[: block.start] + source.lines[block.end :]).strip("\n")
    return text


def _head(source: Source, line: int) -> str:
    return "\n".join(source.lines[:line])


def _tail(source: Source, line: int) -> Source:
    return scan("\n".join(source.lines[line:]).strip("\n"))


def _label_cut(block: Block) -> tuple[int, int] | None:
    """(row, length) of an answer label in a paragraph."""
    for row, text in enumerate(block.source.split("\n")[:40]):
        length = answer_label_end(text)
        if length:
            return row, length
    return None


def _splits(block: Block, cut: tuple[int, int]) -> bool:
    """Whether a label after other text is a label for sure: `答：`, `Answer:`, `A:` in front."""
    text = block.source.split("\n")[cut[0]][: cut[1]].strip(" *_>")
    if matching_key(text).startswith("explanation"):
        return False  # what an example of the question ends with, as often as not
    return text.endswith((":", "：")) or matching_key(text) in (
        "answer",
        "答案",
        "参考答案",
        "solution",
    )


def _cut_label(source: Source, block: Block, cut: tuple[int, int]) -> tuple[str, Source]:
    row, length = cut
    line = block.start + row
    raw, text = source.lines[line], block.source.split("\n")[row]
    column = max(raw.find(text[:length]), 0)
    before = source.lines[:line]
    rest = raw[column + length :]
    lead = (
        raw[:column] if rest.strip() and not raw[:column].strip(" ").endswith(tuple("-*+>")) else ""
    )
    lines = [lead + rest if rest.strip() else "", *source.lines[line + 1 :]]
    width = len(raw) - len(raw.lstrip()) + (2 if block.item >= 0 else 0)
    text = lines[0] + "\n" + _dedented("\n".join(lines[1:]), width)
    return "\n".join(before), scan(text.strip("\n"))


def _hiding_details(source: Source, block: Block) -> Details | None:
    for details in source.details:
        if block.start <= details.start[0] < block.end and details.summary[0] >= 0:
            summary = plain(source.between(details.summary, details.summary_end)[:300])
            if is_answer_label(summary):
                return details
    return None


def _unwrapped(source: Source, details: Details) -> tuple[str, Source]:
    """What a `<details>` hides, followed by what stands after it."""
    before = source.between((0, 0), details.start)
    inner = trimmed(source.between(details.inner, details.inner_end))
    after = trimmed(source.between(details.end, (len(source.lines), 0)))
    stem, answer = split_answer(inner) if inner else ("", "")
    inner = answer if not stem else inner
    return before, scan("\n\n".join(part for part in (inner, after) if part))


def _announced(source: Source) -> tuple[str, Source]:
    """The list, table or code right below a title that ends with a colon, if an answer follows."""
    tops = [b for b in source.blocks if b.item < 0 and b.quote < 0 and b.kind != "rule"]
    if not tops or tops[0].kind not in ("item", "code", "table", "quote"):
        return "", source
    end = 0
    for block in tops:
        if block.kind != tops[0].kind:
            break
        end = block.end
    rest = "\n".join(source.lines[end:])
    if not matching_key(rest):
        return "", source
    return "\n".join(source.lines[:end]), scan(rest.strip("\n"))


def _unanswered_parts(body: str, unanswered: bool) -> tuple[str, str, tuple[str, ...]]:
    """(answer, stem, follow-ups) of what is below a list item: nested questions, code."""
    if not body:
        return body, "", ()
    source = scan(body)
    tops = [b for b in source.blocks if b.item < 0 and b.quote < 0]
    texts = [b.source for b in source.blocks if b.kind == "paragraph" and b.first]
    kinds = {block.kind for block in tops}
    bare = all(block.kind in ("item", "paragraph") for block in source.blocks)
    if kinds == {"item"} and bare and all(strong_question(plain(text)) for text in texts):
        return "", "", tuple(plain(text) for text in texts)
    if unanswered and kinds <= {"code", "html"}:
        return "", body, ()
    return body, "", ()


def _offset(source: Source, found: Found) -> int:
    """Columns by which an answer inside a list item is indented."""
    candidate = found.candidate
    if candidate.shape in ("cell", "definition") or (
        candidate.level == 1 and candidate.shape == "label"
    ):
        rows = source.lines[
            candidate.body[0] + bool(candidate.body[1]) : found.end[0] + bool(found.end[1])
        ]
        indents = [len(row) - len(row.lstrip(" ")) for row in rows if row.strip()]
        return min(indents, default=0)
    if candidate.block < 0 or candidate.shape in ("summary", "row", "card"):
        return 0
    item = source.blocks[candidate.block].item
    if item < 0:
        return 0
    line = source.lines[source.blocks[item].start].expandtabs(4)
    rest = line.lstrip()
    digits = len(rest) - len(rest.lstrip("0123456789"))
    after = rest[digits + 1 :]
    spaces = len(after) - len(after.lstrip(" "))
    return len(line) - len(rest) + digits + 1 + (spaces if 1 <= spaces <= 4 else 1)


def _dedented(text: str, width: int) -> str:
    """Every line without up to `width` columns of leading white space."""
    if width <= 0:
        return text
    rows = []
    for row in text.split("\n"):
        stripped = row.lstrip(" \t")
        indent = row[: len(row) - len(stripped)]
        if "\t" in indent[:width]:
            indent = indent.expandtabs(4)
        rows.append(indent[min(width, len(indent)) :] + stripped)
    return "\n".join(rows)


def _comments(raw: str) -> tuple[tuple[str, ...], str]:
    """Tags and difficulty given in comments below an answer: `<!-- tags: (a,b) -->`."""
    if "<!--" not in raw:
        return (), ""
    tags = _COMMENT_TAGS.search(raw)
    level = _COMMENT_LEVEL.search(raw)
    names = split_values(tags[1].strip("() ")) if tags else []
    return tuple(names), difficulty_of(level[1]) if level else ""


def _text(metadata: Mapping[str, object], *keys: str) -> str:
    for key in keys:
        value = metadata.get(key)
        if isinstance(value, list) and value:
            return str(value[0])
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()
    return ""


def _tags(metadata: Mapping[str, object]) -> tuple[str, ...]:
    value = metadata.get("tags", metadata.get("tag"))
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return tuple(split_values(value)) if isinstance(value, str) else ()
