"""Marks the passages in a tree of rendered Markdown and lists them.

A block's text is cut at sentence bounds; where a bound falls inside bold or a link, that element is
split in two, so every passage of a block is one `<span class="passage" data-passage="N">`. Table
rows, code and display formulas carry the class and the attribute themselves. All text of the answer
belongs to exactly one passage; images belong to none.
"""

from dataclasses import dataclass, field, replace

from knowledge.chunking import (
    ABOVE,
    CELL,
    COLUMN,
    ITEM_WIDTH,
    Passage,
    classify,
    sentence_bounds,
    weigh,
    width,
)

from .render_runs import cut, flatten, outer_blanks
from .render_tree import Element, Node, visible_text, words

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CONTAINERS = words("blockquote dd details div dl figure li ol table tbody td tfoot th thead tr ul")
_TEXT_BLOCKS = frozenset(("p", "dt", "caption", "figcaption", "summary", *HEADINGS))
_BLOCKS = _CONTAINERS | _TEXT_BLOCKS | {"pre", "hr"}
_EMPHASIS = frozenset({"strong", "mark"})
_TERMS = _EMPHASIS | {"em", "code"}
#: A label is a name, not a sentence: "优点", "Local connectivity".
MAX_LABEL = 40
MAX_TERM = 60
_LABEL_END = ":： \n\t*"
#: "**Formula.** With n layers …": as long as this, in words and in Chinese characters, bold text that
#: ends like a sentence only names the one after it.
MAX_LABEL_WORDS, MAX_LABEL_WIDTH = 4, 8


@dataclass
class _Draft:
    """A passage being put together: a formula may join it after its lead-in."""

    parts: list[str]
    heading: str
    kind: str
    lead: bool = False
    emphasised: list[str] = field(default_factory=list)
    emphasised_chars: int = 0

    def finish(self, position: int) -> Passage:
        text = " ".join(part for part in self.parts if part)
        share = min(1.0, self.emphasised_chars / max(1, len("".join(text.split()))))
        return Passage(
            position=position,
            text=text,
            heading=self.heading,
            kind=self.kind,
            weight=weigh(text, kind=self.kind, lead=self.lead, emphasis=share),
            emphasised=tuple(dict.fromkeys(self.emphasised)),
        )


def mark_passages(root: Element) -> tuple[Passage, ...]:
    """Mark the passages of `root` in place and return them in reading order."""
    marker = _Marker()
    marker.block(root, ())
    return tuple(draft.finish(position) for position, draft in enumerate(marker.drafts))


class _Marker:
    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.headings: list[tuple[int, str]] = []  # open headings as (level, text)
        self.columns: tuple[str, ...] = ()  # the names of the open table's columns, as one label
        self.expects_formula = False  # the last passage announces what follows
        self.stated = False  # the answer has made its first statement
        self.section_start = True  # the present heading or label has had no statement yet

    # Blocks

    def block(self, element: Element, labels: tuple[str, ...], kind: str = "statement") -> None:
        """Mark everything in `element`; `labels` are the bold labels it stands under."""
        label = lead_in = ""  # for the later children; for the next child only
        children: list[Node] = []
        nested = any(
            isinstance(part, Element) and part.tag in ("ul", "ol") for part in element.children
        )
        for part in _runs_and_blocks(element.children):
            if isinstance(part, Element) and part.tag not in _TEXT_BLOCKS - {"summary", *HEADINGS}:
                children.append(part)
                if part.tag in HEADINGS:
                    label = ""
                self._child(part, (*labels, *filter(None, (label, lead_in))), kind)
                lead_in = ""
                continue
            nodes = part.children if isinstance(part, Element) else part
            if not _squeeze(_text(nodes)):  # the line break between two blocks, a picture
                children += [part] if isinstance(part, Element) else nodes
                continue
            found = _look(nodes)
            if kind == "item" and found.is_label and not nested:
                found = replace(found, heads=_text(nodes).rstrip().endswith((":", "：")))
            if found.bold:
                label = ""  # a new label ends the one before it
            marked = self._run(nodes, (*labels, label) if label else labels, kind, found)
            if isinstance(part, Element):
                part.children = marked
                children.append(part)
            else:
                children += marked
            if found.is_label and found.bold:
                label, lead_in = found.label, ""
                self.section_start = True
            elif kind == "item" and found.label:  # "1. **Name**: text" names what is nested in it
                label, lead_in = found.label, ""
            else:
                lead_in = found.label if found.is_label else found.lead_in
        element.children = children

    def _child(self, child: Element, labels: tuple[str, ...], kind: str) -> None:
        """Mark one block that is not a run of text."""
        tag = child.tag
        if tag in HEADINGS or tag == "summary":
            self._heading(child, int(tag[1]) if tag in HEADINGS else 7)
        elif tag == "pre":
            self._whole(child, labels)
        elif tag == "tr" and not _holds_blocks(child):
            self._row(child, labels)
        elif child.attributes.get("class") == "formula":
            self._formula(child, labels)
        elif tag in _CONTAINERS:
            self.expects_formula = False
            open_headings, open_columns = list(self.headings), self.columns
            if tag == "table":
                self.columns = ()
            self.block(child, labels, "item" if tag in ("li", "dd") else kind)
            if tag == "table":
                self.columns = open_columns
            if tag in ("li", "details", "td", "blockquote"):
                self.headings = open_headings

    def _heading(self, element: Element, level: int) -> None:
        text = _squeeze(visible_text(element))
        self.headings = [pair for pair in self.headings if pair[0] < level]
        if text:
            self._add(_Draft([text], self._path(()), "heading"), element)
            self.headings.append((level, text.rstrip(_LABEL_END)))
            self.section_start = True

    def _whole(self, element: Element, labels: tuple[str, ...]) -> None:
        text = visible_text(element).strip("\n")
        if text.strip():
            self._add(_Draft([text], self._path(labels), "code"), element)

    def _row(self, row: Element, labels: tuple[str, ...]) -> None:
        cells = [cell for cell in row.children if isinstance(cell, Element)]
        texts = [_squeeze(visible_text(cell)) for cell in cells]
        if not any(texts):
            return
        header = all(cell.tag == "th" for cell in cells)
        if header:
            self.columns = (COLUMN.join(filter(None, texts)),)
        else:  # "fast small" says nothing without the columns' names
            labels = (*labels, *self.columns)
        text = " ".join(filter(None, texts)) if header else CELL.join(texts)
        draft = _Draft([text], self._path(labels), "heading" if header else "row")
        draft.emphasised, draft.emphasised_chars = _emphasis(row.children)
        self._add(draft, row)

    def _formula(self, element: Element, labels: tuple[str, ...]) -> None:
        """A display formula: a passage, or the end of the passage that announces it."""
        text = visible_text(element)
        if self.expects_formula:
            draft = self.drafts[-1]
            draft.parts.append(text)
            draft.kind = "formula"
            _set_passage(element, len(self.drafts) - 1)
        else:
            self._add(_Draft([text], self._path(labels), "formula"), element)

    def _add(self, draft: _Draft, element: Element) -> None:
        self.expects_formula = False
        self.drafts.append(draft)
        _set_passage(element, len(self.drafts) - 1)

    def _path(self, labels: tuple[str, ...]) -> str:
        return ABOVE.join([*(text for _, text in self.headings), *labels])

    # Runs of text

    def _run(
        self, nodes: list[Node], labels: tuple[str, ...], kind: str, found: "_Found"
    ) -> list[Node]:
        """Split a run of inline nodes into passages and wrap each."""
        flat = "".join(flatten(nodes))
        if not _squeeze(_text(nodes)):
            return nodes
        whole = found.is_label or (kind == "item" and width(flat.strip()) <= ITEM_WIDTH)
        bounds = [len(flat)] if whole else sentence_bounds(flat)
        result: list[Node] = []
        start, label = 0, ""
        for end in bounds:
            piece, rest = cut(nodes, end - start)
            if end < bounds[-1] and _only_names(piece, nodes):
                continue  # a name on its own belongs to the sentence behind it
            nodes = rest
            own = found if start == 0 else _look(piece)
            if own.label and (own.bold or start == 0 or flat[start - 1] == "\n"):
                label = own.label
                inner = labels
            else:
                own = _Found()
                inner = (*labels, label) if label else labels
            result += self._piece(piece, inner, kind, own)
            start = end
        self.expects_formula = flat.rstrip().endswith((":", "：", ",", "，"))
        return result + nodes

    def _piece(
        self, nodes: list[Node], labels: tuple[str, ...], kind: str, found: "_Found"
    ) -> list[Node]:
        text = _squeeze(_text(nodes))
        if not text:
            return nodes
        draft = _Draft([text], self._path(labels), kind)
        draft.emphasised, draft.emphasised_chars = _emphasis(nodes)
        if found.bold and text.startswith(found.label):  # naming is not stressing
            draft.emphasised_chars -= len("".join(found.label.split()))
        if found.is_label and found.heads:
            draft.kind = "heading"
        elif _only_formula(nodes):
            draft.kind = "formula"
        else:
            self._judge(draft, found.label or (labels or ("",))[-1], kind)
        span = Element("span", {}, nodes)
        self._add(draft, span)
        lead, tail = outer_blanks(span)
        return [*lead, span, *tail]

    def _judge(self, draft: _Draft, label: str, kind: str) -> None:
        """Kind and lead of an ordinary passage under `label` (or else the nearest heading)."""
        if not label and self.headings:
            label = self.headings[-1][1]
        lead = kind == "statement" and not self.stated
        draft.kind = classify(
            draft.parts[0], kind=kind, lead=lead, label=label if self.section_start else ""
        )
        if draft.kind != "remark":
            draft.lead = lead
            self.stated = True
            self.section_start = False


def _runs_and_blocks(children: list[Node]) -> list[Element | list[Node]]:
    """Children with neighbouring inline nodes gathered into runs."""
    parts: list[Element | list[Node]] = []
    for child in children:
        if isinstance(child, Element) and child.tag in _BLOCKS:
            parts.append(child)
        elif parts and isinstance(parts[-1], list):
            parts[-1].append(child)
        else:
            parts.append([child])
    return parts


def _holds_blocks(row: Element) -> bool:
    return any(element.tag in _BLOCKS - {"td", "th"} for element in row.descendants())


@dataclass(frozen=True)
class _Found:
    """What a run of text says about itself: the label it starts with or is, whether it is nothing
    else, whether that label is bold, whether it heads what follows, and its announcing end."""

    label: str = ""
    is_label: bool = False
    bold: bool = False
    heads: bool = False
    lead_in: str = ""


def _look(nodes: list[Node]) -> _Found:
    text = _squeeze(_text(nodes))
    colon = text.endswith((":", "："))
    bare = text.rstrip(_LABEL_END)
    first = next((node for node in nodes if not isinstance(node, str) or node.strip()), "")
    if isinstance(first, Element) and first.tag in _EMPHASIS:
        own = _squeeze(visible_text(first))
        name = own.rstrip(_LABEL_END)
        if name == bare and not name.endswith(("。", "！", "；", ".", "!")):
            short = len(name) <= 2 * MAX_LABEL
            return _Found(name, is_label=short, bold=True, heads=short, lead_in=_lead_in(text))
        rest = text[len(own) :].lstrip()
        ends = own.endswith((":", "：")) or rest.startswith((":", "：")) or _breaks(nodes, first)
        if rest and _names(name):
            name, ends = _bare(name), True
        if len(name) <= MAX_LABEL and ends:
            return _Found(name, bold=True, lead_in=_lead_in(text))
    if colon and len(bare) <= MAX_LABEL // 2:
        return _Found(bare, is_label=True, heads=len(bare) <= MAX_LABEL // 4)
    head, mark, rest = text.replace(":", "：").partition("：")
    if mark and rest and len(head) <= MAX_LABEL // 2 and not set(head) & set("，。；,;"):
        return _Found(head, lead_in=_lead_in(text))
    return _Found(lead_in=_lead_in(text))


def _bare(text: str) -> str:
    """A label without the mark that ends it."""
    return text.strip(_LABEL_END).rstrip("。.?？" + _LABEL_END)


def _names(text: str) -> bool:
    """Whether bold text that ends like a sentence is a name or a question, not a statement."""
    if text.endswith(("?", "？")):
        return True
    if text.isascii():
        short = len(text.split()) <= MAX_LABEL_WORDS and len(text) <= MAX_LABEL
    else:
        short = width(text) <= MAX_LABEL_WIDTH
    return short and text.endswith(("。", "."))


def _only_names(nodes: list[Node], whole: list[Node]) -> bool:
    """Whether the first piece of a run (`whole`) is nothing but a bold name: "**Decay.**"."""
    text = _squeeze(_text(nodes))
    first = next((node for node in nodes if not isinstance(node, str) or node.strip()), "")
    if not isinstance(first, Element) or first.tag not in _EMPHASIS or first not in whole:
        return False
    own = _squeeze(visible_text(first))
    if own.rstrip(_LABEL_END).endswith(("。", ".")) and not _names(own):
        return False
    return _bare(own) == _bare(text) and len(_bare(own)) <= MAX_LABEL


def _breaks(nodes: list[Node], first: Element) -> bool:
    """Whether a line ends right after `first`."""
    following = nodes[nodes.index(first) + 1 :][:1]
    return any(
        node.lstrip(" ").startswith("\n") if isinstance(node, str) else node.tag == "br"
        for node in following
    )


def _lead_in(text: str) -> str:
    """The last sentence of a text that ends in a colon, as context for the block after it."""
    if not text.endswith((":", "：")):
        return ""
    bounds = sentence_bounds(text)
    last = text[bounds[-2] if len(bounds) > 1 else 0 :].strip(_LABEL_END)
    return last if len(last) <= MAX_LABEL else ""


def _set_passage(element: Element, position: int) -> None:
    element.add_class("passage")
    element.attributes["data-passage"] = str(position)


def _text(nodes: list[Node]) -> str:
    return "".join(visible_text(node) for node in nodes)


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _only_formula(nodes: list[Node]) -> bool:
    elements = [node for node in nodes if isinstance(node, Element)]
    words = "".join(node for node in nodes if isinstance(node, str))
    return (
        len(elements) > 0
        and all(element.tag in ("math", "br") for element in elements)
        and not any(character.isalnum() for character in words)
    )


def _emphasis(nodes: list[Node]) -> tuple[list[str], int]:
    """The emphasised terms among nodes, and how many characters are bold or highlighted."""
    terms: list[str] = []
    characters = 0
    elements = [node for node in nodes if isinstance(node, Element)]
    for top in elements:
        inside: list[Element] = [top, *top.descendants()]
        for element in inside:
            if element.tag in _TERMS:
                term = _squeeze(visible_text(element)).strip(_LABEL_END)
                if term and len(term) <= MAX_TERM:
                    terms.append(term)
        outermost = [top] if top.tag in _EMPHASIS else [e for e in inside if e.tag in _EMPHASIS]
        characters += sum(len("".join(visible_text(element).split())) for element in outermost)
    return terms, characters
