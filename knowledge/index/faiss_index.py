"""Vectors in a FAISS index and its file: the one module that imports faiss.

The index is disposable: ids and vectors come from the database, the file is swapped in atomically,
and its manifest names the model, the passages (``bank``, a hash over them), the number of vectors and
the file's hash. Whatever does not fit is rebuilt, never served. Vectors are of unit length, so inner product is
cosine similarity; this is the only place that turns one into the other.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np

logger = logging.getLogger(__name__)

# Links per node and search breadth of the HNSW graph (faiss' documented middle ground).
HNSW_LINKS = 32
HNSW_EF_CONSTRUCTION = 80
HNSW_EF_SEARCH = 96


@dataclass(frozen=True)
class Manifest:
    encoder: str
    dimension: int
    count: int
    bank: str
    kind: str  # "flat" | "hnsw"
    file: str
    sha256: str


class PassageIndex:
    """An immutable index over (chunk id, vector) pairs."""

    def __init__(self, index: faiss.Index, ids: np.ndarray, kind: str) -> None:
        self._index = index
        self._ids = ids
        self.kind = kind

    def __len__(self) -> int:
        return len(self._ids)

    @classmethod
    def build(cls, ids: np.ndarray, vectors: np.ndarray, flat_max: int) -> PassageIndex:
        """``ids`` (n,) int64, ``vectors`` (n, d) float32 unit rows. Exact up to ``flat_max`` rows."""
        dimension = vectors.shape[1]
        kind = "flat" if len(ids) <= flat_max else "hnsw"
        if kind == "flat":
            index: faiss.Index = faiss.IndexFlatIP(dimension)
        else:
            index = faiss.IndexHNSWFlat(dimension, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = HNSW_EF_CONSTRUCTION
            index.hnsw.efSearch = HNSW_EF_SEARCH
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index, np.asarray(ids, dtype=np.int64), kind)

    def nearest(self, vectors: np.ndarray, k: int) -> list[list[tuple[int, float]]]:
        """For each row of ``vectors`` (m, d): up to ``k`` (chunk id, cosine), nearest first."""
        k = min(k, len(self))
        if k == 0 or len(vectors) == 0:
            return [[] for _ in vectors]
        similarities, places = self._index.search(
            np.ascontiguousarray(vectors, dtype=np.float32), k
        )
        return [
            [(int(self._ids[p]), float(s)) for s, p in zip(row, at, strict=True) if p >= 0]
            for row, at in zip(similarities, places, strict=True)
        ]


def save(index: PassageIndex, folder: Path, encoder: str, dimension: int, bank: str) -> None:
    """Write the index beside the old one, then point the manifest at it in one step.

    Raises OSError (disk full, read-only): the old index stays in force.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = faiss.serialize_index(index._index).tobytes()
    payload = len(index).to_bytes(8, "little") + index._ids.astype("<i8").tobytes() + data
    digest = hashlib.sha256(payload).hexdigest()
    manifest = Manifest(
        encoder, dimension, len(index), bank, index.kind, f"passages-{digest[:16]}.bin", digest
    )
    _replace(folder / manifest.file, payload)
    _replace(folder / "manifest.json", json.dumps(asdict(manifest), indent=1).encode())
    for old in folder.glob("passages-*.bin"):
        if old.name != manifest.file:
            old.unlink(missing_ok=True)


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest, or None when there is none that can be read."""
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def load(folder: Path, encoder: str, bank: str) -> PassageIndex | None:
    """The saved index if it belongs to this encoder and these passages and is whole, else None."""
    manifest = read_manifest(folder)
    if manifest is None or (manifest.encoder, manifest.bank) != (encoder, bank):
        return None
    try:
        payload = (folder / manifest.file).read_bytes()
        if hashlib.sha256(payload).hexdigest() != manifest.sha256:
            logger.warning("the saved index does not match its manifest; it will be rebuilt")
            return None
        count = int.from_bytes(payload[:8], "little")
        ids = np.frombuffer(payload[8 : 8 + 8 * count], dtype="<i8")
        index = faiss.deserialize_index(np.frombuffer(payload[8 + 8 * count :], dtype=np.uint8))
    except (OSError, RuntimeError, ValueError) as error:
        logger.warning("the saved index cannot be read (%s); it will be rebuilt", error)
        return None
    return PassageIndex(index, ids, manifest.kind)
