"""Block rules of the importer's parser: fences that heal, HTML headings, loose ATX headings."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_block import heading as atx_heading

from knowledge.markdown.titles import lead_of, matching_key

_HTML_HEADING = re.compile(r"<h([1-6])(?=[\s>])[^<>]{0,2000}>", re.IGNORECASE)
# Blocks in which nothing else is looked for: code, comments, and tables, whose cells are content.
_RAW_BLOCK = re.compile(
    r"<(?:[!?]|(?:pre|script|style|textarea|table|thead|tbody|tr|td|th|svg)\b)", re.I
)
_STANDS_ALONE = re.compile(
    r"<(?:h[1-6](?=[\s>])|p(?:\s[^<>]{0,200})?>\s*<(?:b|strong)>)", re.IGNORECASE
)
_DETAILS_TAG = re.compile(r"</?(?:details|summary)(?=[\s>])", re.IGNORECASE)
_INFO_WORD = re.compile(r"[A-Za-z][\w+#.-]*(?:\s.*|\{.*)?$")
_NESTING_LANGUAGES = ("md", "markdown", "mdx", "text", "txt")
MAX_HEADING_LINES = 8


def make_parser() -> MarkdownIt:
    """CommonMark blocks with tables and HTML; inline text is parsed where it is needed only."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 40})
    parser.enable("table")
    parser.disable(["reference"])  # quadratic on adversarial input, and titles need no targets
    parser.core.ruler.enableOnly(["normalize", "block"])
    terminates: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote"]}
    parser.block.ruler.at(
        "fence", healing_fence, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.block.ruler.at("heading", counted_heading, terminates)
    parser.block.ruler.at("html_block", short_html_block, terminates)
    parser.block.ruler.before("html_block", "html_heading", html_heading, terminates)
    parser.block.ruler.after("heading", "loose_heading", loose_heading, terminates)
    return parser


def html_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`<hN …>title</hN>`, also over several lines; what follows it is Markdown again."""
    if state.is_code_block(start):
        return False
    text = _line(state, start)
    opening = _HTML_HEADING.match(text)
    if opening is None:
        return False
    level, closing = opening[1], f"</h{opening[1]}>"
    lines, rest = [text[opening.end() :]], ""
    for offset in range(MAX_HEADING_LINES):
        at = lines[-1].lower().find(closing)
        if at >= 0:
            lines[-1], rest = lines[-1][:at], lines[-1][at + len(closing) :]
            break
        following = start + offset + 1
        if following >= end or state.isEmpty(following):
            return False
        lines.append(_line(state, following))
    else:
        return False
    if silent:
        return True
    last = start + len(lines)
    _push_heading(state, int(level), " ".join(lines).strip(), "html", start, last)
    rest = rest.strip()
    if matching_key(rest):
        state.tokens[-1].meta = {"rest": rest}
    return True


def short_html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """CommonMark's HTML block, which goes on to the next blank line, but for what stands for itself:
    it ends before a heading and before a paragraph that opens in bold."""
    # Asked of every block: what is no HTML must not be read to its end, nor text that only begins so.
    if silent or _RAW_BLOCK.match(_line(state, start)) or not html_block(state, start, end, True):
        return html_block(state, start, end, silent)
    stop = start + 1
    while stop < end and state.sCount[stop] >= state.blkIndent and not state.isEmpty(stop):
        if _STANDS_ALONE.match(_line(state, stop)):
            break
        stop += 1
    return html_block(state, start, stop, silent)


def counted_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """CommonMark's ATX heading; its number is remembered."""
    if not atx_heading(state, start, end, silent):
        return False
    if not silent:
        token = state.tokens[-2]
        count_heading(state, len(state.tokens[-1].markup), token.content, html=False)
    return True


def loose_heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """`##标题` without the space that CommonMark wants, where nothing else can be meant."""
    if state.is_code_block(start):
        return False
    text = _line(state, start)
    if not text.startswith("#"):
        return False
    title = text.lstrip("#")
    level = len(text) - len(title)
    title = title.rstrip().rstrip("#").strip()
    if level > 6 or not title or len(title) > 200:
        return False
    first = title[0]
    cjk = "\u3400" <= first <= "\u9fff" or first in "【（《“"
    numbered = first.isdigit() and level > 1
    lettered = level > 1 and (first.isalpha() or first in "`*<[")
    if not (cjk or numbered or lettered):
        return False
    if silent:
        return True
    _push_heading(state, level, title, "#" * level, start, start + 1)
    return True


def healing_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A code fence that ends where its author must have meant when the closing line is lost.

    A fence is taken as broken when another one opens inside it, when it runs to the end of the
    text, when a heading in it continues the numbering of the headings so far, or when a list
    item's fence runs into headings outside of the item.
    """
    opener = _opener(state, start)
    if opener is None:
        return False
    if silent:
        return True
    marker, length, info = opener
    last, closed = _fence_end(state, start, end, marker, length, info)
    state.line = min(last + 1, end) if closed else last
    token = state.push("fence", "code", 0)
    token.info = info
    token.markup = marker * length
    token.content = state.getLines(start + 1, last, state.sCount[start], True)
    token.map = [start, state.line]
    token.meta = {"closed": closed}
    return True


def _opener(state: StateBlock, line: int) -> tuple[str, int, str] | None:
    if state.is_code_block(line):
        return None
    text = _line(state, line)
    if not text.startswith(("```", "~~~")):
        return None
    marker = text[0]
    info = text.lstrip(marker)
    if marker == "`" and "`" in info:
        return None
    return marker, len(text) - len(info), info


def _fence_end(
    state: StateBlock, start: int, end: int, marker: str, length: int, info: str
) -> tuple[int, bool]:
    """(line of the closing fence or first line after a broken one, whether it was closed)."""
    nested_allowed = info.strip().lower().startswith(_NESTING_LANGUAGES)
    outside = weak = weakest = 0
    blank = False
    hopeless: dict[str, int] = state.env.setdefault("unclosed", {})
    if hopeless.get(marker, 10**9) <= length and state.blkIndent == 0:
        end = min(end, start + 400)
    for line in range(start + 1, end):
        text = _line(state, line)
        if not text:
            blank = True
            continue
        if not outside and state.sCount[line] < state.blkIndent:
            outside = line
        if text.startswith(marker * length) and not state.is_code_block(line):
            after = text.lstrip(marker)
            if not after.strip():
                if outside and weak and weak < line:
                    return outside, False
                return line, True
            if not nested_allowed and marker not in after and _INFO_WORD.match(after.strip()):
                return weak or outside or weakest or line, False
        elif text[0] == "#" or text[0] == "<":
            kind = _boundary(state, text, state.sCount[line])
            if kind == "continues":
                return line, False
            if kind == "strong" and not weak:
                weak = line
            elif kind == "weak" and blank and not weakest:
                weakest = line
        blank = False
    if state.blkIndent == 0 and end >= state.lineMax:
        hopeless[marker] = min(hopeless.get(marker, 10**9), length)
    return outside or weak or weakest or end, False


def _boundary(state: StateBlock, text: str, indent: int) -> str:
    """How surely a line inside a fence is a heading of the book rather than code."""
    if indent > 3:
        return ""
    html = _HTML_HEADING.match(text)
    if html is not None:
        level, title = int(html[1]), text[html.end() :].partition("</")[0]
    elif text[0] == "#":
        title = text.lstrip("#")
        level = len(text) - len(title)
        if level > 6 or not title.startswith((" ", "\t")):
            return ""
    else:
        return "strong" if _DETAILS_TAG.match(text) else ""
    lead = lead_of(title.strip())
    counted: dict[tuple[object, ...], tuple[int, int]] = state.env.setdefault("counted", {})
    if lead.firm and len(lead.numbers) == 1 and len(lead.rest) > 1:
        last, run = counted.get((html is not None, level, lead.style), (0, 0))
        if run >= 2 and lead.numbers[0] == last + 1:
            return "continues"
    if html is not None or level >= 2:
        return "strong"
    return "weak"


def _push_heading(
    state: StateBlock, level: int, title: str, markup: str, start: int, last: int
) -> None:
    state.line = last
    for kind, nesting in (("heading_open", 1), ("inline", 0), ("heading_close", -1)):
        token = state.push(kind, "" if kind == "inline" else f"h{level}", nesting)  # type: ignore[arg-type]
        token.markup = markup
        token.map = [start, last]
        if kind == "inline":
            token.content = title
            token.children = []
    count_heading(state, level, title, markup == "html")


def count_heading(state: StateBlock, level: int, title: str, html: bool) -> None:
    """Remember how far the numbering of the headings has come, for `healing_fence`."""
    lead = lead_of(title)
    if not (lead.firm and len(lead.numbers) == 1):
        return
    counted: dict[tuple[object, ...], tuple[int, int]] = state.env.setdefault("counted", {})
    key = (html, level, lead.style)
    last, run = counted.get(key, (0, 0))
    counted[key] = (lead.numbers[0], run + 1 if lead.numbers[0] == last + 1 else 1)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
