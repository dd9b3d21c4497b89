"""Runs of inline nodes: their flat text, and cutting them at offsets of it."""

from knowledge.chunking import OPAQUE

from .render_tree import Element, Node


def flatten(nodes: list[Node]) -> list[str]:
    """The text of inline nodes in which every formula, code and image is one opaque character."""
    out: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            out.append(node)
        elif node.tag == "br":
            out.append("\n")
        elif _is_atom(node):
            out.append(OPAQUE)
        else:
            out += flatten(node.children)
    return out


def _is_atom(element: Element) -> bool:
    return element.tag in ("math", "code", "kbd", "img", "wbr", "ruby") or (
        "image" in element.attributes.get("class", "").split()
    )


def cut(nodes: list[Node], length: int) -> tuple[list[Node], list[Node]]:
    """Split nodes after `length` characters of their flat text, splitting elements if need be."""
    left: list[Node] = []
    for index, node in enumerate(nodes):
        if length <= 0:
            return left, nodes[index:]
        if isinstance(node, str):
            if len(node) > length:
                return [*left, node[:length]], [node[length:], *nodes[index + 1 :]]
            size = len(node)
        else:
            size = sum(map(len, flatten([node])))
            if size > length:
                first, second = node.copy_empty(), node.copy_empty()
                first.children, second.children = cut(node.children, length)
                return [*left, first], [second, *nodes[index + 1 :]]
        left.append(node)
        length -= size
    return left, []


def outer_blanks(span: Element) -> tuple[list[Node], list[Node]]:
    """Take blanks and breaks at the ends of a passage out of it, so that marks fit the words."""
    lead: list[Node] = []
    tail: list[Node] = []
    while span.children and _is_blank(span.children[0]):
        lead.append(span.children.pop(0))
    while span.children and _is_blank(span.children[-1]):
        tail.insert(0, span.children.pop())
    if span.children and isinstance(last := span.children[-1], str) and last != last.rstrip():
        tail.insert(0, last[len(last.rstrip()) :])
        span.children[-1] = last.rstrip()
    if span.children and isinstance(first := span.children[0], str) and first != first.lstrip():
        lead.append(first[: len(first) - len(first.lstrip())])
        span.children[0] = first.lstrip()
    return lead, tail


def _is_blank(node: Node) -> bool:
    return not node.strip() if isinstance(node, str) else node.tag == "br"
