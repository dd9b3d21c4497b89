"""From a recognised question to an Entry: stem, answer, metadata and the reason for a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.markdown.blocks import Block, Details, Source, scan
from knowledge.markdown.contents import is_links
from knowledge.markdown.document import Entry
from knowledge.markdown.notes import difficulty_of, split_notes, split_values
from knowledge.markdown.recognising import Found
from knowledge.markdown.titles import is_up_link, lead_of, matching_key, plain
from knowledge.markdown.words import (
    QUESTION_PART_KEYS,
    answer_label_end,
    is_answer_label,
    strong_question,
)

MAX_TRIMS = 12  # things trimmed off either end of an answer
MAX_STEM_LETTERS = 2500  # longer text before an answer label is taken as answer, not as stem

_TAGS_ONLY = re.compile(
    r"\s*(?:</?(?:b|p|br|hr|div|center|strong|font|span|a|details|summary|section|article|blockquote|ul|ol)(?:\s[^<>]{0,300})?/?>\s*|<!--.{0,2000}?-->\s*|&nbsp;\s*|&emsp;\s*)+",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT_TAGS = re.compile(r"<!--\s*tags?:\s*([^<>]{1,300}?)\s*-->", re.IGNORECASE)
_COMMENT_LEVEL = re.compile(
    r"<!--\s*(?:expertise|difficulty|level):\s*\(?\s*([\w★⭐]{1,20})\s*\)?\s*-->", re.IGNORECASE
)
_PLACEHOLDER = re.compile(
    r"(?:todo|tbd|tba|wip|n/?a|none|null|xxx+|placeholder|coming soon|to be (?:added|done|continued|updated|completed)"
    r"|under construction|in progress|no answer(?: yet)?|answer here|your answer(?: here)?|add (?:your )?answer(?: here)?"
    r"|待补充|待完善|待更新|待续|待办|待定|待写|待整理|待添加|未完待续|补充中|更新中|整理中|施工中|暂无|暂缺|暂无答案|暂时没有"
    r"|略|无|空|同上|有空再写|后续补充|稍后补充|敬请期待|答案待补充|占位)",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"(?:(?:推荐|参考|详见|见|详情见?|看|请看|参见|可参考|链接|原文|文章|出处|来源|转自|地址|答案|解答|博客|更多|这里|这篇|戳|传送门"
    r"|see|read|refer(?: to)?|reference|link|source|check|here|more|details?|answer|article|blog|post|the|this|on|at|in|for|and|a|an|also|please)\W*)*",
    re.IGNORECASE,
)
_REFERENCE_KEYS = frozenset(
    "参考 参考资料 参考文献 参考链接 参考文章 相关链接 延伸阅读 扩展阅读 推荐阅读 references reference resources links "
    "additionallinks furtherreading additionalresources usefullinks seealso readmore learnmore sources source".split()
)


def build_entry(source: Source, found: Found, metadata: Mapping[str, object]) -> Entry:
    """The Entry of a recognised question; `metadata` is the front matter of its file."""
    candidate = found.candidate
    stem, begin = "", candidate.body
    if candidate.shape == "summary":
        details = source.details[candidate.block]
        stem = _shifted(source.between(candidate.body, details.summary_end).strip("\n").rstrip())
        begin = details.inner
    text = source.between(begin, found.end)
    offset = _offset(source, found)
    if offset:
        first, newline, rest = text.partition("\n")
        text = (first if begin[1] else _dedented(first, offset)) + newline + _dedented(rest, offset)
    inner_stem, body = split_answer(text, colon=candidate.title.rstrip().endswith((":", "：")))
    follow_ups: tuple[str, ...] = ()
    if found.unanswered or candidate.shape == "item":
        body, moved, follow_ups = _unanswered_parts(body, found.unanswered)
        inner_stem = "\n\n".join(filter(None, (inner_stem, moved)))
    stem = "\n\n".join(part for part in (stem, inner_stem) if part)
    return finish_entry(
        candidate.text, stem, body, found.topic, candidate.start[0] + 1, metadata, text, follow_ups
    )


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


def draft_reason(body: str) -> str:
    """Why an answer cannot be graded against: "empty", "placeholder", "link-only", or ""."""
    if len(body) > 600:
        return ""
    bare = _TAGS_ONLY.sub(" ", body)
    if not matching_key(bare):
        return "empty"
    if "```" in bare and not matching_key(bare.replace("```", "")):
        return "empty"
    words = plain(bare).strip(" .。!！…*_~-—>()（）[]【】:：")
    if _PLACEHOLDER.fullmatch(words):
        return "placeholder"
    if is_links(bare.replace("\n", " ")):
        return "link-only"
    if "](" in bare or "http" in bare:
        outside = re.sub(r"\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)|https?://[^\s<>]+", " ", bare)
        if _POINTER.fullmatch(outside.strip(" *-_>:：,，.。\n\t<>[]()（）")):
            return "link-only"
    return ""


def split_answer(text: str, colon: bool = False) -> tuple[str, str]:
    """(stem, answer) of what stands below a question's title, labels and wrapping cut off.

    `colon`: the title announces something ("the following:"), so the list or code right after
    it is part of the question.
    """
    source = scan(text.strip("\n"))
    stem = ""
    mark = _answer_mark(source)
    if mark is not None:
        stem, source = mark
    elif colon:
        stem, source = _announced(source)
    return trimmed(stem), trimmed("\n".join(source.lines))


def _answer_mark(source: Source) -> tuple[str, Source] | None:
    """Split at the first thing that announces the answer; None if nothing does."""
    letters, part = 0, False
    for block in source.blocks:
        inside = block.details >= 0 and block.start > source.details[block.details].start[0]
        if block.quote >= 0 or inside or (block.item >= 0 and not block.first):
            continue
        wordy = letters <= MAX_STEM_LETTERS
        if block.kind == "heading":
            title = lead_of(plain(block.source)).rest
            if matching_key(title) in QUESTION_PART_KEYS and not letters:
                part = True
                continue
            if is_answer_label(title) and wordy:
                if letters and not part and not _names_answer(title):
                    return None
                stem = _without_part_heading(_head(source, block.start))
                keep = block.start if _says_more(title) or part else block.end
                return stem, _tail(source, keep)
            if part and letters:
                return _without_part_heading(_head(source, block.start)), _tail(source, block.start)
        elif block.kind == "paragraph":
            cut = _label_cut(block)
            if cut is not None and is_option(source, block, cut[0]):
                cut = None
            if cut is not None and (wordy and (not letters or _splits(block, cut))):
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
    return any(text[:1] in ("B", "b") and text[1:2] in (":", "：", ".", ")", "、", "．") for text in following)


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
    return text.endswith((":", "：")) or matching_key(text) in ("answer", "答案", "参考答案", "solution")


def _cut_label(source: Source, block: Block, cut: tuple[int, int]) -> tuple[str, Source]:
    row, length = cut
    line = block.start + row
    raw, text = source.lines[line], block.source.split("\n")[row]
    column = max(raw.find(text[:length]), 0)
    before = source.lines[:line]
    rest = raw[column + length :]
    lead = raw[:column] if rest.strip() and not raw[:column].strip(" ").endswith(tuple("-*+>")) else ""
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


def trimmed(text: str) -> str:
    """Text without rules, line breaks, closing tags, back-to-top links around it."""
    text = text.strip("\n")
    for _ in range(MAX_TRIMS):
        if not _needs_trimming(text):
            break
        source = scan(text)
        tops = [b for b in source.blocks if b.item < 0 and b.quote < 0]
        if not tops:
            return "" if not matching_key(text) else text.strip("\n")
        shorter = _trim_start(source, tops[0])
        if shorter is None:
            shorter = _trim_end(source, tops)
        if shorter is None:
            break
        text = shorter.strip("\n")
    return _shifted(text).rstrip()


def _needs_trimming(text: str) -> bool:
    """Whether the first or the last line could be trimmed; most answers need no parse for this."""
    head, tail = text.lstrip(), text.rstrip()
    last = tail[tail.rfind("\n") + 1 :].strip()
    if head.startswith(("<", "&", "[", "**[", "---", "***", "___", "- - ", "* * ")):
        return True
    if not last or last.startswith(("<", "&", "[", "**[", "-", "*", "_", "+", "#", ">")):
        return True
    return last.endswith((">", ")", "]", "*")) or last.isdigit()


def _trim_start(source: Source, block: Block) -> str | None:
    lines = source.lines
    if block.kind == "rule":
        return "\n".join(lines[block.end :])
    if block.kind not in ("html", "paragraph") or not block.source.lstrip().startswith(("<", "&", "[", "*")):
        return None
    if is_up_link(block.source):
        return "\n".join(lines[block.end :])
    text = "\n".join(lines)
    match = _TAGS_ONLY.match(text)
    if match is not None and "\n" in match[0].rstrip(" ") or match and match.end() == len(text):
        opening = match[0].lower()
        if "<details" in opening or "<summary" in opening or "<div" in opening or "<blockquote" in opening:
            return None
        return text[_line_start(text, match.end()) :]
    if match is not None and match[0].lower().strip() in ("<br>", "<br/>", "<br />"):
        return text[match.end() :]
    return None


def _line_start(text: str, at: int) -> int:
    """The position before the white space that indents what stands at `at`."""
    while at and text[at - 1] in " \t":
        at -= 1
    return at


def _trim_end(source: Source, tops: list[Block]) -> str | None:
    last, lines = tops[-1], source.lines
    if last.kind == "rule" or last.kind == "paragraph" and is_up_link(last.source):
        return "\n".join(lines[: last.start])
    if last.kind == "item" and not matching_key("\n".join(lines[last.start : last.end])):
        return "\n".join(lines[: last.start])
    if last.kind == "heading" and not last.source.strip():
        return "\n".join(lines[: last.start])
    if last.kind == "code" and last.markup == "open":
        row = max((n for n in range(last.start, last.end) if lines[n].strip()), default=last.start)
        if is_up_link(lines[row].strip()) or _TAGS_ONLY.fullmatch(lines[row]):
            return "\n".join(lines[:row])
    if last.kind in ("html", "paragraph", "item", "quote") and source.blocks[-1].kind != "code":
        row = max((n for n in range(last.start, last.end) if lines[n].strip()), default=last.start)
        final = lines[row].strip()
        if final.startswith(("<", "&")) and _TAGS_ONLY.fullmatch(final):
            if not final.lower().startswith(("</details", "</div", "</blockquote", "</ul", "</ol")) or (
                "\n".join(lines[:row]).lower().count(final.lower().replace("</", "<")[:-1]) == 0
            ):
                return "\n".join(lines[:row])
        if last.kind == "html" and last.source.lstrip().startswith("<!--"):
            if last.source.rstrip().endswith("-->") and last.source.count("<!--") == 1:
                return "\n".join(lines[: last.start])
        if final.lower().startswith("<br") and is_up_link(final):
            return "\n".join(lines[:row])
        if is_up_link(final):
            return "\n".join(lines[:row])
    return _without_references(source, tops)


def _without_references(source: Source, tops: list[Block]) -> str | None:
    """A last section 参考 / Additional Links that holds nothing but links."""
    headings = [block for block in tops if block.kind == "heading"]
    if not headings:
        return None
    last = headings[-1]
    if matching_key(plain(last.source)) not in _REFERENCE_KEYS or last is tops[0]:
        return None
    rows = [row for row in source.lines[last.end :] if row.strip()]
    if len(rows) > 60 or not all(is_links(row) for row in rows):
        return None
    return "\n".join(source.lines[: last.start])


def _unanswered_parts(body: str, unanswered: bool) -> tuple[str, str, tuple[str, ...]]:
    """(answer, stem, follow-ups) of what is below a list item: nested questions, code."""
    if not body:
        return body, "", ()
    source = scan(body)
    tops = [b for b in source.blocks if b.item < 0 and b.quote < 0]
    texts = [b.source for b in source.blocks if b.kind == "paragraph" and b.first]
    kinds = {block.kind for block in tops}
    if kinds == {"item"} and texts and all(strong_question(plain(text)) for text in texts):
        if all(block.kind in ("item", "paragraph") for block in source.blocks):
            return "", "", tuple(plain(text) for text in texts)
    if unanswered and kinds <= {"code", "html"}:
        return "", body, ()
    return body, "", ()


def _offset(source: Source, found: Found) -> int:
    """Columns by which an answer inside a list item is indented."""
    candidate = found.candidate
    if candidate.shape == "summary" or candidate.block < 0 or candidate.shape == "row":
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


def _shifted(text: str) -> str:
    """Text whose lines are all indented, moved to the left by what they share."""
    rows = text.split("\n")
    indents = [len(row) - len(row.lstrip(" ")) for row in rows if row.strip()]
    shared = min(indents, default=0)
    if not 0 < shared < 4 or "\t" in text[:1]:
        return text
    return "\n".join(row[shared:] if row.strip() else row for row in rows)


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
