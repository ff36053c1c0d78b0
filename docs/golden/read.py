"""Checks that the golden vectors are whole, and runs a small model from one of them in plain Python.

    python3 read.py [models/scratch-rnn-tanh-1-5x3x1x1.json]

It needs the standard library alone. The file is one of an rnn of any number of layers.
"""
import hashlib
import json
import math
import sys
from pathlib import Path

HERE = Path(__file__).parent


def read(path):
    return json.loads((HERE / path).read_text('utf-8'))


def rows(tensor):
    """A matrix as a list of its rows."""
    columns = tensor['shape'][-1]
    return [tensor['values'][i:i + columns] for i in range(0, len(tensor['values']), columns)]


def affine(x, weight, *biases):
    """W x + b, for PyTorch's weights of [outputs, inputs]."""
    return [sum(w * v for w, v in zip(row, x)) + sum(b[i] for b in biases) for i, row in enumerate(weight)]


def forward(model):
    """The logits of every row, time-major: all rows of step 1, then all rows of step 2, ..."""
    V, H, N, T, p = model['vocabulary'], model['hidden'], model['batch'], model['steps'], model['parameters']
    phi = {'tanh': math.tanh, 'relu': lambda z: max(z, 0.0)}[model['activation']]
    states, logits = rows(model['state']['H']), []
    for t in range(T):
        for n in range(N):
            x = [float(model['inputs'][t * N + n] == v) for v in range(V)]
            for k in range(model['layers']):
                from_input = affine(x, rows(p[f'rnn.weight_ih_l{k}']), p[f'rnn.bias_ih_l{k}']['values'])
                from_state = affine(states[k * N + n], rows(p[f'rnn.weight_hh_l{k}']), p[f'rnn.bias_hh_l{k}']['values'])
                x = states[k * N + n] = [phi(a + b) for a, b in zip(from_input, from_state)]
            logits += affine(x, rows(p['linear.weight']), p['linear.bias']['values'])
    return logits


def loss_of(model, logits):
    V = model['vocabulary']
    row = lambda i: logits[i * V:(i + 1) * V]
    losses = [math.log(sum(map(math.exp, row(i)))) - row(i)[y] for i, y in enumerate(model['labels'])]
    return sum(losses) / len(losses)


def main(path='models/scratch-rnn-tanh-1-5x3x1x1.json'):
    manifest = read('manifest.json')
    changed = [it['file'] for it in manifest['files']
               if hashlib.sha256((HERE / it['file']).read_bytes()).hexdigest() != it['sha256']]
    if changed:
        return f'not the bytes that the manifest has: {", ".join(changed)}'
    model = read(path)
    logits = forward(model)
    largest = max(map(abs, model['logits']))
    off = max([abs(a - b) / largest for a, b in zip(logits, model['logits'])])
    loss = loss_of(model, logits)
    off = max(off, abs(loss - model['loss']) / model['loss'])
    if not off <= manifest['tolerances']['double']['answers'] or len(logits) != len(model['logits']):
        return f'{path}: the answers are off by {off:.1e}'
    print(f'{len(manifest["files"])} files are whole; {path}: loss {loss!r}, off by {off:.1e}')


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
