"""Q&A Markdown: bytes → text → questions with reference answers, and back."""

from __future__ import annotations

from knowledge.markdown.decoding import decode
from knowledge.markdown.document import Document, Entry, NotText, TooLarge
from knowledge.markdown.reading import parse
from knowledge.markdown.titles import matching_key
from knowledge.markdown.writing import dump

__all__ = ["Document", "Entry", "NotText", "TooLarge", "decode", "dump", "matching_key", "parse"]
