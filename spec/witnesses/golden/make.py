"""Golden vectors: what PyTorch makes of small models, number by number.

    /usr/bin/python3 spec/witnesses/golden/make.py

writes docs/golden, whose README.md says what is in it, but for what explains and reads it; and the two files beside
this one that say how PyTorch's own files look. The project's tests read them and need no Python.

Every parameter and state is a number of single precision, so that both precisions begin with the same ones. All that
follows from them is computed in double precision, and for some models in single precision too. Every number is written
as the shortest decimal that gives the same double: numbers of single precision too, so that it makes no difference
whether a reader takes them for singles or for doubles.
"""
import hashlib
import json
import math
import platform
from pathlib import Path

import numpy
import torch

import equations
import safetensors_format
import scratch
from concise import Concise

HERE = Path(__file__).parent
FOLDER = HERE.parents[2] / 'docs' / 'golden'
VERSION = 1
"""How far an answer may be off, by the largest entry of its tensor; docs/golden/README.md says where they are from."""
TOLERANCES = {'double': {'answers': 1e-14, 'losses': 1e-12}, 'single': {'answers': 4e-6, 'losses': 1e-4}}
SEED = 1990
STEPS = 20
"""V, H, N, T."""
SHAPES = [(8, 5, 3, 5), (9, 6, 4, 6), (7, 5, 2, 9)]
SMALLEST = (5, 3, 1, 1)
KINDS = [('rnn', 'tanh'), ('rnn', 'relu'), ('gru', 'tanh'), ('lstm', 'tanh')]
"""Minibatches an epoch, so that 20 steps are three epochs and a part of the fourth."""
EPOCH = 6

"""Where training differs between the two; theta is the standard run's, and one amid the gradients' norms."""
CONVENTIONS = {
    'scratch': {'rate': 100, 'theta': 0.01, 'clipEpsilon': 0, 'epochStart': 'reset'},
    'torch': {'rate': 1e-3, 'theta': 0.35, 'clipEpsilon': 1e-6, 'epochStart': 'carry'},
}
"""Models whose answers in single precision are written too."""
IN_SINGLE = ['scratch-rnn-tanh-1', 'torch-gru-2', 'torch-lstm-1']

torch.set_num_threads(1)


def single(tensor):
    """The nearest numbers of single precision, as doubles."""
    return tensor.to(torch.float32).to(torch.float64)


class Scratch:
    """The model from scratch, its parameters leaves of the graph."""

    def __init__(self, cell, activation, layers, V, H):
        self.kind = (cell, activation, layers)
        names = scratch.names(cell, layers)
        # Larger than the usual 0.01, so that the state matters; biases that are not zero, so that they do too.
        self.p = {name: single(0.4 * torch.randn(*scratch.shape(name, V, H), dtype=torch.float64)) for name in names}
        self.watch()

    def watch(self):
        self.p = {name: a.detach().requires_grad_() for name, a in self.p.items()}

    def to(self, dtype):
        self.p = {name: a.detach().to(dtype) for name, a in self.p.items()}
        self.watch()

    def parameters(self):
        return list(self.p.values())

    def state_dict(self):
        return scratch.to_state_dict(self.kind[0], self.kind[2], {n: a.detach() for n, a in self.p.items()})

    def gradients(self):
        return scratch.to_state_dict(self.kind[0], self.kind[2], {n: a.grad for n, a in self.p.items()}, biases=False)

    def run(self, X, parts):
        layers = self.kind[2]
        states = [tuple(part[k] for part in parts) for k in range(layers)]
        logits, last = scratch.run(*self.kind, self.p, states, X)
        return logits, [torch.stack([last[k][i] for k in range(layers)]) for i in range(len(parts))]

    def loss(self, logits, Y):
        return scratch.loss_of(logits, Y)

    def optimiser(self, rate):
        return None

    def clip(self, theta):
        """Exactly to theta."""
        norm = math.sqrt(sum((a.grad**2).sum().item() for a in self.parameters()))
        for a in self.parameters():
            a.grad *= min(theta / norm, 1)
        return norm

    def step(self, _, rate):
        with torch.no_grad():
            for a in self.parameters():
                a -= rate * a.grad

    def forget(self):
        for a in self.parameters():
            a.grad = None


class Framework:
    """The concise model with the framework's own initialisation, loss, clipping and optimiser."""

    def __init__(self, cell, activation, layers, V, H):
        self.cell = cell
        self.module = Concise(cell, activation, layers, V, H).to(torch.float64)

    def to(self, dtype):
        self.module = self.module.to(dtype)

    def parameters(self):
        return list(self.module.parameters())

    def state_dict(self):
        return self.module.state_dict()

    def gradients(self):
        return {name: a.grad for name, a in self.module.named_parameters()}

    def run(self, X, parts):
        logits, last = self.module(X, tuple(parts) if self.cell == 'lstm' else parts[0])
        return logits, list(last) if self.cell == 'lstm' else [last]

    def loss(self, logits, Y):
        return torch.nn.functional.cross_entropy(logits, Y.flatten())

    def optimiser(self, rate):
        return torch.optim.Adam(self.parameters(), lr=rate)

    def clip(self, theta):
        return torch.nn.utils.clip_grad_norm_(self.parameters(), theta).item()

    def step(self, optimiser, _):
        optimiser.step()

    def forget(self):
        self.module.zero_grad()


MODELS = {'scratch': Scratch, 'torch': Framework}


def numbers(tensor):
    """A tensor's entries in row-major order, as doubles."""
    return tensor.detach().flatten().tolist()


def written(tensors):
    return {name: {'shape': list(a.shape), 'values': numbers(a)} for name, a in tensors.items()}


def plans(sampling, text, N, T, epoch_start):
    """The minibatches of 20 steps: where each row starts, and whether the state is zero before it."""
    if sampling == 'consecutive':
        row = len(text) // N
        epoch = [([n * row + k * T for n in range(N)], k == 0 and epoch_start == 'reset') for k in range((row - 1) // T)]
        return [epoch[i % len(epoch)] for i in range(STEPS)]
    examples = (len(text) - 1) // T
    drawn = []
    while len(drawn) < STEPS:
        order = torch.randperm(examples).tolist()
        drawn += [([e * T for e in order[k * N:(k + 1) * N]], True) for k in range(examples // N)]
    return drawn[:STEPS]


def minibatch(text, starts, T):
    at = lambda offset: torch.tensor([[text[s + t + offset] for s in starts] for t in range(T)])
    return at(0), at(1)


def answers(model, X, Y, parts):
    """Logits, loss and every gradient at a given state."""
    leaves = [a.clone().requires_grad_() for a in parts]
    logits, last = model.run(X, leaves)
    loss = model.loss(logits, Y)
    model.forget()
    loss.backward()
    return {
        'logits': numbers(logits),
        'loss': loss.item(),
        'lastState': written(dict(zip('HC', last))),
        'gradients': written(model.gradients()),
        'stateGradient': written(dict(zip('HC', [a.grad for a in leaves]))),
    }


def training(model, plan, text, T, zero, settings):
    """The loss before each of 20 steps, and the norm of its gradient before it is clipped."""
    optimiser, state = model.optimiser(settings['rate']), zero
    losses, norms = [], []
    for starts, reset in plan:
        X, Y = minibatch(text, starts, T)
        state = zero if reset else [a.detach() for a in state]
        model.forget()
        logits, state = model.run(X, state)
        loss = model.loss(logits, Y)
        loss.backward()
        norms.append(model.clip(settings['theta']))
        model.step(optimiser, settings['rate'])
        losses.append(loss.item())
    return losses, norms


def versions():
    return {'torch': torch.__version__, 'numpy': numpy.__version__, 'python': platform.python_version()}


def dumped(model):
    return {n: a.detach().clone() for n, a in (model.p if isinstance(model, Scratch) else model.module.state_dict()).items()}


def restored(model, kept):
    if isinstance(model, Scratch):
        model.p = {n: a.clone() for n, a in kept.items()}
        model.watch()
    else:
        model.module.load_state_dict(kept)
    return model


def golden(conventions, cell, activation, layers, shape, seed):
    V, H, N, T = shape
    torch.manual_seed(seed)
    model = MODELS[conventions](cell, activation, layers, V, H)
    model.to(torch.float32)
    model.to(torch.float64)
    settings = CONVENTIONS[conventions]
    parts = [single(torch.rand(layers, N, H, dtype=torch.float64) * 2 - 1) for _ in range(2 if cell == 'lstm' else 1)]
    text = torch.randint(V, (N * (T * EPOCH + 1) + N - 1,)).tolist()
    X, Y = torch.randint(V, (T, N)), torch.randint(V, (T, N))
    start = dumped(model)

    def in_precision(dtype, plan_of):
        def fresh():
            restored(model, start if dtype == torch.float64 else {n: a.double() for n, a in start.items()})
            model.to(dtype)
            return model
        model.to(torch.float64)
        at = answers(fresh(), X, Y, [a.to(dtype) for a in parts])
        runs = {}
        for sampling, plan in plan_of.items():
            model.to(torch.float64)
            zero = [torch.zeros_like(a, dtype=dtype) for a in parts]
            losses, norms = training(fresh(), plan, text, T, zero, settings)
            runs[sampling] = {'losses': losses, 'norms': norms}
        model.to(torch.float64)
        return at, runs

    plan_of = {s: plans(s, text, N, T, settings['epochStart']) for s in ('random', 'consecutive')}
    at, runs = in_precision(torch.float64, plan_of)
    kind = cell + (f'-{activation}' if cell == 'rnn' else '')
    name = f'{conventions}-{kind}-{layers}'
    contents = {
        'version': VERSION,
        'equations': equations_of(conventions, cell, layers),
        'program': f'spec/witnesses/golden/make.py, seed {seed}',
        'versions': versions(),
        'conventions': conventions, 'cell': cell, 'activation': activation, 'layers': layers,
        'vocabulary': V, 'hidden': H, 'batch': N, 'steps': T,
        'parameters': written(restored(model, start).state_dict()),
        'state': written(dict(zip('HC', parts))),
        'inputs': X.flatten().tolist(), 'labels': Y.flatten().tolist(),
        **at,
        'training': {
            **settings,
            'text': text,
            'samplings': {
                s: {'starts': [starts for starts, _ in plan_of[s]], 'resets': [reset for _, reset in plan_of[s]],
                    'losses': runs[s]['losses']}
                for s in plan_of
            },
        },
    }
    if name in IN_SINGLE and shape != SMALLEST:
        at, single_runs = in_precision(torch.float32, plan_of)
        contents['single'] = {**at, 'losses': {s: run['losses'] for s, run in single_runs.items()}}
    clipped = [norm > settings['theta'] for run in runs.values() for norm in run['norms']]
    return name, contents, sum(clipped), len(clipped)


def equations_of(conventions, cell, layers):
    """The ids of the equations that a model's file has numbers of."""
    follows = {'scratch': ['sgd'], 'torch': ['adam', 'sgd']}[conventions]
    own = [{'rnn': 'hidden'}.get(cell, cell)] + (['layers'] if layers > 1 else [])
    return [*own, 'output', 'loss', 'bptt-w', 'bptt-state', 'clip', *follows, 'training-step', 'minibatch',
            'sampling-consecutive']


def write(path, contents):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(contents, separators=(',', ':'), ensure_ascii=False, allow_nan=False) + '\n', 'utf-8')


def write_manifest():
    """Every file with its equations, its size and the SHA-256 of its bytes."""
    def entry(path):
        raw = path.read_bytes()
        return {'file': path.relative_to(FOLDER).as_posix(), 'equations': json.loads(raw)['equations'],
                'bytes': len(raw), 'sha256': hashlib.sha256(raw).hexdigest()}
    files = [entry(path) for path in sorted(FOLDER.glob('*/*.json'))]
    contents = {'version': VERSION, 'tolerances': TOLERANCES, 'files': files}
    (FOLDER / 'manifest.json').write_text(json.dumps(contents, indent=1) + '\n', 'utf-8')


def main():
    for old in FOLDER.glob('*/*.json'):
        old.unlink()
    seed = SEED
    for conventions in CONVENTIONS:
        for cell, activation in KINDS:
            for layers in (1, 2):
                for shape in (SHAPES[seed % len(SHAPES)], SMALLEST):
                    seed += 1
                    name, contents, clipped, steps = golden(conventions, cell, activation, layers, shape, seed)
                    file = f'{name}-{"x".join(map(str, shape))}.json'
                    write(FOLDER / 'models' / file, contents)
                    print(f'{file}: {clipped} of {steps} gradients clipped, last losses',
                          [run['losses'][-1] for run in contents['training']['samplings'].values()])
    for file, contents in equations.files(SEED):
        made = {'program': f'spec/witnesses/golden/equations.py, seed {SEED}', 'versions': versions()}
        write(FOLDER / 'equations' / file, {'version': VERSION, 'equations': contents['equations'], **made, **contents})
    write_manifest()
    torch.manual_seed(SEED)
    model = Concise('lstm', 'tanh', 2, 5, 3)
    tensors = {name: a.detach().numpy() for name, a in model.state_dict().items()}
    about = {'format': 'pt', 'program': f'spec/witnesses/golden/make.py, seed {SEED}', 'torch': torch.__version__}
    (HERE / 'lstm-2-5x3.safetensors').write_bytes(safetensors_format.dumps(tensors, about))
    X = torch.tensor([[0, 1], [2, 3], [4, 0]])
    logits, _ = model(X, None)
    write(HERE / 'lstm-2-5x3.json',
        {'program': f'spec/witnesses/golden/make.py, seed {SEED}', 'torch': torch.__version__, 'batch': 2, 'steps': 3,
         'inputs': X.flatten().tolist(), 'parameters': {n: numbers(torch.from_numpy(a)) for n, a in tensors.items()},
         'logits': numbers(logits)})


if __name__ == '__main__':
    main()
