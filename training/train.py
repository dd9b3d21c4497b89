"""Train the cross-encoder: one command, a fixed seed, resumable.

    python -m training.train --base build/base --out build/run

A checkpoint is kept in --out; the same command goes on from it. The held-out test concepts are
judged once, at the end.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from interview.grading.entailment import pair_tokens, softmax
from training import metrics
from training.model import CrossEncoder, parameter_groups
from training.pairs import DATA, SEED, Pair, Statement, epoch, read, split, written
from training.surface import Surface

WARMUP = 0.08  # of all steps
CHECKPOINT_EVERY = 120  # seconds


@dataclass(frozen=True)
class Example:
    """A pair as token ids and segment types, with its label and surface log-probabilities."""

    ids: list[int]
    types: list[int]
    label: int
    surface: np.ndarray


def encode(
    pairs: Sequence[Pair], tokenizer: Tokenizer, surface: np.ndarray | None = None
) -> list[Example]:
    """Pairs -> examples; without `surface` (n, 4) its place is zero."""
    texts = list(dict.fromkeys(text for p in pairs for text in (p.reference, p.candidate)))
    tokens = dict(zip(texts, (code.ids for code in tokenizer.encode_batch(texts)), strict=True))
    clues = np.zeros((len(pairs), 4), np.float32) if surface is None else surface
    return [
        Example(*pair_tokens(tokens[p.reference], tokens[p.candidate]), p.label, row)
        for p, row in zip(pairs, clues, strict=True)
    ]


def batches(examples: Sequence[Example], tokens: int, rng: random.Random | None) -> list[list[int]]:
    """Row numbers in batches of like length, about `tokens` tokens each; shuffled if `rng`."""
    order = list(range(len(examples)))
    if rng:
        rng.shuffle(order)
    window = 2000 if rng else len(order)
    result: list[list[int]] = []
    for start in range(0, len(order), window):
        batch: list[int] = []
        for row in sorted(order[start : start + window], key=lambda row: len(examples[row].ids)):
            if batch and len(examples[row].ids) * (len(batch) + 1) > tokens:
                result.append(batch)
                batch = []
            batch.append(row)
        result.append(batch)
    if rng:
        rng.shuffle(result)
    return result


def tensors(rows: Sequence[Example], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Padded ids, types and mask, each (rows, longest)."""
    longest = max(len(row.ids) for row in rows)
    made = np.zeros((3, len(rows), longest), dtype=np.int64)
    made[0] = 1  # <pad>
    for at, row in enumerate(rows):
        made[0, at, : len(row.ids)] = row.ids
        made[1, at, : len(row.ids)] = row.types
        made[2, at, : len(row.ids)] = 1
    ids, types, mask = torch.from_numpy(made).to(device)
    return ids, types, mask


def predict(
    model: CrossEncoder, pairs: Sequence[Pair], tokenizer: Tokenizer, device: torch.device
) -> np.ndarray:
    """Logits (n, 4) of the model in evaluation mode, in float32."""
    examples = encode(pairs, tokenizer)
    logits = np.empty((len(pairs), 4), dtype=np.float32)
    model.eval()
    with torch.no_grad():
        for rows in batches(examples, 4096, None):
            inputs = tensors([examples[row] for row in rows], device)
            logits[rows] = model(*inputs).float().cpu().numpy()
    return logits


def loss_of(logits: Tensor, rows: Sequence[Example], smoothing: float, debias: float) -> Tensor:
    """Cross-entropy of the network's and, weighted by `debias`, the surface's joint opinion."""
    surface = torch.from_numpy(np.stack([row.surface for row in rows])).to(logits.device)
    labels = torch.tensor([row.label for row in rows], device=logits.device)
    joint = torch.log_softmax(logits, dim=1) + debias * surface
    return functional.cross_entropy(joint, labels, label_smoothing=smoothing)


class Run:
    """One training run: data, model, optimiser and the place reached."""

    def __init__(self, args: argparse.Namespace, statements: Sequence[Statement]) -> None:
        self.args = args
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokenizer = Tokenizer.from_file(str(args.base / "tokenizer.json"))
        self.statements = statements
        self.surface = Surface(epoch(statements, 0)) if args.debias else None
        torch.manual_seed(args.seed)
        self.model = CrossEncoder(args.base).to(self.device)
        if args.init:
            self.model.load_state_dict(torch.load(args.init, map_location=self.device))
        groups = parameter_groups(self.model, args.rate, args.decay, args.frozen)
        self.optimiser = torch.optim.AdamW(groups, fused=True)
        self.rates = [group["lr"] for group in self.optimiser.param_groups]
        self.epoch, self.batch = 0, 0
        self.checkpoint = args.out / "checkpoint.pt"
        if self.checkpoint.exists():
            self.load()

    def load(self) -> None:
        state = torch.load(self.checkpoint, map_location=self.device, weights_only=False)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.batch = state["place"]
        torch.set_rng_state(state["random"].cpu())
        print(f"going on from epoch {self.epoch}, batch {self.batch}", flush=True)

    def save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "place": (self.epoch, self.batch),
            "random": torch.get_rng_state(),
        }
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)

    def examples(self) -> list[Example]:
        """This epoch's examples: of `draw` of the pairs, and of all windows of answers."""
        drawn = epoch(self.statements, self.epoch)
        pairs = [pair for pair in drawn if "window" in pair.kind]
        others = [pair for pair in drawn if "window" not in pair.kind]
        kept = math.ceil(self.args.draw * len(others))
        pairs += random.Random(self.args.seed - self.epoch).sample(others, kept)
        surface = self.surface.log_probabilities(pairs) if self.surface else None
        return encode(pairs, self.tokenizer, surface)

    def set_rate(self, done: float) -> None:
        """Linear warm-up, then a cosine down to nearly nothing; `done` is the share of the run."""
        rise = done / WARMUP
        fall = 0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * (done - WARMUP) / (1 - WARMUP)))
        for group, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = rate * min(rise, fall) if done < WARMUP else rate * fall

    def step(self, rows: Sequence[Example]) -> float:
        """One update; returns the loss."""
        ids, types, mask = tensors(rows, self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=not self.args.fp32):
            logits = self.model(ids, types, mask)
        loss = loss_of(logits.float(), rows, self.args.smoothing, self.args.debias)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return float(loss.detach())

    def one_epoch(self) -> Iterator[str]:
        """Train to the end of the current epoch; yields progress lines."""
        examples = self.examples()
        rng = random.Random(self.args.seed + self.epoch)
        order = batches(examples, self.args.tokens, rng)
        started = saved = told = time.monotonic()
        seen, losses = 0, []
        self.model.train()
        while self.batch < len(order):
            rows = [examples[row] for row in order[self.batch]]
            self.set_rate((self.epoch + self.batch / len(order)) / self.args.epochs)
            losses.append(self.step(rows))
            seen += len(rows)
            self.batch += 1
            now = time.monotonic()
            if now - saved > CHECKPOINT_EVERY:
                self.save()
                saved = now
            if now - told > 60:
                told = now
                yield (
                    f"epoch {self.epoch} {self.batch}/{len(order)} "
                    f"loss {np.mean(losses[-50:]):.3f} {seen / (now - started):.1f} pairs/s"
                )
        self.epoch, self.batch = self.epoch + 1, 0
        self.save()


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The divisor of the logits (n, 4) with the smallest log loss (Guo et al. 2017)."""
    candidates = np.geomspace(0.3, 4, 80)
    rows = np.arange(len(labels))
    losses = [-np.log(softmax(logits / t)[rows, labels] + 1e-9).mean() for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the entailment cross-encoder.")
    parser.add_argument("--base", type=Path, default=Path("build/base"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=Path("build/run"))
    parser.add_argument("--init", type=Path, help="a model.pt of an earlier run to go on from")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1.5e-4, help="of the top layer")
    parser.add_argument("--decay", type=float, default=0.9, help="of the rate, layer by layer")
    parser.add_argument("--frozen", type=int, default=3, help="lowest layers that do not learn")
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--debias", type=float, default=0.5, help="weight of the surface's opinion")
    parser.add_argument("--tokens", type=int, default=2048, help="per batch")
    parser.add_argument("--share", type=float, default=1.0, help="of the training concepts")
    parser.add_argument(
        "--draw", type=float, default=1.0, help="share of an epoch's pairs used, besides windows"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fp32", action="store_true", help="no bfloat16")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    parts = split(read(args.data))
    concepts = sorted({s.concept for s in parts["train"]})
    random.Random(args.seed).shuffle(concepts)
    used = set(concepts[: math.ceil(args.share * len(concepts))])
    train = [s for s in parts["train"] if s.concept in used]
    validation = written(parts["validation"])
    labels = np.array([p.label for p in validation])
    run = Run(args, train)
    print(f"{len(train)} statements, {len(used)} concepts, {len(epoch(train, 0))} pairs an epoch")
    while run.epoch < args.epochs:
        for line in run.one_epoch():
            print(time.strftime("%H:%M"), line, flush=True)
        logits = predict(run.model, validation, run.tokenizer, run.device)
        figures = metrics.report(validation, softmax(logits))
        print(
            time.strftime("%H:%M"), "validation", metrics.show(figures).split("\n")[0], flush=True
        )
    # the probabilities are to be honest about what the grader asks: stretches of answers, if any
    asked = [row for row, pair in enumerate(validation) if pair.kind == "window"]
    asked = asked or list(range(len(validation)))
    logits = predict(run.model, [validation[row] for row in asked], run.tokenizer, run.device)
    heat = temperature(logits, labels[asked])
    figures = metrics.evaluate(
        parts["test"],
        lambda pairs: softmax(predict(run.model, pairs, run.tokenizer, run.device) / heat),
    )
    print(f"temperature {heat:.2f}\ntest {metrics.show(figures)}", flush=True)
    torch.save(run.model.state_dict(), args.out / "model.pt")
    settings = {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items()}
    summary = {"temperature": heat, "statements": len(train), "settings": settings, "test": figures}
    (args.out / "summary.json").write_text(json.dumps(summary, indent=1))


if __name__ == "__main__":
    main()
