"""A small deterministic encoder, for tests in which the model is not the point."""

from __future__ import annotations

import time
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np

DIMENSION = 256


class HashEncoder:
    """Hashed character bigrams and words: texts that share wording are near each other."""

    identity = "tests/hash-256"
    dimension = DIMENSION
    encoded: list[str] = []  # every text encoded since a test cleared it

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        type(self).encoded.extend(texts)
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            folded = unicodedata.normalize("NFKC", text).casefold()
            letters = "".join(c for c in folded if c.isalnum())
            grams = [letters[i : i + 2] for i in range(len(letters) - 1)] + folded.split()
            for gram in grams or ["∅"]:
                row[zlib.crc32(gram.encode()) % DIMENSION] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class SlowEncoder(HashEncoder):
    """The same vectors, slowly: there is time to end the process in the middle of a grade."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        time.sleep(1.0)
        return super().encode(texts)
