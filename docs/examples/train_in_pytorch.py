"""Trains a model that pure-rnn exported, in PyTorch: in one process, or in several with DistributedDataParallel.

    python3 train_in_pytorch.py STATE_DICT TEXT OUT [--epochs 2] [--processes 1]

STATE_DICT is what `pure-rnn export --format torch` wrote; OUT is what `pure-rnn import` reads. It needs torch and numpy.
The conventions are those of the dialect `torch`: consecutive minibatches, Adam at 1e-3, gradients clipped at 0.01, the
state carried from minibatch to minibatch and from epoch to epoch, and cut from the graph in between.
"""
import argparse
import json
import math
import os
import struct

import numpy
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

ROWS, STEPS, RATE, THETA = 32, 35, 1e-3, 0.01


def read_safetensors(path):
    """The tensors of a file, and its metadata."""
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, about in header.items():
        begin, end = (8 + length + offset for offset in about["data_offsets"])
        assert about["dtype"] == "F32", about["dtype"]
        numbers = numpy.frombuffer(data[begin:end], dtype="<f4").reshape(about["shape"])
        tensors[name] = torch.from_numpy(numbers.copy())
    return tensors, metadata


def write_safetensors(path, tensors, metadata):
    header, blocks, at = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        block = tensors[name].detach().numpy().astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensors[name].shape), "data_offsets": [at, at + len(block)]}
        blocks.append(block)
        at += len(block)
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


class Model(torch.nn.Module):
    """What the names in the file say: `rnn`, and `linear` on it."""

    def __init__(self, settings, vocabulary):
        super().__init__()
        cell = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[settings["cell"]]
        more = {"nonlinearity": settings["activation"]} if settings["cell"] == "rnn" else {}
        self.rnn = cell(vocabulary, settings["hidden"], settings["layers"], **more)
        self.linear = torch.nn.Linear(settings["hidden"], vocabulary)
        self.vocabulary = vocabulary

    def forward(self, x, state):
        out, state = self.rnn(torch.nn.functional.one_hot(x, self.vocabulary).float(), state)
        return self.linear(out.reshape(-1, out.shape[-1])), state


def detached(state):
    return None if state is None else tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def train(rank, arguments):
    processes = arguments.processes
    if processes > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=arguments.port)
        dist.init_process_group("gloo", rank=rank, world_size=processes)
    torch.set_num_threads(1)
    tensors, metadata = read_safetensors(arguments.state_dict)
    about = json.loads(metadata["pure-rnn"])
    number = {character: i for i, character in enumerate(about["vocabulary"])}
    text = open(arguments.text, encoding="utf-8").read().replace("\n", " ")[: about["text"]["characters"]]
    numbers = torch.tensor([number[character] for character in text])

    model = Model(about["settings"], len(number))
    model.load_state_dict(tensors)
    parallel = DistributedDataParallel(model) if processes > 1 else model
    adam = torch.optim.Adam(model.parameters(), lr=RATE)

    # Each process takes a shard of the rows: the mean over processes of their gradients is that of all rows.
    row = len(numbers) // ROWS
    rows = numbers[: ROWS * row].reshape(ROWS, row)[rank :: processes]
    state = None
    for epoch in range(1, arguments.epochs + 1):
        losses = []
        for k in range((row - 1) // STEPS):
            x = rows[:, k * STEPS : (k + 1) * STEPS].t()
            y = rows[:, k * STEPS + 1 : (k + 1) * STEPS + 1].t()
            scores, state = parallel(x, detached(state))
            loss = torch.nn.functional.cross_entropy(scores, y.reshape(-1))
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), THETA)
            adam.step()
            mean = loss.detach().clone()
            if processes > 1:
                dist.all_reduce(mean)
                mean /= processes
            losses.append(mean.item())
        if rank == 0:
            print(f"epoch {epoch}, perplexity {math.exp(sum(losses) / len(losses)):.4f}", flush=True)
    if rank == 0:
        write_safetensors(arguments.out, model.state_dict(), metadata)
    if processes > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("state_dict")
    parser.add_argument("text")
    parser.add_argument("out")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--port", default="29511")
    arguments = parser.parse_args()
    assert ROWS % arguments.processes == 0, "shards of equal rows: their losses are averaged without weights"
    if arguments.processes == 1:
        train(0, arguments)
    else:
        torch.multiprocessing.spawn(train, args=(arguments,), nprocs=arguments.processes)
