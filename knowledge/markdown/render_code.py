"""Code blocks, highlighted with CSS classes (the content security policy forbids inline styles)."""

import re
from functools import lru_cache
from html import escape

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

#: Longer code is shown without colours, which bounds the time a lexer's patterns can take.
MAX_CHARS = 20_000

_formatter = HtmlFormatter(nowrap=True)


def highlight(code: str, info: str = "") -> str:
    """A `<pre>` of `code`; `info` is the fence's info string, its first word names the language."""
    language = (re.match(r"[\w+#.-]{1,30}", info.strip().lstrip("{.")) or [""])[0].lower()
    lexer = _lexer(language) if language and len(code) <= MAX_CHARS else None
    inner = pygments_highlight(code, lexer, _formatter) if lexer else escape(code, quote=False)
    label = f' data-language="{escape(language)}"' if language else ""
    return f'<pre class="code"{label}><code>{inner}</code></pre>\n'


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
