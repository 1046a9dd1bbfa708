"""Learning a network from tagged sentences with PyTorch, on one thread, so that the same sentences and seed give the
same weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from viborder.train.crf.network import ATTRIBUTES, WORD, Network, Networks, numbered, row_of
from viborder.train.crf.templates import attributes
from viborder.train.watched import watched

Sentence = tuple[list[str], list[int]]  # the tokens, and the code of the tag of each

# Chosen on the dev set of PhoNER_COVID19.
SIZE, HIDDEN = 128, 128  # of an embedding; of a hidden state, in each direction
RATE, WARM_UP = 3e-3, 50  # Adam's highest step size, which falls in a line to 0; steps until it is reached
STEPS, PASSES = 1600, 14  # steps at least; passes over the sentences at least
TOKENS, SHARE = 1500, 1 / 50  # of a batch at most, its padding included; and of all tokens, for small corpora
DROPOUT = 0.33  # of embeddings and of hidden states, the same for all tokens of a sentence (Gal and Ghahramani 2016)
HIDE_WORD, HIDE_ATTRIBUTE = 0.2, 0.05  # how often a token's word is hidden from the network, and any other attribute
RARE = 2  # attributes that occur less often are not learned


def learn_networks(sentences: Sequence[Sentence], tags: int, count: int, seed: int) -> Networks:
    """`count` networks that differ in their random numbers. tags: how many tags there are."""
    types = {word: attributes(word) for words, _ in sentences for word in words}
    counts = Counter(
        f"{name}={value}" for words, _ in sentences for word in words for name, value in types[word].items()
    )
    kept = sorted(attribute for attribute, often in counts.items() if often >= RARE)
    numbers = numbered(kept)
    rows = {word: row_of(numbers, own) for word, own in types.items()}
    items = [(torch.tensor([rows[word] for word in words]), torch.tensor(codes)) for words, codes in sentences]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return Networks(
            kept,
            [_learned(items, len(kept) + 1, tags, seed + number, f"network {number + 1}") for number in range(count)],
        )
    finally:
        torch.set_num_threads(threads)


class _Tagger(nn.Module):  # type: ignore[misc]
    def __init__(self, rows: int, tags: int) -> None:
        super().__init__()
        self.embed = nn.EmbeddingBag(rows, SIZE, mode="sum", padding_idx=0)
        nn.init.normal_(self.embed.weight, std=len(ATTRIBUTES) ** -0.5)
        with torch.no_grad():
            self.embed.weight[0] = 0
        self.lstm = nn.LSTM(SIZE, HIDDEN, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * HIDDEN, tags)

    def forward(self, rows: Any, lengths: Any) -> Any:
        """Scores (sentences × tokens × tags) in training. rows: (sentences × tokens × attributes)."""
        word = torch.rand(*rows.shape[:2], 1) < HIDE_WORD
        hidden = torch.cat(
            [word.expand(-1, -1, WORD), torch.rand(*rows.shape[:2], rows.shape[2] - WORD) < HIDE_ATTRIBUTE], 2
        )
        sums = self.embed(rows.masked_fill(hidden, 0).flatten(0, 1)).view(*rows.shape[:2], SIZE)
        packed = pack_padded_sequence(_dropped(sums), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.out(_dropped(states))

    def weights(self) -> Network:
        def plain(*parts: Any) -> Any:
            return np.concatenate([part.detach().numpy() for part in parts]).astype(np.float32)

        lstm = self.lstm
        return Network(
            plain(self.embed.weight),
            plain(lstm.weight_ih_l0, lstm.weight_ih_l0_reverse).T.copy(),
            plain(lstm.bias_ih_l0 + lstm.bias_hh_l0, lstm.bias_ih_l0_reverse + lstm.bias_hh_l0_reverse),
            plain(lstm.weight_hh_l0).T.copy(),
            plain(lstm.weight_hh_l0_reverse).T.copy(),
            plain(self.out.weight).T.copy(),
            plain(self.out.bias),
        )


def _dropped(values: Any) -> Any:
    mask = torch.rand(values.shape[0], 1, values.shape[2]) > DROPOUT
    return values * mask / (1 - DROPOUT)


def _learned(items: Sequence[tuple[Any, Any]], rows: int, tags: int, seed: int, name: str) -> Network:
    torch.manual_seed(seed)
    random = Random(seed)
    tagger = _Tagger(rows, tags)
    optimizer = torch.optim.Adam(tagger.parameters(), lr=RATE, betas=(0.9, 0.98))
    a_pass = len(list(_batches(items, random)))
    total = max(STEPS, PASSES * a_pass)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / WARM_UP) * (1 - step / total)
    )
    batches = _endless(items, random)
    for _ in watched(range(total), f"learning {name}"):
        inputs, lengths, gold = next(batches)
        scores = tagger(inputs, lengths)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), gold.flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return tagger.weights()


def _endless(items: Sequence[tuple[Any, Any]], random: Random) -> Iterator[tuple[Any, Any, Any]]:
    while True:
        for batch in _batches(items, random):
            rows, codes = zip(*(items[number] for number in batch), strict=True)
            lengths = torch.tensor([len(row) for row in rows])
            yield pad_sequence(rows, batch_first=True), lengths, pad_sequence(codes, batch_first=True, padding_value=-1)


def _batches(items: Sequence[tuple[Any, Any]], random: Random) -> list[list[int]]:
    """Sentences of about the same length together, in random order."""
    most = min(TOKENS, SHARE * sum(len(rows) for rows, _ in items))
    order = sorted(range(len(items)), key=lambda number: len(items[number][0]) + 4 * random.random())
    batches: list[list[int]] = [[]]
    for number in order:
        if batches[-1] and (len(batches[-1]) + 1) * (len(items[number][0]) + 4) > most:
            batches.append([])
        batches[-1].append(number)
    random.shuffle(batches)
    return batches
