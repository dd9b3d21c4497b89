"""markdown-it tokens to HTML, before sanitising.

markdown-it's own renderer writes raw HTML through unchanged. Here every raw tag is looked at:
known ones are written without their attributes and balanced, `<font>` becomes `<mark>`, headings
are shifted, images are resolved, and anything unknown (`List<String>`, `<script>`) is shown as the
text it is, so that nothing a writer typed disappears.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from .render_code import highlight
from .render_math import to_mathml
from .render_tree import words

ImageUrl = Callable[[str], str | None]

#: The page around an answer has headings down to h3.
FIRST_HEADING = 4
#: Raw tags open at one time; real notes stay under ten.
MAX_RAW_DEPTH = 40

_INLINE = {"b": "strong", "i": "em", "strike": "del", "font": "mark", "tt": "code", "samp": "code"}
_INLINE |= {
    name: name
    for name in words(
        "strong em u s del ins sub sup kbd code mark small q cite var abbr ruby rt rp"
    )
}
_BLOCK = dict.fromkeys(words("center section article header footer nav main aside"), "div")
_BLOCK |= {
    name: name
    for name in words(
        "p div blockquote ul ol li dl dt dd table thead tbody tfoot tr th td caption details"
        " summary pre figure figcaption h1 h2 h3 h4 h5 h6"
    )
}
#: Block elements whose text stands in them directly, not in paragraphs.
_HOLDS_TEXT = words("p li dt dd th td caption summary pre figcaption h4 h5 h6")
_TABLE_PARTS = words("tr td th thead tbody tfoot caption")
#: Tags that say nothing about the text and are left out.
_IGNORED = words("span big label html body colgroup col wbr")
_ATTRIBUTES = {"ol": ("start",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}
#: Blanks beside Chinese punctuation, which brings its own space: "公式为： $x$ 。"
_BLANK_AT_WIDE = re.compile(
    r"(?<=[，。；：！？、（「『【《]) +|(?<! ) +(?=[，。；：！？、）」』】》])"
)
_WIDE_COMMA = frozenset("，、；：（《“")


def to_html(tokens: Sequence[Token], image_url: ImageUrl | None = None) -> str:
    """HTML of a token stream. Not sanitised yet, and balanced only as far as browsers need."""
    return _Writer(tokens, image_url).write()


def parse_tag(source: str) -> tuple[str, dict[str, str], bool] | None:
    """Name, attributes and "is a closing tag" of one raw tag, None if it is no tag."""
    reader = _TagReader()
    reader.feed(source)
    return reader.tag


class _TagReader(HTMLParser):
    tag: tuple[str, dict[str, str], bool] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag = (tag, {name: value or "" for name, value in attrs}, False)

    def handle_endtag(self, tag: str) -> None:
        self.tag = (tag, {}, True)


class _Writer:
    def __init__(self, tokens: Sequence[Token], image_url: ImageUrl | None) -> None:
        self.tokens = tokens
        self.image_url = image_url
        self.out: list[str] = []
        self.inline: list[str] = []  # open inline elements of the present run
        self.raw: list[list[str]] = [[]]  # open raw block elements, by Markdown container
        self.paragraph = False  # the present run's text belongs into <p>
        self.in_p = False
        self.levels = _heading_levels(tokens)

    def write(self) -> str:
        for token in self.tokens:
            if token.type == "inline":
                self._run(token.children or [])
            elif token.type == "paragraph_open":
                self.paragraph = not token.hidden
            elif token.type in ("fence", "code_block"):
                self.out.append(highlight(token.content, token.info))
            elif token.type == "formula_block":
                formula = to_mathml(token.content, display=True)
                self.out.append(f'<div class="formula">{formula}</div>')
            elif token.type == "hr":
                self.out.append("<hr>")
            elif token.nesting:
                self._container(token)
        self._close_raw(to=0)
        return "".join(self.out)

    def _container(self, token: Token) -> None:
        """Open or close a block element that Markdown made."""
        tag = token.tag
        if token.type == "paragraph_close":
            self.paragraph = False
            return
        if token.type.startswith("heading"):
            tag = f"h{self.levels[int(tag[1])]}"
        if token.nesting > 0:
            self.raw.append([])
            wrapper = '<div class="table">' if tag == "table" else ""
            self.out.append(f"{wrapper}<{tag}{_attributes(token)}>")
        else:
            self._close_raw(to=0)
            self.raw.pop()
            self.out.append(f"</{tag}>" + ("</div>" if tag == "table" else ""))

    # One run of inline tokens

    def _run(self, tokens: Sequence[Token]) -> None:
        self._text_follows()
        for index, token in enumerate(tokens):
            if token.type == "softbreak":
                self.out.append(_soft_break(tokens, index))
            else:
                self._inline_token(token)
        self._end_text()

    def _inline_token(self, token: Token) -> None:
        if token.type in ("text", "text_special"):
            self.out.append(escape(_BLANK_AT_WIDE.sub("", token.content), quote=False))
        elif token.type == "hardbreak":
            self.out.append("<br>\n")
        elif token.type == "code_inline":
            self.out.append(f"<code>{escape(token.content, quote=False)}</code>")
        elif token.type == "formula_inline":
            self.out.append(to_mathml(token.content, display=token.meta["display"]))
        elif token.type == "image":
            self._image(str(token.attrs.get("src", "")), token.content)
        elif token.type == "html_inline":
            self._raw_tag(token.content)
        elif token.type == "link_open":
            self._open_link(str(token.attrs.get("href", "")))
        elif token.nesting > 0:
            self._open_inline(token.tag if token.tag != "s" else "del")
        elif token.nesting < 0:
            self._close_inline(token.tag if token.tag != "s" else "del")

    def _open_inline(self, tag: str, attributes: str = "") -> None:
        if len(self.inline) < MAX_RAW_DEPTH:
            self.inline.append(tag)
            self.out.append(f"<{tag}{attributes}>")

    def _close_inline(self, tag: str) -> None:
        if tag in self.inline:
            while (innermost := self.inline.pop()) != tag:
                self.out.append(f"</{innermost}>")
            self.out.append(f"</{tag}>")

    def _open_link(self, href: str) -> None:
        """Links into the source's own folder lead nowhere here: their text stays."""
        if _scheme(href) in ("http", "https", "mailto"):
            self._open_inline("a", f' href="{escape(href)}"')

    def _text_follows(self) -> None:
        if self.paragraph and not self.in_p and not self._in_text_element():
            self.out.append("<p>")
            self.in_p = True

    def _in_text_element(self) -> bool:
        return bool(self.raw[-1]) and self.raw[-1][-1] in _HOLDS_TEXT

    def _end_text(self) -> None:
        while self.inline:
            self.out.append(f"</{self.inline.pop()}>")
        if self.in_p:
            self.out.append("</p>\n")
            self.in_p = False

    # Raw tags

    def _raw_tag(self, source: str) -> None:
        if source.startswith("<!--"):
            return
        parsed = parse_tag(source)
        name, attributes, closing = parsed or ("", {}, False)
        if name in _INLINE:
            self._raw_inline(_INLINE[name], attributes, closing)
        elif name == "a":
            self._close_inline("a") if closing else self._open_link(attributes.get("href", ""))
        elif name == "br":
            self.out.append("<br>\n")
        elif name == "img" and not closing:
            self._image(attributes.get("src", ""), attributes.get("alt", ""))
        elif name == "hr" or name in _BLOCK:
            self._raw_block(_BLOCK.get(name, "hr"), attributes, closing)
        elif name not in _IGNORED:
            self.out.append(escape(source, quote=False))

    def _raw_inline(self, tag: str, attributes: dict[str, str], closing: bool) -> None:
        if closing:
            self._close_inline(tag)
        else:
            title = attributes.get("title") if tag == "abbr" else None
            self._open_inline(tag, f' title="{escape(title)}"' if title else "")

    def _raw_block(self, tag: str, attributes: dict[str, str], closing: bool) -> None:
        if tag[0] == "h" and tag[1:].isdigit():
            tag = f"h{self.levels[int(tag[1])]}"
        self._end_text()
        if tag == "hr":
            self.out.append("<hr>")
        elif tag in _TABLE_PARTS and "table" not in self.raw[-1]:
            pass
        elif not closing:
            if sum(map(len, self.raw)) < MAX_RAW_DEPTH:
                self.raw[-1].append(tag)
                kept = {
                    name: attributes[name]
                    for name in _ATTRIBUTES.get(tag, ())
                    if name in attributes
                }
                pairs = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
                self.out.append(f"<{tag}{pairs}>")
        elif tag in self.raw[-1]:
            last = len(self.raw[-1]) - 1 - self.raw[-1][::-1].index(tag)
            self._close_raw(to=last)
        self._text_follows()

    def _close_raw(self, to: int) -> None:
        frame = self.raw[-1]
        while len(frame) > to:
            self.out.append(f"</{frame.pop()}>")

    def _image(self, source: str, alt: str) -> None:
        self.out.append(_image(source, alt, self.image_url))


def _scheme(url: str) -> str:
    """The scheme of a URL in lower case, empty for a relative or malformed one."""
    try:
        return urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""


def _image(source: str, alt: str, image_url: ImageUrl | None) -> str:
    """An `<img>` for what can be shown; else a placeholder with the alternative text and the file
    name. Unencrypted images are linked instead: a page served over https does not load them."""
    source = source.strip()
    if source.startswith("//"):
        source = "https:" + source
    scheme = _scheme(source)
    alt = " ".join(alt.split())
    name = _file_name(source) if scheme in ("", "http", "https") else ""
    if scheme == "https":  # an unreachable image shows its alternative text
        copy = image_url(source) if image_url else None
        return _img(copy or source, alt or name, "" if copy else ' referrerpolicy="no-referrer"')
    local = image_url(unquote(source)) if source and not scheme and image_url else None
    if local:
        return _img(local, alt)
    label = escape(" · ".join(filter(None, (alt, name))) or "…", quote=False)
    if scheme == "http":
        return f'<a class="image" href="{escape(source)}">{label}</a>'
    return f'<span class="image">{label}</span>'


def _file_name(url: str) -> str:
    path = url.split("?")[0].split("#")[0].rstrip("/")
    return unquote(path.rpartition("/")[2])[-80:]


def _img(source: str, alt: str, more: str = "") -> str:
    return f'<img src="{escape(source)}" alt="{escape(alt)}" loading="lazy"{more}>'


def _soft_break(tokens: Sequence[Token], index: int) -> str:
    """Browsers draw a line break as a blank, which does not belong after a Chinese comma."""
    before = tokens[index - 1].content[-1:] if index else ""
    after = tokens[index + 1].content[:1] if index + 1 < len(tokens) else ""
    return "" if before in _WIDE_COMMA and after > "\u2e7f" else "\n"


def _attributes(token: Token) -> str:
    if token.tag == "ol" and "start" in token.attrs:
        return f' start="{escape(str(token.attrs["start"]))}"'
    style = str(token.attrs.get("style", ""))
    if token.tag in ("td", "th") and style.startswith("text-align:"):
        return f' class="align-{escape(style.removeprefix("text-align:").strip())}"'
    return ""


def _heading_levels(tokens: Sequence[Token]) -> dict[int, int]:
    """The levels used, moved together and below the page's own: 1, 3, 4 become 4, 5, 6."""
    used = {int(token.tag[1]) for token in tokens if token.type == "heading_open"}
    for token in tokens:
        for child in token.children or ():
            if child.type == "html_inline" and (parsed := parse_tag(child.content)):
                name = parsed[0]
                if len(name) == 2 and name[0] == "h" and name[1] in "123456":
                    used.add(int(name[1]))
    return {level: min(FIRST_HEADING + rank, 6) for rank, level in enumerate(sorted(used))}
