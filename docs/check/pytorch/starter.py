"""The character-level recurrent neural network in PyTorch, held to its laws by

    pure-rnn check -- python3 my_rnn.py

V characters, H hidden units, N rows, T steps. X and Y are characters by their numbers, N x T: the batch is outermost.
Matrices are those of torch.nn, output by input, and there are two biases, so the parameters p are
W_xh (H x V), W_hh (H x H), b_ih (H), b_hh (H), W_hq (V x H) and b_q (V). autograd does the gradients.
"""
import json
import sys

import torch
from torch import nn
from torch.nn.functional import cross_entropy, one_hot

torch.set_default_dtype(torch.double)
torch.set_num_threads(1)

# The names that torch.nn has for them.
NAMES = {
    "W_xh": "rnn.weight_ih_l0", "W_hh": "rnn.weight_hh_l0", "b_ih": "rnn.bias_ih_l0", "b_hh": "rnn.bias_hh_l0",
    "W_hq": "linear.weight", "b_q": "linear.bias",
}


class CharacterRNN(nn.Module):
    def __init__(self, p):
        super().__init__()
        hidden, self.vocabulary = p["W_xh"].shape
        self.rnn = nn.RNN(self.vocabulary, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, self.vocabulary)
        self.load_state_dict({NAMES[name]: value for name, value in p.items()})

    def forward(self, X, H_0):
        """The scores O, N x T x V; the hidden states H, N x T x H; and the last of them, N x H."""
        # Your part: self.rnn reads one-hot characters, and a state of layers x N x H; self.linear makes scores of H.
        raise NotImplementedError


def loss(O, Y):
    """The mean of -log P of all T N labels."""
    # Your part: cross_entropy takes scores of ... x V and labels of ... alone.
    raise NotImplementedError


def backpropagate(model, X, Y, H_0, dH_T):
    """The gradients are left in the parameters and in H_0. dH_T is what comes back from after the last step."""
    # Your part: the loss, and <dH_T, the last state> added to it, go backward together.
    raise NotImplementedError


# Your part, when all that holds: clipping, optimisers, writing and training.


# What is asked, a line of JSON each, and how it is answered.

def tensors(record):
    return {name: torch.tensor(value, dtype=torch.double) for name, value in record.items()}


def passage(q):
    return CharacterRNN(tensors(q["parameters"])), torch.tensor(q["X"]), tensors(q["state"])["H_0"]


def named(model, value=lambda parameter: parameter.detach()):
    """What there is of each parameter, by the names of p."""
    parameters = dict(model.named_parameters())
    return {name: value(parameters[its]) for name, its in NAMES.items()}


def answer_forward(q):
    model, X, H_0 = passage(q)
    O, H, H_T = model(X, H_0)
    return {"O": O, "H": H, "state": {"H_T": H_T}}


def answer_loss(q):
    model, X, H_0 = passage(q)
    return {"loss": loss(model(X, H_0)[0], torch.tensor(q["Y"]))}


def answer_backpropagate(q):
    model, X, H_0 = passage(q)
    H_0.requires_grad_()
    backpropagate(model, X, torch.tensor(q["Y"]), H_0, tensors(q["dState"])["dH_T"])
    return {"gradients": named(model, lambda parameter: parameter.grad), "dState": {"dH_0": H_0.grad}}


# Your part, the same for those.


# What is written so far: add "loss": answer_loss, and so on.
answers = {
    "forward": answer_forward,
    # Your part, once they are written.
}

description = {
    "name": "RNN in PyTorch", "cell": "rnn", "biases": "two", "layout": "batch-first", "weights": "output-by-input",
    "dialect": "torch", "stateAdjoint": True, "can": list(answers),
}

for line in sys.stdin:
    q = json.loads(line)
    id, ask = q.pop("id"), q.pop("ask")
    if ask == "hello":
        answer = description
    else:
        try:
            answer = answers[ask](q)
        except NotImplementedError:
            answer = {"error": "not written yet"}
    print(json.dumps({"id": id, **answer}, default=lambda tensor: tensor.tolist()), flush=True)
