"""LaTeX → MathML: what is drawn, what is shown as source, and that nothing typed becomes markup."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.markdown.render_math import MAX_CHARS, tidy, to_mathml
from tests.growth import growth

SHARED = Path(__file__).parents[2] / "shared"
SOURCES = sorted(SHARED.glob("seeds/*.md")) + [
    path for path in sorted(SHARED.glob("import-corpus/files/*.md")) if path.name.count(".") == 1
]
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_FORMULA = re.compile(
    r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|(?<!\\)\$([^$\n]*[\\_^=][^$\n]*)(?<!\\)\$", re.DOTALL
)


def drawn(latex: str) -> bool:
    return to_mathml(latex).startswith("<math")


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}{1+e^{-x}}",
        r"\sum^{K}_{k=1}(y_k - o_k)^2",
        r"\{x_1,\cdots,x_m\}",
        r"\|x\|_2",
        r"\left\{\begin{array}{ll} x & x>0 \\ 0 & 否则 \end{array}\right.",
        r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}",
        r"\beta\epsilon[0,1)",
        "a\n+ b",
        "准确率 = 95%",
    ],
)
def test_formulas_are_drawn(latex):
    assert drawn(latex)


def test_display_and_inline():
    assert 'display="block"' in to_mathml("x", display=True)
    assert 'display="inline"' in to_mathml("x")


def test_the_source_is_kept_for_reading_aloud_and_matching():
    assert 'alttext="a &lt; b"' in to_mathml("a <\n b")


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"FPS = \frac{1}{每帧时间}", "每帧时间"),
        (r"sigmoid表达式：\sigma", "表达式："),
        (r"\text{如果 x}", "如果\xa0x"),
        (r"\mathrm{损失}", "损失"),
    ],
)
def test_chinese_is_set_as_text_in_one_piece(latex, text):
    tree = ElementTree.fromstring(to_mathml(latex))
    assert text in ["".join(part.itertext()) for part in tree.iter() if part.tag.endswith("mtext")]


@pytest.mark.parametrize("latex", [r"\frac{a}{", "a_b_c", r"\begin{matrix} a", "{" * 5000, ""])
def test_bad_latex_is_shown_as_source_with_a_note(latex):
    html = to_mathml(latex)
    assert html.startswith('<code class="formula-source" title="')
    assert html.endswith(f">{tidy(latex)}</code>")


def test_length_is_bounded():
    assert not drawn("x+" * MAX_CHARS)


@pytest.mark.parametrize(
    "piece", [r"\sqrt", r"\left(", "x^", r"\frac", r"\hat", "'", "[", "\\", "&"]
)
def test_repetition_costs_no_more_than_its_length(piece):
    longer = piece * (MAX_CHARS // len(piece))
    quarter = longer[: len(longer) // len(piece) // 4 * len(piece)]
    assert growth(to_mathml, quarter, longer) < 9  # four times as long; quadratic: 16
    to_mathml(piece * 4000)


@pytest.mark.parametrize("latex", [r"\text{<img src=x>}", "<script>", r"\mbox{&lt;b&gt;}"])
def test_typed_markup_stays_text(latex):
    tree = ElementTree.fromstring(to_mathml(latex))
    assert {part.tag.rpartition("}")[2] for part in tree.iter()} <= {
        *("math", "mrow", "mstyle", "mtext", "mi", "mo"),
    }


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(r"\{}[]()^_&%$#~'|<>=+-ab12 汉，") | st.characters()))
def test_any_text_gives_one_element(latex):
    assert re.match(r"<(math|code)\b.*</\1>$", to_mathml(latex), re.DOTALL)


@pytest.mark.skipif(not SOURCES, reason="the seed files are not here")
def test_every_formula_of_the_seeds_and_their_neighbours_is_drawn():
    formulas = [
        match[1] or match[2]
        for path in SOURCES
        for match in _FORMULA.finditer(_FENCE.sub("", path.read_text(encoding="utf-8-sig")))
    ]
    assert len(formulas) > 200
    assert [latex for latex in formulas if not drawn(latex)] == []
