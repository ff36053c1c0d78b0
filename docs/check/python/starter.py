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
    raise NotImplementedError


def log_softmax(O):
    """The logarithms of the probabilities, along the last axis."""
    # Your part: log P = O - log(sum(exp(O))). Take the largest score from O first, so that nothing overflows.
    raise NotImplementedError


def loss(O, Y):
    """The mean of -log P of all T N labels."""
    # Your part: take log P at the labels with np.take_along_axis.
    raise NotImplementedError


def backpropagate(p, H_0, X, Y, dH_T):
    """The gradients of the loss, by the names of p, and dH_0. dH_T is what comes back from after the last step."""
    # Your part: dO = (P - Y) / (T N); then from the last step to the first dH_t, dZ_t = dH_t (1 - H_t^2) and the sums.
    raise NotImplementedError


# Your part, when all that holds: clipping, optimisers, sampling, writing and training.


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


# What is written so far: add "loss": answer_loss, and so on.
answers = {
    "forward": answer_forward,
    # Your part, once they are written.
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
