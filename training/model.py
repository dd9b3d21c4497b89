"""The network: a BERT encoder over both texts and a four-way head."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

CLASSES = 4


class CrossEncoder(nn.Module):
    """`<s> reference </s> candidate </s>` -> logits of the four relations.

    The head reads the mean of the reference's states, the mean of the candidate's, and their
    difference: e5 was trained with mean pooling, and the first token carries nothing yet.
    """

    def __init__(self, base: Path, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            base,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,
        )
        width = self.encoder.config.hidden_size
        self.dense = nn.Linear(3 * width, width)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(width, CLASSES)

    def train(self, mode: bool = True) -> CrossEncoder:
        """As in torch, but parts that do not learn stay without dropout."""
        super().train(mode)
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer):
            if not any(parameter.requires_grad for parameter in part.parameters()):
                part.eval()
        return self

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        """Logits (n, 4) of token ids and segment types, with a mask where padded; all (n, length).

        `types` only tell the two texts apart for pooling: the encoder was trained without them.
        """
        hidden = self.encoder.embeddings(input_ids=ids)
        blocked = None
        if mask is not None:
            blocked = (1 - mask)[:, None, None, :].to(hidden.dtype) * -1e4
        states = self.encoder.encoder(hidden, blocked).last_hidden_state
        second = types.to(states.dtype)
        first = 1 - second if mask is None else mask.to(states.dtype) - second
        means = [
            (states * side[:, :, None]).sum(dim=1) / side.sum(dim=1, keepdim=True)
            for side in (first, second)
        ]
        features = torch.cat([*means, (means[0] - means[1]).abs()], dim=1)
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(features)))))


def parameter_groups(
    model: CrossEncoder, rate: float, decay: float, frozen_layers: int
) -> list[dict[str, object]]:
    """AdamW groups: head at 5 x `rate`, each layer at `decay` times the rate of the one above.

    The embeddings and the lowest `frozen_layers` do not learn: few pairs would bend only the words
    they hold, and a backward pass that ends higher up is a third cheaper.
    """
    model.requires_grad_(False)
    groups: list[dict[str, object]] = []

    def add(parameters: list[nn.Parameter], lr: float) -> None:
        for parameter in parameters:
            parameter.requires_grad_(True)
        for matrices in (True, False):
            chosen = [p for p in parameters if (p.ndim > 1) == matrices]
            if chosen:
                groups.append({"params": chosen, "lr": lr, "weight_decay": 0.01 * matrices})

    layers = model.encoder.encoder.layer
    for number in range(frozen_layers, len(layers)):
        add(list(layers[number].parameters()), rate * decay ** (len(layers) - 1 - number))
    add([*model.dense.parameters(), *model.out.parameters()], 5 * rate)
    return groups
