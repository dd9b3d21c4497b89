"""Time of reading hostile Markdown at once, twice and four times its size.

    python bench/parsing.py [--scale 1.0] [NAME ...]

Every shape is an input that costs a careless parser quadratic time or worse. It is read as a file and
rendered as an answer, at once, twice and four times its size; the last column is the exponent of
growth between the last two, log2(time at 4x / time at 2x): 1 is linear. Answers beyond
`rendering.MAX_CHARS` are shown without markup, so large ones cost less than smaller ones.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# Quadratic is 2; a busy machine measures linear work as up to 1.6.
MAX_GROWTH = 1.75
Shape = Callable[[int], str]

# Each takes a count and gives a text whose length grows with it in proportion.
SHAPES: dict[str, tuple[int, Shape]] = {
    "label sections": (5_000, lambda n: "# Q: What?\n\n" + "**评分要点**\n\n- a\n\n" * n),
    "label lines": (5_000, lambda n: "# Q: What?\n\n" + "**难度**：中等\n\n" * n),
    "questions": (2_000, lambda n: "".join(f"## {k}. 什么是甲{k}？\n\n乙。\n\n" for k in range(n))),
    "many headings": (5_000, lambda n: "".join(f"# h{k}\n" for k in range(n))),
    "one heading again and again": (5_000, lambda n: "## 小结\n\n甲\n\n" * n),
    "headings of changing levels": (
        5_000,
        lambda n: "".join(f"{'#' * (1 + k % 6)} {k * 7919 % 3001}. x\n\ny\n\n" for k in range(n)),
    ),
    "numbering that restarts": (
        3_000,
        lambda n: "".join(f"{1 + k % 7}. ### 什么是甲？\n\n    乙\n\n" for k in range(n)),
    ),
    "nested quotes": (20_000, lambda n: ">" * n + " x\n"),
    "lines of nested quotes": (500, lambda n: (">" * 30 + " 甲\n") * n),
    "nested lists": (200, lambda n: ("".join("  " * d + "- a\n" for d in range(60)) + "\n") * (n // 60 + 1)),
    "one list of many items": (5_000, lambda n: "- 甲\n" * n),
    "one list of many questions": (3_000, lambda n: "".join(f"{k}. 什么是甲？\n" for k in range(1, n))),
    "loose lists": (3_000, lambda n: "- 甲\n\n  乙\n\n" * n),
    "unbalanced fences": (3_000, lambda n: "```python\nx = 1\n" * n),
    "fences of all lengths": (1_000, lambda n: "".join("`" * (3 + k % 250) + "\n" for k in range(n))),
    "fences that never close": (2_000, lambda n: "".join(f"~~~{'`' * (k % 5)}\n```x{k}\n" for k in range(n))),
    "headings in fences": (3_000, lambda n: "# 1. 什么？\n\n```\n" + "# 注释\n" * n + "```\n"),
    "giant table": (3_000, lambda n: "| Question | Answer |\n|---|---|\n" + "| What? | 甲 |\n" * n),
    "wide table": (2_000, lambda n: "|" + "a|" * n + "\n|" + "-|" * n + "\n|" + "b|" * n + "\n"),
    "html table": (3_000, lambda n: "<table>" + "<tr><td>What?</td><td>甲</td></tr>\n" * n + "</table>\n"),
    "one long line": (60_000, lambda n: "甲" * n),
    "one long heading": (70_000, lambda n: "# " + "[" * n),
    "one long paragraph": (20_000, lambda n: "what is *a **b `c`\n" * n),
    "long line of spaces": (70_000, lambda n: "a" + " " * n + "b\n"),
    "long line of underscores": (70_000, lambda n: "_" * n + "\n"),
    "backticks": (20_000, lambda n: "`" * n + "a" + "``" * n),
    "link brackets": (20_000, lambda n: "[a](" * n),
    "link definitions": (5_000, lambda n: "[a]: b '\n" * n),
    "open details": (3_000, lambda n: "<details><summary>What?</summary>\n" * n),
    "closed details": (2_000, lambda n: "<details><summary>What?</summary>\n\n甲\n\n</details>\n\n" * n),
    "nested details": (2_000, lambda n: "<details>\n" * n + "甲\n" + "</details>\n" * n),
    "comments that never close": (5_000, lambda n: "<!-- \n" * n),
    "tags that never close": (20_000, lambda n: "<h1 " * n),
    "html headings over lines": (3_000, lambda n: "<h1>\na\nb\n" * n),
    "rules": (5_000, lambda n: "# Q: What?\n\na\n\n" + "---\n\n" * n),
    "questions and answers": (3_000, lambda n: "Q: What?\nA: 甲\n\n" * n),
    "bold questions": (3_000, lambda n: "**What is it?**\n\n甲\n\n" * n),
    "one paragraph of questions": (3_000, lambda n: "Q: What?\nA: 甲\n" * n),
    "answers only": (3_000, lambda n: "# What?\n\n" + "A: 甲\n\n" * n),
    "table of contents": (3_000, lambda n: "# 目录\n\n" + "".join(f"- [甲{k}](#k{k})\n" for k in range(n))),
    "table of contents and its headings": (
        1_500,
        lambda n: "".join(f"- [甲{k}](#k{k})\n" for k in range(n))
        + "".join(f"\n## 甲{k}\n\n乙\n" for k in range(n)),
    ),
    "front matter": (1_000, lambda n: "---\n" + "a: [1]\n" * n + "---\n# 什么？\n\n甲\n"),
    "front matter without end": (20_000, lambda n: "---\n" * n),
}  # fmt: skip


def reading(text: str) -> None:
    from knowledge.markdown import parse

    parse(text)


def rendering(text: str) -> None:
    from knowledge.markdown.rendering import render

    render(text)


def seconds(work: Callable[[str], None], text: str) -> float:
    """Processor time of ``work(text)``, the better of two."""
    best = math.inf
    for _ in range(2):
        started = time.process_time()
        work(text)
        best = min(best, time.process_time() - started)
        if best > 1:
            break
    return best


def main() -> None:
    """Print a line a shape; exits with 1 if one grows much faster than its size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these shapes")
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual sizes")
    options = parser.parse_args()
    worst: list[str] = []
    for title, work in (("reading a file", reading), ("rendering an answer", rendering)):
        print(f"{title:38}{'KB':>8}{'1x s':>8}{'2x s':>8}{'4x s':>8}{'growth':>8}")
        for name, (count, shape) in SHAPES.items():
            if options.names and name not in options.names:
                continue
            base = int(count * options.scale)
            texts = [shape(base * factor) for factor in (1, 2, 4)]
            times = [seconds(work, text) for text in texts]
            growth = math.log2(max(times[2], 1e-4) / max(times[1], 1e-4))
            # Below a tenth of a second a ratio says nothing.
            if times[2] > 0.1 and growth > MAX_GROWTH:
                worst.append(f"{title}: {name}")
            columns = "".join(f"{t:8.2f}" for t in times)
            print(
                f"{name:38}{len(texts[0].encode()) / 1000:8.0f}{columns}{growth:8.2f}", flush=True
            )
    if worst:
        sys.exit(f"faster than n^{MAX_GROWTH}: " + "; ".join(worst))


if __name__ == "__main__":
    main()
