"""The same model in PyTorch, on one thread: answers requests as contender.ts does, a line of JSON for each.

    baseline.py scratch    the equations written out, gradients by autograd
    baseline.py nn         nn.RNN and nn.Linear, torch.optim.SGD, clip_grad_norm_

A framework's user reads corpora from arrays, so a minibatch's numbers lie in NumPy arrays here, and making tensors
of them is part of the step.
"""

import json
import os
import sys
import time

# Debian's PyTorch takes its threads from OpenBLAS and OpenMP too, which read these when they are loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn
import torch.nn.functional as F

torch.set_num_threads(1)

STREAMS = {"W_xh": 1, "W_hh": 2, "W_hq": 3}
FIRST_MINIBATCH_STREAM = 16


def uniforms(stream, count):
    """numbers.ts's uniforms."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) + np.uint32(stream * 0x9E3779B9 % 2**32)
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B)
        x = x ^ (x >> np.uint32(16))
    return x / 2**32


def weight(field, rows, columns, deviation):
    values = (uniforms(STREAMS[field], rows * columns) - 0.5) * np.sqrt(12) * deviation
    return torch.tensor(values.astype(np.float32)).reshape(rows, columns)


def minibatches(V, N, T, count):
    def characters(stream):
        return np.floor(uniforms(stream, T * N) * V).astype(np.int64).reshape(T, N)

    streams = [FIRST_MINIBATCH_STREAM + 2 * i for i in range(count)]
    return [(characters(stream), characters(stream + 1)) for stream in streams]


class Scratch:
    """Every equation written out; the output layer is applied step by step, as in textbooks."""

    def __init__(self, V, H, theta, eta, deviation):
        self.V, self.H, self.theta, self.eta = V, H, theta, eta
        self.first = [
            weight("W_xh", V, H, deviation),
            weight("W_hh", H, H, deviation),
            torch.zeros(H),
            weight("W_hq", H, V, deviation),
            torch.zeros(V),
        ]
        self.parameters = [p.clone().requires_grad_() for p in self.first]

    def forward(self, X, state):
        W_xh, W_hh, b_h, W_hq, b_q = self.parameters
        outputs = []
        for X_t in X:
            state = torch.tanh(torch.mm(X_t, W_xh) + torch.mm(state, W_hh) + b_h)
            outputs.append(torch.mm(state, W_hq) + b_q)
        return torch.cat(outputs, 0), state

    def step(self, inputs, labels):
        X = F.one_hot(torch.from_numpy(inputs), self.V).to(torch.float32)
        Y = torch.from_numpy(labels).reshape(-1)
        outputs, _ = self.forward(X, torch.zeros(inputs.shape[1], self.H))
        loss = F.cross_entropy(outputs, Y)
        loss.backward()
        norm = torch.sqrt(sum(torch.sum(p.grad**2) for p in self.parameters))
        if norm > self.theta:
            for p in self.parameters:
                p.grad[:] *= self.theta / norm
        with torch.no_grad():
            for p in self.parameters:
                p -= self.eta * p.grad
                p.grad.zero_()
        return loss.item()

    def start(self):
        return torch.zeros(1, self.H)

    def write(self, character, state):
        X = F.one_hot(torch.tensor([[character]]), self.V).to(torch.float32)
        outputs, state = self.forward(X, state)
        return int(outputs.argmax(1)), state


class Concise:
    """The framework's own layers and optimiser."""

    def __init__(self, V, H, theta, eta, deviation):
        self.V, self.H, self.theta = V, H, theta
        self.rnn, self.linear = nn.RNN(V, H), nn.Linear(H, V)
        self.first = [
            weight("W_xh", V, H, deviation).T.contiguous(),
            weight("W_hh", H, H, deviation).T.contiguous(),
            torch.zeros(H),
            torch.zeros(H),
            weight("W_hq", H, V, deviation).T.contiguous(),
            torch.zeros(V),
        ]
        self.parameters = [*self.rnn.parameters(), *self.linear.parameters()]
        self.optimiser = torch.optim.SGD(self.parameters, lr=eta)

    def step(self, inputs, labels):
        X = F.one_hot(torch.from_numpy(inputs), self.V).to(torch.float32)
        Y = torch.from_numpy(labels).reshape(-1)
        hidden, _ = self.rnn(X, torch.zeros(1, inputs.shape[1], self.H))
        loss = F.cross_entropy(self.linear(hidden.reshape(-1, self.H)), Y)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, self.theta)
        self.optimiser.step()
        return loss.item()

    def start(self):
        return torch.zeros(1, 1, self.H)

    def write(self, character, state):
        X = F.one_hot(torch.tensor([[character]]), self.V).to(torch.float32)
        hidden, state = self.rnn(X, state)
        return int(self.linear(hidden[0]).argmax(1)), state


def restart(model):
    with torch.no_grad():
        for p, first in zip(model.parameters, model.first):
            p.copy_(first)


def prepare(make, settings, task):
    """What is timed, as a function of how often it was called before; and what it answers at first."""
    model = make(task["V"], task["H"], settings["theta"], settings["eta"], settings["deviation"])
    restart(model)
    if task["kind"] == "training":
        data = minibatches(task["V"], task["N"], task["T"], settings["minibatches"])
        answer = {"losses": [model.step(*data[i % len(data)]) for i in range(settings["steps"])]}
        return lambda i: model.step(*data[i % len(data)]), lambda: restart(model), answer

    def write(_):
        character, state, written = 0, model.start(), []
        with torch.no_grad():
            for _ in range(task["length"]):
                character, state = model.write(character, state)
                written.append(character)
        return written

    return write, lambda: None, {"written": write(0)}


def measure(once, again, budget):
    """The milliseconds of each call, for as long as the budget lasts, but at least once."""
    again()
    milliseconds, begin = [], time.perf_counter()
    while not milliseconds or (time.perf_counter() - begin) * 1e3 < budget:
        before = time.perf_counter()
        once(len(milliseconds))
        milliseconds.append((time.perf_counter() - before) * 1e3)
    return {"milliseconds": milliseconds}


def main():
    make = {"scratch": Scratch, "nn": Concise}[sys.argv[1]]
    settings = json.loads(sys.argv[2])
    print(json.dumps({"versions": {"torch": torch.__version__}}), flush=True)
    once = again = None
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            once, again, answer = prepare(make, settings, request["prepare"])
        else:
            answer = measure(once, again, request["measure"])
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
