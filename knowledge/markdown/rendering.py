"""Markdown to safe HTML in which every passage is a marked element.

One parse gives both the HTML and the passages, so a highlight never has to search for text again:
tokens (`render_parser`) → HTML (`render_html`) → allow-list (`render_sanitize`) → a tree in which
the passages are marked (`render_passages`) → HTML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from knowledge.chunking import Passage

from .render_html import ImageUrl, to_html
from .render_parser import parser
from .render_passages import mark_passages
from .render_sanitize import clean
from .render_tree import Element, parse, serialise

#: Longer texts are shown without markup: no answer is that long, and time stays bounded.
MAX_CHARS = 300_000

_MARK = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Rendered:
    """`html` is sanitised; the elements of passage N carry `data-passage="N"`."""

    html: str
    passages: tuple[Passage, ...]


def render(markdown: str, *, image_url: ImageUrl | None = None) -> Rendered:
    """HTML and passages of an answer's Markdown. Any text is accepted; never raises for content.

    `image_url` gives the address of an image that the source names by a relative path, or None
    where there is none: a placeholder stands in its place. It is asked for images on other hosts
    (https) too: its copy is shown instead of them.
    """
    tree = _tree(markdown, image_url)
    passages = mark_passages(tree)
    return Rendered(html=serialise(tree), passages=passages)


def render_plain(markdown: str, *, pictures: bool = True) -> str:
    """HTML of Markdown without passages, for people's answers and previews; without ``pictures``
    their names stand in their place, so that nothing is loaded."""
    tree = _tree(markdown, None)
    if not pictures:
        for element in tree.descendants():
            if element.tag == "img":
                name = element.attributes.get("alt", "")
                element.tag, element.attributes, element.children = (
                    "span",
                    {"class": "image"},
                    [name],
                )
    return serialise(tree)


def mark(html: str, marks: Mapping[int, str]) -> str:
    """Rendered `html` with the state of its passages: class `passage--STATE`, `data-state`, a place
    in the tab order, and on the first element of passage N the id `passage-N` for links to it.

    Raises ValueError for a state that is not a lower-case word.
    """
    for state in marks.values():
        if not _MARK.fullmatch(state):
            raise ValueError(f"not a state: {state!r}")
    tree = parse(html)
    seen: set[int] = set()
    for element in tree.descendants():
        number = element.attributes.get("data-passage", "")
        if not number.isascii() or not number.isdigit() or int(number) not in marks:
            continue
        position = int(number)
        element.add_class(f"passage--{marks[position]}")
        element.attributes["data-state"] = marks[position]
        if position not in seen:
            seen.add(position)
            element.attributes["id"] = f"passage-{position}"
            element.attributes["tabindex"] = "0"
    return serialise(tree)


def _tree(markdown: str, image_url: ImageUrl | None) -> Element:
    if len(markdown) > MAX_CHARS:
        html = "".join(f"<p>{escape(part)}</p>" for part in markdown.split("\n\n"))
    else:
        html = to_html(parser().parse(markdown), image_url)
    tree = parse(clean(html))
    _drop_empty(tree)
    return tree


def _drop_empty(element: Element) -> None:
    """Remove the paragraphs that raw block tags leave behind empty."""
    for child in list(element.descendants()):
        child.children = [part for part in child.children if not _is_empty(part)]
    element.children = [part for part in element.children if not _is_empty(part)]


def _is_empty(node: Element | str) -> bool:
    return (
        isinstance(node, Element)
        and node.tag == "p"
        and all(isinstance(child, str) and not child.strip() for child in node.children)
    )
