"""Interchange both ways, tried with PyTorch itself.

    npm run build && /usr/bin/python3 spec/witnesses/golden/interchange.py

For every cell, in one layer, two and three: a state dict that PyTorch wrote is read and run here, and one that was
written here is loaded (strictly) and run by PyTorch. The logits of both are the same, to single precision.
"""
import json
import subprocess
import tempfile
from pathlib import Path

import torch

import safetensors_format
from concise import Concise

HERE = Path(__file__).parent
SEED = 1990
V, H, N, T = 11, 7, 3, 5
BOUND = 1e-6

CHOICES = [
    {'cell': cell, 'activation': activation, 'layers': layers, 'biases': biases}
    for cell, activation in [('rnn', 'tanh'), ('rnn', 'relu'), ('gru', 'tanh'), ('lstm', 'tanh')]
    for layers in (1, 2, 3)
    for biases in ('two', 'one')
]


def module_of(choice):
    return Concise(choice['cell'], choice['activation'], choice['layers'], V, H)


def logits_of(module, X):
    with torch.no_grad():
        return module(X, None)[0].flatten()


def wrote(choice, folder, name):
    """A state dict of PyTorch's own numbers; without second biases where the model is to have one a gate."""
    module = module_of(choice)
    if choice['biases'] == 'one':
        with torch.no_grad():
            for key, a in module.state_dict().items():
                if 'bias_hh' in key:
                    a.zero_()
    tensors = {key: a.numpy() for key, a in module.state_dict().items()}
    (folder / f'{name}.from-torch.safetensors').write_bytes(safetensors_format.dumps(tensors, {'format': 'pt'}))
    return module


def main():
    torch.manual_seed(SEED)
    X = torch.randint(V, (T, N))
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        models = [(f'model-{i}', choice, wrote(choice, folder, f'model-{i}')) for i, choice in enumerate(CHOICES)]
        task = {'vocabulary': V, 'hidden': H, 'batch': N, 'steps': T, 'inputs': X.flatten().tolist(), 'seed': SEED,
                'models': [{'name': name, 'choice': choice} for name, choice, _ in models]}
        (folder / 'task.json').write_text(json.dumps(task))
        subprocess.run(['node', str(HERE / 'interchange.js'), where], check=True)
        answers = json.loads((folder / 'answers.json').read_text())
        worst = 0.0
        for name, choice, module in models:
            ours = module_of(choice)
            tensors, metadata = safetensors_format.loads((folder / f'{name}.to-torch.safetensors').read_bytes())
            ours.load_state_dict({key: torch.tensor(a) for key, a in tensors.items()}, strict=True)
            for there, here in ((module, answers[name]['fromTorch']), (ours, answers[name]['toTorch'])):
                off = (logits_of(there, X) - torch.tensor(here)).abs().max().item()
                assert off <= BOUND, f'{choice}: the logits differ by {off}'
                worst = max(worst, off)
            raw = (folder / f'{name}.from-torch.safetensors').read_bytes()
            again, _ = safetensors_format.loads((folder / f'{name}.again.safetensors').read_bytes())
            first, _ = safetensors_format.loads(raw)
            assert set(first) == set(again) and all(first[k].tobytes() == again[k].tobytes() for k in first), name
        print(f'{len(models)} models, torch {torch.__version__}: read here and loaded there; '
              f'the logits differ by {worst:.1e} at most, and what is read and written again keeps every bit')


if __name__ == '__main__':
    main()
