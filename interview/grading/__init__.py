"""Grading of typed answers: pure functions from material and answer to a frozen Grade."""

from interview.grading.core import VERSION, grade, grade_many
from interview.grading.material import (
    Grade,
    Keyword,
    Material,
    Passage,
    PassageGrade,
    Point,
    PointGrade,
    Span,
    Tools,
)
from interview.grading.windows import centred, chinese_share

__all__ = [
    "VERSION",
    "Grade",
    "Keyword",
    "Material",
    "Passage",
    "PassageGrade",
    "Point",
    "PointGrade",
    "Span",
    "Tools",
    "centred",
    "chinese_share",
    "grade",
    "grade_many",
]
