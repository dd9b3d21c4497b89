"""LaTeX to MathML, on the server, so that a browser draws formulas without any script.

`latex2mathml` does the conversion. Around it: Chinese words inside a formula become text, size
and nesting are bounded (the converter recurses), a formula that cannot be converted is shown as
its source, and results are cached because the same few hundred formulas are rendered all the time.
"""

import re
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import tostring

from latex2mathml.converter import convert_to_element

from .render_tree import words

#: Longer sources are shown as code: the longest formula in real notes is under 1,000 characters.
MAX_CHARS = 4000
#: The converter calls itself for every brace, \left and environment.
MAX_DEPTH = 40

#: Characters of East Asian scripts and their full-width punctuation.
_WIDE = re.compile(
    r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]+"
)
#: One step of reading LaTeX: a command, a run of East Asian text, or any other character.
_STEP = re.compile(rf"\\(?:[A-Za-z]+|.)|{_WIDE.pattern}|.", re.DOTALL)
_REFERENCE = re.compile(r"&amp;(#x[0-9A-Fa-f]{1,6};)")
#: Commands whose braces hold text already.
_TEXT_COMMANDS = words(
    r"\text \textbf \textit \textrm \textsf \texttt \textnormal \mbox \hbox \fbox"
    r" \begin \end \label \tag \color \textcolor \href \class \id"
)


def to_mathml(latex: str, *, display: bool = False) -> str:
    """MathML of `latex` (its source without dollar signs), or escaped source inside `<code>`.

    The source stands in the `alttext` attribute: screen readers, copying and the passages read it.
    Never raises.
    """
    return _to_mathml(tidy(latex), display)


def tidy(latex: str) -> str:
    """The source on one line, as it is shown and compared."""
    return " ".join(latex.split())


@lru_cache(maxsize=4096)
def _to_mathml(latex: str, display: bool) -> str:
    mode = "block" if display else "inline"
    if len(latex) > MAX_CHARS or _depth(latex) > MAX_DEPTH:
        return _as_source(latex, "formula too long to draw")
    try:
        element = convert_to_element(_prepare(latex), display=mode)
    except Exception:
        return _as_source(latex, "formula could not be drawn")
    element.set("alttext", latex)
    for sign in element.iter("mo"):  # "|" is a bracket, not an operator with space around it
        if sign.text == "&#x0007C;" and "form" not in sign.attrib:
            sign.attrib |= {"lspace": "0", "rspace": "0"}
    # The converter writes symbols as character references into the text of its elements and undoes
    # the escaping of *everything* afterwards, which would turn a typed `\\text{<img>}` into markup.
    return _REFERENCE.sub(r"&\1", tostring(element, encoding="unicode"))


def _as_source(latex: str, note: str) -> str:
    return f'<code class="formula-source" title="{note}">{escape(latex)}</code>'


def _depth(latex: str) -> int:
    """Deepest nesting of braces, environments and \\left … \\right; commands that take arguments
    without braces (`\\sqrt\\sqrt…`) recurse too, so an unbroken chain of commands counts."""
    depth = deepest = chain = 0
    for token in _STEP.findall(latex):
        if token in ("{", r"\left", r"\begin", "["):
            depth += 1
        elif token in ("}", r"\right", r"\end", "]"):
            depth = max(0, depth - 1)
        chain = chain + 1 if token[0] in "\\^_" else 0
        deepest = max(deepest, depth, chain)
    return deepest


def _prepare(latex: str) -> str:
    r"""Put East Asian text into `\text{…}` (letter by letter it would be set as variables) and let
    a bare percent sign be one (in LaTeX it would start a comment)."""
    out: list[str] = []
    text_braces = 0  # open braces since a text command
    expects_text = False
    for token in _STEP.findall(latex):
        if token in _TEXT_COMMANDS:
            expects_text = True
        elif token == "{" and (expects_text or text_braces):
            text_braces += 1
            expects_text = False
        elif token == "}" and text_braces:
            text_braces -= 1
        elif _WIDE.match(token) and not text_braces:
            token = rf"\text{{{token}}}"
        elif token == "%":
            token = r"\%"
        out.append(token)
    return "".join(out)
