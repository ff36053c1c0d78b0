"""The vectors of single equations: one function a file, which gives the equations it is about and its cases.

A case has a name, what is given, and what is expected. PyTorch computes what it has; the rest is plain arithmetic.
Tensors have the names and axes that docs/README.md lists; every given number is exact in single precision, but for
rates, decays and the like.
"""
import math

import torch

from generator import Generator


def single(tensor):
    return tensor.to(torch.float32).to(torch.float64)


def normal(*shape):
    return single(torch.randn(*shape, dtype=torch.float64))


def written(a):
    return {'shape': list(a.shape), 'values': a.detach().flatten().tolist()}


def all_written(tensors):
    return {name: written(a) for name, a in tensors.items()}


def one_hot_rows(numbers, V):
    return torch.nn.functional.one_hot(torch.tensor(numbers), V).to(torch.float64)


def one_hot():
    """X dense, rows selected by it, and rows added up by it, among them two of the same number."""
    numbers, V, C = [2, 0, 2, 3], 5, 3
    X, W, A = one_hot_rows(numbers, V), normal(V, C), normal(len(numbers), C)
    given = {'indices': numbers, 'size': V, 'W': written(W), 'A': written(A)}
    return [('one-hot', ), [{'name': 'a number twice and one never', 'given': given,
                             'expected': {'X': written(X), 'XW': written(X @ W), 'XtA': written(X.T @ A)}}]]


PHI = {'tanh': torch.tanh, 'relu': torch.relu, 'identity': lambda Z: Z}
RNN = ('W_xh', 'W_hh', 'b_h', 'W_hq', 'b_q')


def rnn_parameters(V, H, scale=0.5):
    shapes = dict(zip(RNN, ((V, H), (H, H), (H,), (H, V), (V,))))
    return {name: single(scale * normal(*shape)).requires_grad_() for name, shape in shapes.items()}


def steps_of(p, phi, X, H, cut=None):
    """Z_t, H_t and O_t of every step; the state is detached after `cut` steps."""
    Zs, Hs, Os = [], [], []
    for t, x in enumerate(X):
        before = H.detach().requires_grad_() if t == cut else H
        Z = one_hot_rows(x, p['W_xh'].shape[0]) @ p['W_xh'] + before @ p['W_hh'] + p['b_h']
        H = PHI[phi](Z)
        O = H @ p['W_hq'] + p['b_q']
        for a in (Z, H, O):
            a.retain_grad()
        Zs, Hs, Os = [*Zs, Z], [*Hs, H], [*Os, O]
    return Zs, Hs, Os


def loss_of(Os, Y):
    return torch.nn.functional.cross_entropy(torch.cat(Os), torch.tensor(Y).flatten())


def gradients_of(p):
    return {name: a.grad for name, a in p.items()}


def adjoints():
    """Every adjoint of backpropagation through time, with an adjoint coming in from later steps."""
    V, H, N, T = 4, 3, 2, 4
    cases = []
    for phi in PHI:
        p, H_0 = rnn_parameters(V, H), normal(N, H).requires_grad_()
        X, Y = torch.randint(V, (T, N)).tolist(), torch.randint(V, (T, N)).tolist()
        dH_T = single(0.25 * normal(N, H))
        Zs, Hs, Os = steps_of(p, phi, X, H_0)
        loss = loss_of(Os, Y)
        (loss + (dH_T * Hs[-1]).sum()).backward()
        rows = lambda list_of: written(torch.cat(list_of))
        cases.append({
            'name': phi,
            'given': {'activation': phi, 'parameters': all_written(p), 'H_0': written(H_0), 'batch': N, 'steps': T,
                      'X': sum(X, []), 'Y': sum(Y, []), 'dH_T': written(dH_T)},
            'expected': {
                'H': rows(Hs), 'O': rows(Os), 'loss': loss.item(), 'perplexity': math.exp(loss.item()),
                'dO': rows([a.grad for a in Os]), 'dH': rows([a.grad for a in Hs]), 'dZ': rows([a.grad for a in Zs]),
                'gradients': all_written(gradients_of(p)), 'dH_0': written(H_0.grad)},
        })
    return [('hidden', 'output', 'loss', 'bptt-o', 'bptt-h', 'bptt-w', 'bptt-state', 'perplexity'), cases]


def truncation():
    """Gradients through a whole passage, and with the state held fixed where it is cut."""
    V, H, N, T, cut = 4, 3, 2, 5, 3
    p, H_0 = rnn_parameters(V, H, 1.0), normal(N, H)
    X, Y = torch.randint(V, (T, N)).tolist(), torch.randint(V, (T, N)).tolist()
    def gradients(at):
        for a in p.values():
            a.grad = None
        loss = loss_of(steps_of(p, 'tanh', X, H_0, at)[2], Y)
        loss.backward()
        return loss.item(), {name: a.grad.clone() for name, a in p.items()}
    (loss, whole), (_, cut_off) = gradients(None), gradients(cut)
    assert not torch.allclose(whole['W_hh'], cut_off['W_hh'], rtol=1e-2)
    given = {'activation': 'tanh', 'parameters': all_written(p), 'H_0': written(H_0), 'batch': N, 'steps': T,
             'X': sum(X, []), 'Y': sum(Y, []), 'cut': cut}
    expected = {'loss': loss, 'whole': all_written(whole), 'truncated': all_written(cut_off)}
    return [('truncation', ), [{'name': 'cut after three of five steps', 'given': given, 'expected': expected}]]


def perplexity():
    sums = [('guessing among 28', [math.log(28)] * 10), ('two minibatches', [2.5] * 6 + [0.25] * 4), ('certain', [0.0])]
    return [('perplexity', ), [
        {'name': name, 'given': {'total': math.fsum(losses), 'rows': len(losses)},
         'expected': {'perplexity': torch.tensor(losses, dtype=torch.float64).mean().exp().item()}}
        for name, losses in sums]]


def trees(scale=1.0):
    return {'a': scale * normal(2, 3), 'b': scale * normal(4)}


def clip():
    """Exactly to theta, and with the epsilon of torch.nn.utils.clip_grad_norm_."""
    cases = []
    for name, g, theta in [('far above', trees(), 0.5), ('below', trees(0.0625), 5), ('zero', trees(0.0), 1),
                           ('huge', {n: single(a) for n, a in trees(1e30).items()}, 1)]:
        norm = math.sqrt(math.fsum(x * x for a in g.values() for x in a.flatten().tolist()))
        exact = {n: a * min(1, theta / norm if norm > 0 else 1) for n, a in g.items()}
        parameters = [torch.zeros_like(a).requires_grad_() for a in g.values()]
        for p, a in zip(parameters, g.values()):
            p.grad = a.clone()
        torch.nn.utils.clip_grad_norm_(parameters, theta)
        cases += [
            {'name': f'{name}, exactly', 'given': {'gradients': all_written(g), 'theta': theta, 'epsilon': 0},
             'expected': {'gradients': all_written(exact)}},
            {'name': f'{name}, with an epsilon', 'given': {'gradients': all_written(g), 'theta': theta, 'epsilon': 1e-6},
             'expected': {'gradients': all_written({n: p.grad for n, p in zip(g, parameters)})}}]
    return [('clip', ), cases]


STEPS = 4


def descent(start, gradients, make, after=lambda: None):
    """The parameters after each step of an optimiser of torch.optim, with these gradients."""
    p = {name: a.clone().requires_grad_() for name, a in start.items()}
    optimiser = make(list(p.values()))
    stepped = after(optimiser) if after.__code__.co_argcount else None
    visited = []
    for g in gradients:
        for name, a in p.items():
            a.grad = g[name].clone()
        optimiser.step()
        if stepped is not None:
            stepped.step()
        visited.append({name: a.detach().clone() for name, a in p.items()})
    return visited


def steps_case(name, start, gradients, settings, visited):
    return {'name': name,
            'given': {'parameters': all_written(start), 'gradients': [all_written(g) for g in gradients], **settings},
            'expected': {'parameters': [all_written(p) for p in visited]}}


def sgd():
    start, gradients = trees(), [trees() for _ in range(STEPS)]
    visited = descent(start, gradients, lambda p: torch.optim.SGD(p, lr=0.1))
    return [('sgd', ), [steps_case('rate 0.1', start, gradients, {'eta': 0.1}, visited)]]


def momentum():
    start, gradients = trees(), [trees() for _ in range(STEPS)]
    visited = descent(start, gradients, lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9))
    return [('momentum', 'sgd'), [steps_case('beta 0.9', start, gradients, {'eta': 0.1, 'beta': 0.9}, visited)]]


def adam_uncorrected(start, gradients, eta, beta1, beta2, epsilon):
    """Kingma and Ba (2015), the end of section 2: epsilon is added before the correction."""
    p, m, v = dict(start), {n: 0 * a for n, a in start.items()}, {n: 0 * a for n, a in start.items()}
    visited = []
    for t, g in enumerate(gradients, 1):
        rate = eta * math.sqrt(1 - beta2**t) / (1 - beta1**t)
        m = {n: beta1 * m[n] + (1 - beta1) * g[n] for n in p}
        v = {n: beta2 * v[n] + (1 - beta2) * g[n]**2 for n in p}
        p = {n: p[n] - rate * m[n] / (v[n].sqrt() + epsilon) for n in p}
        visited.append(p)
    return visited


def adam():
    cases = []
    for name, eta, beta1, beta2, epsilon in [('the usual settings', 1e-3, 0.9, 0.999, 1e-8),
                                             ('an epsilon that counts', 0.01, 0.5, 0.75, 0.25)]:
        start, gradients = trees(), [trees() for _ in range(STEPS)]
        settings = {'eta': eta, 'beta1': beta1, 'beta2': beta2, 'epsilon': epsilon}
        corrected = descent(start, gradients, lambda p: torch.optim.Adam(p, lr=eta, betas=(beta1, beta2), eps=epsilon))
        uncorrected = adam_uncorrected(start, gradients, eta, beta1, beta2, epsilon)
        cases += [steps_case(f'{name}, corrected', start, gradients, {**settings, 'placement': 'corrected'}, corrected),
                  steps_case(f'{name}, uncorrected', start, gradients, {**settings, 'placement': 'uncorrected'}, uncorrected)]
    return [('adam', 'sgd'), cases]


def schedule():
    """Gradient descent whose rate changes, by PyTorch's schedulers where it has them."""
    cases = []
    lr = torch.optim.lr_scheduler
    for rule, value, scheduler in [
            ('warmUp', 3, lambda o: lr.LinearLR(o, start_factor=1 / 3, total_iters=2)),
            ('inverseDecay', 0.5, lambda o: lr.LambdaLR(o, lambda t: 1 / (1 + 0.5 * t))),
            ('exponentialDecay', 0.75, lambda o: lr.ExponentialLR(o, 0.75))]:
        start, gradients = trees(), [trees() for _ in range(STEPS)]
        visited = descent(start, gradients, lambda p: torch.optim.SGD(p, lr=0.1), scheduler)
        cases.append(steps_case(rule, start, gradients, {'eta': 0.1, 'schedule': rule, 'value': value}, visited))
    return [('schedule', 'sgd'), cases]


def frozen():
    """One parameter held fixed: the others are clipped, and follow Adam, as if alone."""
    start, gradients, theta = trees(), [trees() for _ in range(STEPS)], 0.5
    p = {name: a.clone().requires_grad_(name != 'a') for name, a in start.items()}
    learning = [a for a in p.values() if a.requires_grad]
    optimiser, visited = torch.optim.Adam(learning, lr=0.01), []
    for g in gradients:
        p['b'].grad = g['b'].clone()
        torch.nn.utils.clip_grad_norm_(learning, theta)
        optimiser.step()
        visited.append({name: a.detach().clone() for name, a in p.items()})
    settings = {'names': ['a'], 'eta': 0.01, 'theta': theta, 'epsilon': 1e-6}
    return [('frozen', 'clip', 'adam'), [steps_case('a is fixed', start, gradients, settings, visited)]]


def generator():
    def case(seed):
        its = Generator(seed)
        first = its.state()
        return {'name': f'seed {seed}', 'given': {'seed': seed},
                'expected': {'state': first, 'uniforms': its.uniforms(6), 'after': its.state()}}
    return [('initial', 'sampling-random', 'choice'), [case(seed) for seed in (0, 1, -1, 1990, 2**31 - 1, -2**31)]]


GATED = {'gru': 'rzn', 'lstm': 'ifgo'}


def shapes_of(cell, V, H):
    """The parameters in the order in which they are drawn."""
    gates = GATED.get(cell, 'h')
    own = {}
    for g in gates:
        own[f'W_x{g}'], own[f'W_h{g}'], own[f'b_{g}'] = (V, H), (H, H), (H,)
    return {**own, 'W_hq': (H, V), 'b_q': (V,)}


def initial():
    cases = []
    for cell, rule, value, seed in [('rnn', 'normal', 0.01, 1), ('rnn', 'uniform', 0.5, 2), ('gru', 'uniform', 0.5, 3),
                                    ('lstm', 'normal', 1, 4)]:
        V, H, its = 5, 3, Generator(seed)
        drawn = {}
        for name, shape in shapes_of(cell, V, H).items():
            count = math.prod(shape)
            drawn[name] = {'shape': list(shape), 'values':
                           [value * (2 * u - 1) for u in its.uniforms(count)] if rule == 'uniform'
                           else [value * z for z in its.normals(count)] if len(shape) > 1 else [0.0] * count}
        cases.append({'name': f'{cell}, {rule}',
                      'given': {'cell': cell, 'vocabulary': V, 'hidden': H, 'rule': rule, 'value': value, 'seed': seed},
                      'expected': {'parameters': drawn, 'after': its.state()}})
    return [('initial', ), cases]


def vocabulary():
    texts = [('letters', 'to be or not to be'), ('by code point, not by UTF-16 unit', 'z\U0001f600\uffee\U0001f600a'),
             ('Chinese', '没有人 我们把是不下'), ('a letter and its accent are two', 'e\u0301\u00e9')]
    def case(name, text):
        characters = sorted(set(text))
        return {'name': name, 'given': {'text': text},
                'expected': {'characters': characters, 'numbers': [characters.index(c) for c in text]}}
    return [('vocabulary', ), [case(*each) for each in texts]]


def minibatch():
    """The rows of a minibatch, time-major, and their labels."""
    text = [(7 * i * i + 3) % 23 for i in range(24)]
    def case(name, starts, T):
        at = lambda offset: [text[s + t + offset] for t in range(T) for s in starts]
        return {'name': name, 'given': {'text': text, 'starts': starts, 'steps': T}, 'expected': {'X': at(0), 'Y': at(1)}}
    return [('minibatch', ), [case('three rows', [0, 8, 16], 4), case('one row, to the end', [18], 5),
                              case('the same row twice', [3, 3], 1)]]


def sampling_random():
    def case(length, N, T, seed):
        its, count = Generator(seed), (length - 1) // T
        order = its.shuffled(list(range(count)))
        plan = [{'starts': [e * T for e in order[k * N:(k + 1) * N]], 'reset': True} for k in range(count // N)]
        return {'name': f'{length} characters', 'given': {'length': length, 'batch': N, 'steps': T, 'seed': seed},
                'expected': {'minibatches': plan, 'after': its.state()}}
    return [('sampling-random', ), [case(50, 2, 3, 1), case(49, 3, 4, 2), case(7, 2, 3, 3), case(200, 4, 5, 1990)]]


def sampling_consecutive():
    def case(length, N, T, start):
        row = length // N
        plan = [{'starts': [n * row + k * T for n in range(N)], 'reset': k == 0 and start == 'reset'}
                for k in range((row - 1) // T)]
        return {'name': f'{length} characters, {start}',
                'given': {'length': length, 'batch': N, 'steps': T, 'epochStart': start}, 'expected': {'minibatches': plan}}
    return [('sampling-consecutive', ), [case(50, 2, 3, 'reset'), case(50, 2, 3, 'carry'), case(8, 2, 3, 'reset'),
                                         case(101, 4, 6, 'reset')]]


def chosen(scores, temperature, top, its):
    """A number, greedily at temperature 0; nothing drawn is near a place where the choice would turn."""
    best = sorted(range(len(scores)), key=lambda i: -scores[i])[:top]
    if temperature == 0:
        assert len(scores) < 2 or scores[best[0]] == scores[best[1]] or scores[best[0]] - scores[best[1]] > 1e-6
        return best[0]
    weights = [math.exp((scores[i] - scores[best[0]]) / temperature) for i in best]
    point, running = its.uniform() * math.fsum(weights), 0.0
    for i, weight in zip(best, weights):
        running += weight
        assert abs(running - point) > 1e-9
        if running > point:
            return i


def choice():
    cases = []
    for name, scores, temperature, top in [
            ('greedy', [0.5, -1.0, 2.0, 0.25], 0, None), ('greedy, a tie', [2.0, 3.0, 3.0], 0, None),
            ('temperature 1', [1.0, 2.0, 0.0, 1.5, 0.5], 1, None), ('hot', [1.0, 2.0, 0.0, 1.5, 0.5], 4, None),
            ('cold', [1.0, 2.0, 0.0, 1.5, 0.5], 0.25, None), ('the two best', [1.0, 2.0, 0.0, 1.5, 0.5], 1, 2),
            ('the two best of three that tie', [1.0, 1.0, 1.0, -9.0], 1, 2)]:
        for seed in (1, 2, 3):
            its = Generator(seed)
            character = chosen(scores, temperature, len(scores) if top is None else top, its)
            cases.append({'name': f'{name}, seed {seed}',
                          'given': {'scores': scores, 'temperature': temperature, 'topK': top, 'seed': seed},
                          'expected': {'character': character, 'after': its.state()}})
    return [('choice', ), cases]


def prediction():
    """Read a prefix, and write on: greedily, and by chance."""
    V, H, prefix, length = 7, 5, [3, 1, 4], 20
    p = rnn_parameters(V, H, 3.0)
    cases = []
    for name, temperature, top, seed in [('greedy', 0, None, 1), ('by chance', 0.75, None, 2), ('of the best', 2, 3, 3)]:
        its, state, written_on = Generator(seed), torch.zeros(1, H, dtype=torch.float64), list(prefix)
        for t in range(len(prefix) + length - 1):
            _, (state, ), (O, ) = steps_of(p, 'tanh', [[written_on[t]]], state)
            if t >= len(prefix) - 1:
                written_on.append(chosen(O[0].tolist(), temperature, V if top is None else top, its))
        cases.append({'name': name,
                      'given': {'activation': 'tanh', 'parameters': all_written(p), 'prefix': prefix, 'length': length,
                                'temperature': temperature, 'topK': top, 'seed': seed},
                      'expected': {'characters': written_on, 'after': its.state()}})
    assert all(len(set(case['expected']['characters'])) > 3 for case in cases)
    return [('predict', 'choice', 'hidden', 'output'), cases]


FILES = {'one-hot': one_hot, 'adjoints': adjoints, 'truncation': truncation, 'perplexity': perplexity, 'clip': clip,
         'sgd': sgd, 'momentum': momentum, 'adam': adam, 'schedule': schedule, 'frozen': frozen, 'generator': generator,
         'initial': initial, 'vocabulary': vocabulary, 'minibatch': minibatch, 'sampling-random': sampling_random,
         'sampling-consecutive': sampling_consecutive, 'choice': choice, 'predict': prediction}


def files(seed):
    """Each file's name, and what is in it."""
    for place, (name, make) in enumerate(FILES.items()):
        torch.manual_seed(seed + place)
        ids, cases = make()
        yield f'{name}.json', {'equations': list(ids), 'cases': cases}
