"""The calibration plot of docs/grading.md: what people gave to answers that the grader gave so much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from statistics import quantiles

BINS = ((0, 10), (10, 25), (25, 40), (40, 55), (55, 70), (70, 85), (85, 101))
_COLOURS = ("#3b44c4", "#15703d", "#8a4b00", "#a3174a")
_SIDE, _LEFT, _TOP = 360, 56, 24


def binned(
    scores: Sequence[float], truth: Sequence[float]
) -> list[tuple[float, float, float, float, int]]:
    """Mean score, lower quartile, median and upper quartile of people's grades, and number, of each
    bin that has eight answers; all of 0-100."""
    found = []
    for low, high in BINS:
        rows = [(s, t) for s, t in zip(scores, truth, strict=True) if low <= s < high]
        if len(rows) >= 8:
            lower, middle, upper = quantiles([t for _, t in rows], n=4, method="inclusive")
            found.append((sum(s for s, _ in rows) / len(rows), lower, middle, upper, len(rows)))
    return found


def svg(sets: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> str:
    """``sets``: name -> (the grader's scores, people's grades), both 0-100."""
    at = lambda x, y: (_LEFT + x / 100 * _SIDE, _TOP + (100 - y) / 100 * _SIDE)  # noqa: E731
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _SIDE + 290} {_TOP + _SIDE + 56}"'
        ' font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="Calibration">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for tick in range(0, 101, 25):
        (x, y), (left, low), (right, high) = at(tick, tick), at(0, 0), at(100, 100)
        parts.append(
            f'<path d="M{left} {y:.1f}H{right}M{x:.1f} {low}V{high}" stroke="#e3e1da" fill="none"/>'
            f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>'
            f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle">{tick}</text>'
        )
    (x0, y0), (x1, y1) = at(0, 0), at(100, 100)
    parts.append(
        f'<path d="M{x0} {y0}L{x1} {y1}" stroke="#8b8880" stroke-dasharray="4 4"/>'
        f'<text x="{(x0 + x1) / 2}" y="{y0 + 42}" text-anchor="middle">score of the grader</text>'
        f'<text transform="translate(16 {(y0 + y1) / 2}) rotate(-90)" text-anchor="middle">'
        "grade by people: median and quartiles</text>"
    )
    for k, (name, (scores, truth)) in enumerate(sets.items()):
        colour, shift = _COLOURS[k % len(_COLOURS)], 3 * (k - len(sets) / 2)
        bins = binned(scores, truth)
        line = "L".join("{:.1f} {:.1f}".format(*at(s, m)) for s, _, m, _, _ in bins)
        parts.append(f'<path d="M{line}" stroke="{colour}" fill="none" stroke-width="2"/>')
        for s, lower, middle, upper, _ in bins:
            x, y = at(s, middle)
            parts.append(
                f'<path d="M{x + shift:.1f} {at(s, lower)[1]:.1f}V{at(s, upper)[1]:.1f}"'
                f' stroke="{colour}" opacity=".45"/><circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
            )
        y = _TOP + 20 + 24 * k
        parts.append(
            f'<circle cx="{_LEFT + _SIDE + 24}" cy="{y - 4}" r="4" fill="{colour}"/>'
            f'<text x="{_LEFT + _SIDE + 36}" y="{y}">{escape(name)} ({len(scores)})</text>'
        )
    return "\n".join([*parts, "</svg>", ""])
