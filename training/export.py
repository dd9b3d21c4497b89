"""Write a trained network as int8 ONNX with tokenizer and settings, and judge what was written.

    python -m training.export --base build/base --run build/run [--out interview/grading/model]

Weights are quantised per channel, activations while running. The same run gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from interview.grading.entailment import DEFAULT, MODEL, SETTINGS, TOKENIZER, Entailment
from training import metrics
from training.model import CrossEncoder
from training.pairs import DATA, Pair, read, split

LIMIT_MB = 37.0


def trace(model: CrossEncoder, path: Path) -> None:
    """The network as fp32 ONNX: ids and types (n, length) -> logits (n, 4), no padding."""
    model.eval()
    example = torch.tensor([[0, 9, 8, 7, 2, 6, 5, 2]])
    types = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 1]])
    torch.onnx.export(
        model,
        (example, types),
        str(path),
        input_names=["ids", "types"],
        output_names=["logits"],
        dynamic_axes={"ids": {0: "n", 1: "length"}, "types": {0: "n", 1: "length"}},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path, exclude: list[str]) -> None:
    """fp32 ONNX -> int8: matrices per channel, and the embedding table."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared),
            str(target),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=False,
            nodes_to_exclude=exclude,
            extra_options={"MatMulConstBOnly": True},
        )
    model = onnx.load(str(target))
    model.producer_name, model.producer_version, model.doc_string = "", "", ""
    onnx.save(model, str(target))


def matmuls(source: Path, names: list[str]) -> list[str]:
    """Names of the fp32 graph's nodes whose name holds one of `names`."""
    graph = onnx.load(str(source), load_external_data=False).graph
    return [node.name for node in graph.node if any(name in node.name for name in names)]


def probabilities(model: Entailment, pairs: list[Pair]) -> np.ndarray:
    """(n, 4) of the exported model, through the class that production uses."""
    return model([(p.reference, p.candidate) for p in pairs])


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the trained cross-encoder.")
    parser.add_argument("--base", type=Path, default=Path("build/base"))
    parser.add_argument("--run", type=Path, default=Path("build/run"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=DEFAULT)
    parser.add_argument("--exclude", nargs="*", default=[], help="parts of node names kept in fp32")
    args = parser.parse_args()
    torch.set_num_threads(1)
    summary = json.loads((args.run / "summary.json").read_text())
    network = CrossEncoder(args.base)
    network.load_state_dict(torch.load(args.run / "model.pt", map_location="cpu"))
    args.out.mkdir(parents=True, exist_ok=True)
    settings = {"temperature": round(summary["temperature"], 4)}
    (args.run / SETTINGS).write_text(json.dumps(settings) + "\n")
    shutil.copyfile(args.base / "tokenizer.json", args.out / TOKENIZER)
    exact = args.run / MODEL
    trace(network, exact)
    quantise(exact, args.out / MODEL, matmuls(exact, args.exclude))
    shutil.copyfile(args.out / TOKENIZER, args.run / TOKENIZER)
    settings["sha256"] = {
        name: hashlib.sha256((args.out / name).read_bytes()).hexdigest()
        for name in (MODEL, TOKENIZER)
    }
    (args.out / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n")

    megabytes = sum((args.out / name).stat().st_size for name in (MODEL, TOKENIZER)) / 1e6
    test = split(read(args.data))["test"]
    before = metrics.evaluate(test, partial(probabilities, Entailment(args.run)))
    after = metrics.evaluate(test, partial(probabilities, Entailment(args.out)))
    print(f"{megabytes:.1f} MB\nfp32 {metrics.show(before)}\nint8 {metrics.show(after)}")
    (args.run / "int8.json").write_text(json.dumps({"fp32": before, "int8": after}, indent=1))
    if megabytes > LIMIT_MB:
        raise SystemExit(f"{megabytes:.1f} MB is over the limit of {LIMIT_MB} MB")


if __name__ == "__main__":
    main()
