"""The model from scratch: one bias a gate, weights that multiply from the right, gradients by autograd.

It shares no code with torch.nn: a step is written out, and the loss is the mean of -log softmax at the labels.
"""
import torch

GATES = {'rnn': ['h'], 'gru': ['r', 'z', 'n'], 'lstm': ['i', 'f', 'g', 'o']}


def names(cell, layers):
    """The parameters' names: layer by layer, gate by gate, then the output layer's."""
    each = [f'{kind}{g}_{k}' for k in range(layers) for g in GATES[cell] for kind in ('W_x', 'W_h', 'b_')]
    return each + ['W_hq', 'b_q']


def shape(name, V, H):
    if name in ('W_hq', 'b_q'):
        return (H, V) if name == 'W_hq' else (V,)
    if name.startswith('b_'):
        return (H,)
    return (V, H) if name.startswith('W_x') and name.endswith('_0') else (H, H)


def step(cell, activation, p, k, X, state):
    """One layer's step: its output, and its next state."""
    H = state[0]
    share = lambda g: X @ p[f'W_x{g}_{k}'] + p[f'b_{g}_{k}']
    recurrent = lambda g: H @ p[f'W_h{g}_{k}']
    if cell == 'rnn':
        phi = torch.tanh if activation == 'tanh' else torch.relu
        return (phi(share('h') + recurrent('h')),)
    if cell == 'gru':
        r = torch.sigmoid(share('r') + recurrent('r'))
        z = torch.sigmoid(share('z') + recurrent('z'))
        n = torch.tanh(share('n') + r * recurrent('n'))
        return ((1 - z) * n + z * H,)
    i, f, o = (torch.sigmoid(share(g) + recurrent(g)) for g in 'ifo')
    C = f * state[1] + i * torch.tanh(share('g') + recurrent('g'))
    return (o * torch.tanh(C), C)


def run(cell, activation, layers, p, states, X):
    """Logits of the T*N rows, time-major, of inputs X (T x N), and each layer's last state."""
    V = p['b_q'].shape[0]
    states, outputs = list(states), []
    for x in X:
        below = torch.nn.functional.one_hot(x, V).to(p['b_q'].dtype)
        for k in range(layers):
            states[k] = step(cell, activation, p, k, below, states[k])
            below = states[k][0]
        outputs.append(below @ p['W_hq'] + p['b_q'])
    return torch.cat(outputs), states


def loss_of(logits, Y):
    P = torch.softmax(logits, 1)
    return -torch.log(P[torch.arange(len(Y.flatten())), Y.flatten()]).mean()


def to_state_dict(cell, layers, p, biases=True):
    """The same numbers in PyTorch's names and layout; a second bias that is zero where the model has one."""
    def stack(kind, k):
        blocks = [p[f'{kind}{g}_{k}'] for g in GATES[cell]]
        return torch.cat([a.T if a.dim() == 2 else a for a in blocks])

    state_dict = {}
    for k in range(layers):
        state_dict[f'rnn.weight_ih_l{k}'] = stack('W_x', k)
        state_dict[f'rnn.weight_hh_l{k}'] = stack('W_h', k)
        state_dict[f'rnn.bias_ih_l{k}'] = stack('b_', k)
        if biases:
            state_dict[f'rnn.bias_hh_l{k}'] = torch.zeros_like(stack('b_', k))
    state_dict['linear.weight'] = p['W_hq'].T
    state_dict['linear.bias'] = p['b_q']
    return state_dict
