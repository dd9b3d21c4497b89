"""Does a candidate sentence say what a reference sentence says? A small cross-encoder answers.

The model in `model/` (see MODEL_CARD.md there, and training/ for how it is made) reads a pair of
Chinese, English or mixed sentences and gives the probabilities of four relations. It runs on
onnxruntime alone; torch is needed only to train it.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

ENTAILED, PARTLY, NEUTRAL, CONTRADICTED = range(4)
DEFAULT = Path(__file__).parent / "model"
MODEL, TOKENIZER, SETTINGS = "entailment.onnx", "tokenizer.json", "settings.json"
MAX_TOKENS = 160  # of a whole pair; the model has seen none longer
_REMEDY = (
    "restore the folder from the repository, or build it with training/ (see training/README.md)."
)
BEGIN, END = 0, 2  # <s> and </s> in the XLM-R vocabulary


def pair_tokens(reference: Sequence[int], candidate: Sequence[int]) -> tuple[list[int], list[int]]:
    """Token ids and segment types of `<s> reference </s> candidate </s>`, each (length,).

    A pair over MAX_TOKENS loses the end of its longer side, then of both, half each.
    """
    room = MAX_TOKENS - 3
    first = list(reference[: max(room - len(candidate), room // 2)])
    second = list(candidate[: room - len(first)])
    ids = [BEGIN, *first, END, *second, END]
    return ids, [0] * (len(first) + 2) + [1] * (len(second) + 1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis, float32."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)


class Entailment:
    """The entailment model of a folder, loaded on first use; safe to share between threads.

    Raises FileNotFoundError when a file of the model is missing. Its settings may hold the SHA-256 of
    the others: a weight that fell over on the disk would grade wrongly without a word.
    """

    def __init__(self, path: Path = DEFAULT, threads: int | None = None) -> None:
        self.path = Path(path)
        self.threads = threads
        self._lock = threading.Lock()
        for name in (MODEL, TOKENIZER, SETTINGS):
            if not (self.path / name).is_file():
                raise FileNotFoundError(f"The entailment model lacks {self.path / name}: {_REMEDY}")

    @cached_property
    def identity(self) -> str:
        """Names this very model: changes when any of its files does."""
        digest = hashlib.sha256()
        for name in (MODEL, TOKENIZER, SETTINGS):
            digest.update(hashlib.sha256((self.path / name).read_bytes()).digest())
        return f"entailment-{digest.hexdigest()[:12]}"

    def verify(self) -> None:
        """Raises OSError, naming the file and what to do, where one is not as it was made."""
        try:
            sums = dict(self._settings.get("sha256", {}))
            float(self._settings["temperature"])
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise OSError(f"{self.path / SETTINGS} is damaged: {_REMEDY}") from error
        for name, expected in sums.items():
            if hashlib.sha256((self.path / name).read_bytes()).hexdigest() != expected:
                raise OSError(f"{self.path / name} is damaged: {_REMEDY}")

    def load(self) -> None:
        """Verify and load now what would be loaded on first use. Raises OSError."""
        self.verify()
        try:
            self([("1", "1")])
        except Exception as error:  # onnxruntime and tokenizers raise whatever they like
            raise OSError(
                f"The model in {self.path} cannot be read ({error}): {_REMEDY}"
            ) from error

    @cached_property
    def _settings(self) -> dict[str, Any]:
        return json.loads((self.path / SETTINGS).read_text(encoding="utf-8"))

    @cached_property
    def _temperature(self) -> float:
        return float(self._settings["temperature"])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return Tokenizer.from_file(str(self.path / TOKENIZER))

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads or 0
        options.inter_op_num_threads = 1
        # Waiting threads sleep: spinning takes the core from the other workers' requests.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(
            str(self.path / MODEL), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """Probabilities (n, 4), float32, of n (reference, candidate) pairs.

        Columns in the order ENTAILED, PARTLY, NEUTRAL, CONTRADICTED. A pair's row does not depend
        on the other pairs of the call: each runs by itself, since the int8 model scales its
        activations over the whole batch.
        """
        if not pairs:
            return np.zeros((0, 4), dtype=np.float32)
        with self._lock:  # cached_property itself takes no lock since Python 3.12
            session, tokenizer, temperature = self._session, self._tokenizer, self._temperature
        texts = list(dict.fromkeys(text for pair in pairs for text in pair))
        tokens = dict(zip(texts, (code.ids for code in tokenizer.encode_batch(texts)), strict=True))
        logits = np.empty((len(pairs), 4), dtype=np.float32)
        for row, (reference, candidate) in enumerate(pairs):
            ids, types = pair_tokens(tokens[reference], tokens[candidate])
            feed = {"ids": np.array([ids], np.int64), "types": np.array([types], np.int64)}
            logits[row] = session.run(None, feed)[0][0]
        return softmax(logits / temperature)
