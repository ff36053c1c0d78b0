"""The plain cell as its equations are written in PyTorch; gradients are autograd's. `torch_scratch.py double|single`"""
import sys

import torch

from torch_protocol import speak


def forward(p, state, X):
    H, hidden = state["H_0"], []
    for x in torch.tensor(X):
        H = torch.tanh(p["W_xh"][x] + H @ p["W_hh"] + p["b_h"])
        hidden.append(H)
    hidden = torch.stack(hidden)
    return hidden @ p["W_hq"] + p["b_q"], hidden, {"H_T": H}


speak(
    {"name": f"PyTorch {torch.__version__}, autograd", "cell": "rnn", "precision": sys.argv[1]},
    forward,
    lambda p, N: {"H_0": torch.zeros(N, p["W_hh"].shape[0], dtype=p["W_hh"].dtype)},
)
