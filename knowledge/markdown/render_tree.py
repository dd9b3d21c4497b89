"""A small element tree for sanitised HTML.

The sanitiser's output is well formed (every element closed, every attribute quoted), so the
standard library's tokenizer is enough to read it and no second HTML parser is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser


def words(text: str) -> frozenset[str]:
    """The words of a list written as one string: long lists of tag names stay readable."""
    return frozenset(text.split())


VOID = frozenset({"br", "col", "hr", "img", "wbr"})


@dataclass(eq=False, slots=True)
class Element:
    """An element; the root of a tree has an empty tag. `children` are elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def copy_empty(self) -> Element:
        """The same element without its children."""
        return Element(self.tag, dict(self.attributes))

    def add_class(self, name: str) -> None:
        """Add `name` to the class attribute, once."""
        classes = self.attributes.get("class", "").split()
        if name not in classes:
            self.attributes["class"] = " ".join([*classes, name])

    def descendants(self) -> Iterator[Element]:
        """All elements below this one, in document order."""
        stack = [child for child in reversed(self.children) if isinstance(child, Element)]
        while stack:
            element = stack.pop()
            yield element
            stack += [child for child in reversed(element.children) if isinstance(child, Element)]


Node = Element | str

# Escaped as the sanitiser does it, so that what it let through is written back unchanged.
_REFERENCES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\xa0": "&nbsp;"}
)
_TEXT_REFERENCES = {code: text for code, text in _REFERENCES.items() if code != ord('"')}


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if len(self.open) > 1 and self.open[-1].tag == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        children = self.open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)


def parse(html: str) -> Element:
    """The tree of sanitised `html`, under a root element without a tag."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def serialise(node: Node) -> str:
    """HTML of a tree; of a root, the HTML of its children."""
    out: list[str] = []
    _write(node, out)
    return "".join(out)


def _write(node: Node, out: list[str]) -> None:
    if isinstance(node, str):
        out.append(node.translate(_TEXT_REFERENCES))
        return
    if node.tag:
        attributes = "".join(
            f' {name}="{value.translate(_REFERENCES)}"' for name, value in node.attributes.items()
        )
        out.append(f"<{node.tag}{attributes}>")
    for child in node.children:
        _write(child, out)
    if node.tag and node.tag not in VOID:
        out.append(f"</{node.tag}>")


def visible_text(node: Node) -> str:
    """What a reader sees of a node: formulas as their LaTeX source, line breaks as newlines,
    images as nothing (their alternative text and placeholder stand for something unseen)."""
    out: list[str] = []
    _read(node, out)
    return "".join(out)


def _read(node: Node, out: list[str]) -> None:
    if isinstance(node, str):
        out.append(node)
    elif node.tag == "math":
        out.append(node.attributes.get("alttext", ""))
    elif node.tag == "br":
        out.append("\n")
    elif "image" not in node.attributes.get("class", "").split():
        for child in node.children:
            _read(child, out)
