"""The Markdown dialect of real interview notes, as a configured markdown-it parser.

CommonMark with tables and `~~strikethrough~~`, and where notes differ from CommonMark:

* bold and italics work beside Chinese punctuation (`**优点：**快`), which the flanking rules of
  CommonMark refuse;
* `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]` are formulas, in a sentence, over several lines and in
  tables, where a `|` inside them does not end the cell;
* a label at the margin right under a list item (`**缺点**`, or `缺点：` before another list) ends the
  list: it heads what follows and says nothing in the item;
* raw HTML tags are inline tokens wherever they stand, so Markdown beside them is still Markdown.
"""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import isStrSpace
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table as table_rule
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

#: Containers nested deeper than this are cut off by the parser (lists count twice).
MAX_NESTING = 100
#: A `$$` block is given up after so many lines, which keeps unclosed ones from costing n² time.
MAX_FORMULA_LINES = 40

#: Stands for `|` in formulas while a table is split into cells. A noncharacter: never in real text.
_HIDDEN_PIPE = "\ufdd0"
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
)
#: A line that only names what follows: bold from end to end, or short and before a colon.
_BOLD_LINE = re.compile(r"(\*\*|__)(?!\s)(?:(?!\1).){1,40}(?<!\s)\1[：:]?")
_COLON_LINE = re.compile(r"[^。；，,;.：:|`$]{1,20}[：:]")
_LIST_MARK = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_TEX_SIGN = re.compile(r"\\[A-Za-z]|[_^=]")
#: A formula or a code span within one line. (On GitHub a `|` in code ends the cell; few expect it.)
_ONE_CELL = re.compile(r"(?<!\\)\$(?=[^\s$])[^$\n]*[^\s$\\]\$(?!\d)|(?<![\\`])`[^`\n]+`(?!`)")


@cache
def parser() -> MarkdownIt:
    """The one parser of the application; it keeps no state between documents."""
    markdown = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING, "html": True})
    markdown.enable(["table", "strikethrough"])
    markdown.disable("html_block")
    markdown.block.ruler.before(
        "fence", "formula", formula_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    markdown.block.ruler.at("table", table_with_formulas, {"alt": ["paragraph", "reference"]})
    markdown.block.ruler.before(
        "formula", "comment", comment_block, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    markdown.block.ruler.before("list", "label", label_under_item, {"alt": ["paragraph"]})
    markdown.inline.ruler.before("escape", "formula", formula_inline)
    markdown.inline.ruler.at("emphasis", emphasis)
    return markdown


def formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Block rule for `$$…$$` (or `\\[…\\]`) on lines of its own; it may interrupt a paragraph."""
    if state.is_code_block(start):
        return False
    line = _line(state, start)
    opening = line[:2]
    closing = {"$$": "$$", "\\[": "\\]"}.get(opening)
    if closing is None:
        return False
    lines = [line[2:]]
    last = start
    while True:
        found = lines[-1].find(closing)
        if found >= 0:
            break
        last += 1
        if last >= min(end, start + MAX_FORMULA_LINES) or not (text := _line(state, last)):
            return False
        if state.sCount[last] < state.blkIndent:
            return False
        lines.append(text)
    rest = lines[-1][found + 2 :].strip()
    lines[-1] = lines[-1][:found]
    source = "\n".join(lines).strip()
    # Text after the closing mark makes it a formula inside a sentence, which the inline rule reads.
    if not source or rest or (opening != "$$" and not _TEX_SIGN.search(source)):
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.block = True
        token.content = source
        token.map = [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]].strip()


def formula_inline(state: StateInline, silent: bool) -> bool:
    """Inline rule for formulas. Sums of money (`$5 and $10`) and shell variables are no formulas:
    the closing sign is not followed by a digit, and blanks stand on both sides or on none."""
    source = state.src
    opening = source[state.pos : state.pos + 2]
    if opening in ("\\(", "\\["):
        closing = "\\)" if opening == "\\(" else "\\]"
    elif opening[:1] == "$":
        closing = opening = "$$" if opening == "$$" else "$"
    else:
        return False
    begin = state.pos + len(opening)
    end = _find_unescaped(source, closing, begin, state.posMax)
    if end < 0 or not _is_formula(source[begin:end], opening, source[end + len(closing) :][:1]):
        return False
    if not silent:
        token = state.push("formula_inline", "math", 0)
        token.content = source[begin:end].strip()
        token.meta["display"] = opening == "$$" and _alone(source, state.pos, end + 2)
    state.pos = end + len(closing)
    return True


def _find_unescaped(source: str, closing: str, begin: int, limit: int) -> int:
    end = source.find(closing, begin, limit)
    while closing[0] == "$" and end > begin and source[end - 1] == "\\":
        backslashes = len(source[begin:end]) - len(source[begin:end].rstrip("\\"))
        if backslashes % 2 == 0:
            break
        end = source.find(closing, end + 1, limit)
    return end


def _is_formula(content: str, opening: str, following: str) -> bool:
    inner = content.strip()
    if not inner or "`" in inner:
        return False
    if opening[0] == "\\":  # an escaped bracket in ordinary Markdown
        return bool(_TEX_SIGN.search(inner)) or len(inner) <= 2
    if opening == "$$":
        return True
    blanks = content[0].isspace(), content[-1].isspace()
    if following.isdigit() or (blanks[0] != blanks[1] and not _TEX_SIGN.search(inner)):
        return False
    words = inner.replace(" ", "")
    prose = blanks[0] and words.isalpha() and (len(words) > 1 or bool(_WIDE.match(words)))
    return not prose


def _alone(source: str, begin: int, end: int) -> bool:
    """Whether nothing but blanks shares the formula's lines."""
    before = source[:begin].rstrip(" \t")
    after = source[end:].lstrip(" \t")
    return (not before or before[-1] == "\n") and (not after or after[0] == "\n")


def table_with_formulas(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """GFM tables, with the `|` of formulas and code hidden while rows are split into cells."""
    original, known = state.src, len(state.tokens)
    if "hidden" not in state.env:  # once a document: the rule is asked at every line
        state.env["hidden"] = _ONE_CELL.sub(
            lambda cell: cell[0].replace("|", _HIDDEN_PIPE), original
        )
    state.src = state.env["hidden"]
    try:
        return table_rule(state, start, end, silent)
    finally:
        state.src = original
        for token in state.tokens[known:]:
            token.content = token.content.replace(_HIDDEN_PIPE, "|")


def comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Block rule for `<!-- … -->`, over blank lines too: nothing of it is visible."""
    if "unclosed" in state.env or state.is_code_block(start):
        return False
    if not _line(state, start).startswith("<!--"):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    close = state.src.find("-->", begin + 4)
    if close < 0:
        state.env["unclosed"] = True  # and so is every one after it
        return False
    last = start
    while last < end and state.eMarks[last] < close:
        last += 1
    if last >= end or state.src[close + 3 : state.eMarks[last]].strip():
        return False
    if not silent:
        state.line = last + 1
    return True


def label_under_item(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Ends a list item's paragraph at a label left of the item's text, which CommonMark would read on
    as the item's own ("lazy continuation"). Never makes a block itself."""
    if not silent or state.sCount[start] >= state.blkIndent:
        return False
    line = _line(state, start)
    if _BOLD_LINE.fullmatch(line):
        return True
    following = _line(state, start + 1) if start + 1 < end else ""
    return bool(_COLON_LINE.fullmatch(line) and _LIST_MARK.match(following))


def emphasis(state: StateInline, silent: bool) -> bool:
    """CommonMark's delimiter runs with the flanking rules of East Asian text.

    `_` keeps CommonMark's rules. For `*` a wide character or wide punctuation on either side counts
    as a word boundary (the "CJK-friendly" amendment), and a run of two or more may open before and
    close after anything but white space, as writers expect of `**Note:**text`.
    """
    if silent or state.src[state.pos] not in "*_":
        return False
    marker = state.src[state.pos]
    scanned = state.scanDelims(state.pos, marker == "*")
    can_open, can_close = scanned.can_open, scanned.can_close
    if marker == "*":
        stop = state.pos + scanned.length
        before = state.src[state.pos - 1 : state.pos] or " "
        after = state.src[stop : min(stop + 1, state.posMax)] or " "
        loose = scanned.length >= 2 or bool(_WIDE.match(before) or _WIDE.match(after))
        can_open = can_open or (loose and not _is_space(after))
        can_close = can_close or (loose and not _is_space(before))
    for _ in range(scanned.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=can_open,
                close=can_close,
            )
        )
    state.pos += scanned.length
    return True


def _is_space(character: str) -> bool:
    return isStrSpace(character) or character.isspace()
