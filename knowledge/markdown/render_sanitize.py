"""The allow-list that everything rendered from Markdown passes, whoever wrote it.

nh3 (ammonia) parses as a browser does, so what it lets through means the same in the browser.
No `style`, no `on…`, no `id` (they could shadow the page's own), no SVG, no forms, no frames.
"""

import nh3
from pygments.token import STANDARD_TYPES

from .render_tree import words

#: Elements of MathML Core that latex2mathml writes.
MATHML = words(
    "math merror mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup"
    " msup mtable mtd mtext mtr munder munderover menclose mmultiscripts mprescripts"
)
BLOCK = words(
    "blockquote caption dd details div dl dt figcaption figure h4 h5 h6 hr li ol p pre summary"
    " table tbody td tfoot th thead tr ul"
)
INLINE = words(
    "a abbr br cite code del em img ins kbd mark q rp rt ruby s small span strong sub sup u var wbr"
)

_ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "code": {"title"},
    "img": {"src", "alt", "title", "loading", "referrerpolicy"},
    "ol": {"start"},
    "pre": {"data-language"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "math": {"display", "alttext"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "form", "lspace", "rspace", "minsize", "maxsize", "movablelimits"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mpadded": {"width", "height", "depth", "lspace", "voffset"},
    "mspace": {"width", "height", "depth"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"displaystyle", "columnalign", "columnspacing", "rowspacing"},
    "mtd": {"columnalign"},
    "menclose": {"notation"},
}
_ALIGN = {"align-left", "align-center", "align-right"}
_CLASSES = {
    "span": {name for name in STANDARD_TYPES.values() if name} | {"image"},
    "a": {"image"},
    "code": {"formula-source"},
    "div": {"formula", "table"},
    "pre": {"code"},
    "td": _ALIGN,
    "th": _ALIGN,
}

#: Ordinary HTML settles in two passes (the second finds nothing to do).
MAX_PASSES = 6

_cleaner = nh3.Cleaner(
    tags=set(BLOCK | INLINE | MATHML),
    clean_content_tags={"script", "style"},
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def clean(html: str) -> str:
    """Well-formed HTML with nothing in it that is not on the allow-list.

    Cleaned again until it stays the same, so that a browser builds the very tree that was cleaned:
    tag soup such as a heading inside a table inside a heading needs a second pass to settle.
    """
    for _ in range(MAX_PASSES):
        cleaned = _cleaner.clean(html)
        if cleaned == html:
            break
        html = cleaned
    return html
