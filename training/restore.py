"""Take the shipped int8 network apart again, to train on from it where no checkpoint was kept.

    python -m training.restore --base build/base --out build/shipped.pt

Writes a base folder with the shipped vocabulary (so that the weights fit) and the network's state;
`python -m training.train --base build/base --init build/shipped.pt` goes on from there. What int8
rounded away is gone: a few thousand steps make up for it.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from interview.grading.entailment import DEFAULT, MODEL, TOKENIZER
from training.base import MAX_POSITIONS, SPECIALS
from training.model import CrossEncoder

QUANTISED = "_quantized"


def state_of(path: Path) -> dict[str, torch.Tensor]:
    """Names of `CrossEncoder`'s parameters -> float32 values, from the exported graph."""
    graph = onnx.load(str(path)).graph
    values = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}

    def weights(stem: str) -> np.ndarray:
        scale = values[f"{stem}_scale"].astype(np.float32)
        zero = values[f"{stem}_zero_point"].astype(np.float32)
        return (values[stem + QUANTISED].astype(np.float32) - zero) * scale

    state = {
        name: values[name]
        for name in values
        if name.endswith((".weight", ".bias")) and not name.startswith("onnx::")
    }
    for name in values:
        if name.endswith(f".weight{QUANTISED}"):
            stem = name.removesuffix(QUANTISED)
            state[stem] = weights(stem)
    for node in graph.node:
        if node.op_type != "MatMulInteger":
            continue
        stem = node.input[1].removesuffix(QUANTISED)
        layer = node.name.removesuffix("_quant").rpartition("/")[0].strip("/").replace("/", ".")
        owner = layer if layer in ("dense", "out") else f"encoder.{layer}"
        state[f"{owner}.weight"] = weights(stem).T
    return {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in state.items()}


def base_for(state: dict[str, torch.Tensor], folder: Path) -> None:
    """An untrained encoder of the right sizes, with the shipped tokenizer."""
    vocabulary, hidden = state["encoder.embeddings.word_embeddings.weight"].shape
    layers = len({name.split(".")[3] for name in state if ".encoder.layer." in f".{name}"})
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 32,
        intermediate_size=4 * hidden,
        max_position_embeddings=MAX_POSITIONS,
        type_vocab_size=1,
        pad_token_id=SPECIALS.index("<pad>"),
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    shutil.copyfile(DEFAULT / TOKENIZER, folder / "tokenizer.json")
    if Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab_size() != vocabulary:
        raise ValueError("the shipped tokenizer and network do not fit each other")


def main() -> None:
    parser = argparse.ArgumentParser(description="Restore the shipped network for training.")
    parser.add_argument("--base", type=Path, default=Path("build/base"))
    parser.add_argument("--out", type=Path, default=Path("build/shipped.pt"))
    args = parser.parse_args()
    state = state_of(DEFAULT / MODEL)
    args.base.mkdir(parents=True, exist_ok=True)
    base_for(state, args.base)
    network = CrossEncoder(args.base)
    missing, unexpected = network.load_state_dict(state, strict=False)
    if missing or unexpected:
        raise ValueError(f"the graph does not fit: missing {missing}, unexpected {unexpected}")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), args.out)


if __name__ == "__main__":
    main()
