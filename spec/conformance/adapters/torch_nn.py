"""torch.nn.RNN, GRU and LSTM, then torch.nn.functional.linear.

`torch_nn.py rnn|relu|gru|lstm double|single LAYERS [functional_call]`: parameters are put into the module as its
attributes, or handed to torch.nn.utils.stateless.functional_call.
"""
import sys

import torch

from torch_protocol import speak

KIND, PRECISION, LAYERS = sys.argv[1], sys.argv[2], int(sys.argv[3])
BY_CALL = sys.argv[4:] == ["functional_call"]
CELL = "rnn" if KIND == "relu" else KIND
# In the order in which PyTorch stacks them.
GATES = {"rnn": ["h"], "gru": ["r", "z", "n"], "lstm": ["i", "f", "g", "o"]}[CELL]
STATES = ["H", "C"] if CELL == "lstm" else ["H"]
NAMES = {"weight_ih": "W_x{}", "weight_hh": "W_h{}", "bias_ih": "b_i{}", "bias_hh": "b_h{}"}


def prefixes():
    return [f"{layer}." if layer else "" for layer in range(LAYERS)]


def forward(p, state, X):
    X = torch.nn.functional.one_hot(torch.tensor(X), p["b_q"].shape[0]).to(p["b_q"].dtype)
    its = {
        f"{name}_l{layer}": torch.cat([p[before + field.format(gate)] for gate in GATES])
        for layer, before in enumerate(prefixes())
        for name, field in NAMES.items()
    }
    sizes = (X.shape[2], p["W_hq"].shape[1], LAYERS)
    # Its own numbers, which should play no part, are the same each time.
    torch.manual_seed(0)
    module = {
        "rnn": lambda: torch.nn.RNN(*sizes, nonlinearity="relu" if KIND == "relu" else "tanh"),
        "gru": lambda: torch.nn.GRU(*sizes),
        "lstm": lambda: torch.nn.LSTM(*sizes),
    }[CELL]().to(X.dtype)
    first = tuple(torch.stack([state[f"{before}{s}_0"] for before in prefixes()]) for s in STATES)
    inputs = (X, first if CELL == "lstm" else first[0])
    if BY_CALL:
        H, last = torch.nn.utils.stateless.functional_call(module, its, inputs)
    else:
        for name, value in its.items():
            delattr(module, name)
            setattr(module, name, value)
        H, last = module(*inputs)
    last = last if CELL == "lstm" else (last,)
    ends = {f"{before}{s}_T": last[i][k] for i, s in enumerate(STATES) for k, before in enumerate(prefixes())}
    return torch.nn.functional.linear(H, p["W_hq"], p["b_q"]), H, ends


def zero_state(p, N):
    zeros = torch.zeros(N, p["W_hq"].shape[1], dtype=p["b_q"].dtype)
    return {f"{before}{s}_0": zeros for before in prefixes() for s in STATES}


speak(
    {
        "name": f"PyTorch {torch.__version__}, torch.nn.{CELL.upper()}{' by functional_call' * BY_CALL}",
        "cell": CELL,
        "precision": PRECISION,
        "biases": "two",
        "weights": "output-by-input",
        "layers": LAYERS,
        **({"activation": "relu"} if KIND == "relu" else {}),
    },
    forward,
    zero_state,
)
