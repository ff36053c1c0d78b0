"""The character-level recurrent neural network in NumPy, held to its laws by

    pure-rnn check -- python3 my_rnn.py

V characters, H hidden units, N rows, T steps. X and Y are characters by their numbers, T x N; the parameters p are
W_xh (V x H), W_hh (H x H), b_h (H), W_hq (H x V) and b_q (V).
"""
import json
import sys

import numpy as np


def forward(p, H_0, X):
    """The scores O, T x N x V, and the hidden states H, T x N x H."""
    # Your part: H_t = tanh(X_t W_xh + H_{t-1} W_hh + b_h), and O_t = H_t W_hq + b_q.
    H_t, H = H_0, []
    for X_t in X:
        H_t = np.tanh(p["W_xh"][X_t] + H_t @ p["W_hh"] + p["b_h"])
        H.append(H_t)
    H = np.stack(H)
    return H @ p["W_hq"] + p["b_q"], H
    # End of your part.


def log_softmax(O):
    """The logarithms of the probabilities, along the last axis."""
    # Your part: log P = O - log(sum(exp(O))). Take the largest score from O first, so that nothing overflows.
    O = O - O.max(axis=-1, keepdims=True)
    return O - np.log(np.exp(O).sum(axis=-1, keepdims=True))
    # End of your part.


def loss(O, Y):
    """The mean of -log P of all T N labels."""
    # Your part: take log P at the labels with np.take_along_axis.
    return -np.take_along_axis(log_softmax(O), Y[..., None], axis=-1).mean()
    # End of your part.


def backpropagate(p, H_0, X, Y, dH_T):
    """The gradients of the loss, by the names of p, and dH_0. dH_T is what comes back from after the last step."""
    # Your part: dO = (P - Y) / (T N); then from the last step to the first dH_t, dZ_t = dH_t (1 - H_t^2) and the sums.
    O, H = forward(p, H_0, X)
    one_hot = np.eye(O.shape[-1])
    dO = (np.exp(log_softmax(O)) - one_hot[Y]) / Y.size
    g = {name: np.zeros_like(value) for name, value in p.items()}
    dH_next = dH_T
    for t in reversed(range(len(X))):
        H_prev = H[t - 1] if t > 0 else H_0
        dH = dO[t] @ p["W_hq"].T + dH_next
        dZ = dH * (1 - H[t] ** 2)
        g["W_hq"] += H[t].T @ dO[t]
        g["b_q"] += dO[t].sum(axis=0)
        g["W_xh"] += one_hot[X[t]].T @ dZ
        g["W_hh"] += H_prev.T @ dZ
        g["b_h"] += dZ.sum(axis=0)
        dH_next = dZ @ p["W_hh"].T
    return g, dH_next
    # End of your part.


# Your part, when all that holds: clipping, optimisers, sampling, writing and training.
def clip(g, theta):
    """The gradients, scaled down to a norm of theta where it is larger."""
    norm = np.sqrt(sum((d ** 2).sum() for d in g.values()))
    return {name: d * (theta / norm) if norm > theta else d for name, d in g.items()}


class Optimiser:
    def __init__(self, its, p):
        self.its, self.t = its, 0
        self.m = {name: np.zeros_like(value) for name, value in p.items()}
        self.v = {name: np.zeros_like(value) for name, value in p.items()}

    def step(self, p, g):
        """The parameters after one step down the gradients."""
        its, self.t = self.its, self.t + 1
        update = g
        if its["name"] == "momentum":
            self.m = update = {k: its["beta"] * self.m[k] + g[k] for k in g}
        if its["name"] == "adam":
            beta1, beta2 = its["beta1"], its["beta2"]
            self.m = {k: beta1 * self.m[k] + (1 - beta1) * g[k] for k in g}
            self.v = {k: beta2 * self.v[k] + (1 - beta2) * g[k] ** 2 for k in g}
            c1, c2 = 1 - beta1 ** self.t, 1 - beta2 ** self.t
            update = {k: self.m[k] / c1 / (np.sqrt(self.v[k] / c2) + its["epsilon"]) for k in g}
        return {k: p[k] - its["rate"] * update[k] for k in p}


def optimise(its, p, gradients):
    """The parameters after each step."""
    optimiser, after = Optimiser(its, p), []
    for g in gradients:
        p = optimiser.step(p, g)
        after.append(p)
    return after


def sample(sampling, length, batch, steps, seed):
    """The minibatches of one epoch, of a text in which character i is i."""
    def minibatch(starts, reset):
        X = np.add.outer(np.arange(steps), starts)
        return {"X": X, "Y": X + 1, "reset": reset}

    if sampling == "consecutive":
        row = length // batch
        starts = np.arange(batch) * row
        return [minibatch(starts + k * steps, k == 0) for k in range((row - 1) // steps)]
    starts = np.random.default_rng(seed).permutation((length - 1) // steps) * steps
    return [minibatch(starts[k:k + batch], True) for k in range(0, len(starts) - batch + 1, batch)]


def generate(p, prefix, length):
    """The prefix, and length characters more, each the one with the largest score."""
    text, H_t = list(prefix), np.zeros((1, len(p["b_h"])))
    for k in range(len(prefix) + length - 1):
        O, H = forward(p, H_t, np.array([[text[k]]]))
        H_t = H[-1]
        if k + 1 == len(text):
            text.append(O[0, 0].argmax())
    return text


def train(p, minibatches, theta, its):
    """The loss of each minibatch before its step, and the parameters after the last."""
    optimiser, losses = Optimiser(its, p), []
    for minibatch in minibatches:
        X, Y = np.array(minibatch["X"]), np.array(minibatch["Y"])
        zeros = np.zeros((X.shape[1], len(p["b_h"])))
        H_0 = zeros if minibatch["reset"] else H[-1]
        O, H = forward(p, H_0, X)
        losses.append(loss(O, Y))
        g, _ = backpropagate(p, H_0, X, Y, zeros)
        p = optimiser.step(p, clip(g, theta))
    return losses, p
# End of your part.


# What is asked, a line of JSON each, and how it is answered.

def arrays(record):
    return {name: np.array(value, dtype=float) for name, value in record.items()}


def passage(q):
    return arrays(q["parameters"]), arrays(q["state"])["H_0"], np.array(q["X"])


def answer_forward(q):
    O, H = forward(*passage(q))
    return {"O": O, "H": H, "state": {"H_T": H[-1]}}


def answer_loss(q):
    O, _ = forward(*passage(q))
    return {"loss": loss(O, np.array(q["Y"]))}


def answer_backpropagate(q):
    g, dH_0 = backpropagate(*passage(q), np.array(q["Y"]), arrays(q["dState"])["dH_T"])
    return {"gradients": g, "dState": {"dH_0": dH_0}}


# Your part, the same for those.
def answer_clip(q):
    return {"gradients": clip(arrays(q["gradients"]), q["theta"])}


def answer_optimise(q):
    return {"parameters": optimise(q["optimiser"], arrays(q["parameters"]), [arrays(g) for g in q["gradients"]])}


def answer_sample(q):
    return {"minibatches": sample(**q)}


def answer_generate(q):
    return {"text": generate(arrays(q["parameters"]), q["prefix"], q["length"])}


def answer_train(q):
    losses, p = train(arrays(q["parameters"]), q["minibatches"], q["theta"], q["optimiser"])
    return {"losses": losses, "parameters": p}
# End of your part.


# What is written so far: add "loss": answer_loss, and so on.
answers = {
    "forward": answer_forward,
    # Your part, once they are written.
    "loss": answer_loss,
    "backpropagate": answer_backpropagate,
    "clip": answer_clip,
    "optimise": answer_optimise,
    "sample": answer_sample,
    "generate": answer_generate,
    "train": answer_train,
    # End of your part.
}

for line in sys.stdin:
    q = json.loads(line)
    id, ask = q.pop("id"), q.pop("ask")
    if ask == "hello":
        answer = {"name": "RNN in NumPy", "cell": "rnn", "stateAdjoint": True, "can": list(answers)}
    else:
        try:
            answer = answers[ask](q)
        except NotImplementedError:
            answer = {"error": "not written yet"}
    print(json.dumps({"id": id, **answer}, default=lambda array: array.tolist()), flush=True)
