"""What the adapters of PyTorch share: lines of JSON in and out, loss, gradients by autograd, clipping, optimisers."""
import json
import sys

import torch

torch.set_num_threads(1)


def tensors(record, dtype):
    """Named nested lists as leaves of autograd."""
    return {name: torch.tensor(value, dtype=dtype).requires_grad_() for name, value in record.items()}


def lists(record):
    return {name: value.tolist() for name, value in record.items()}


def optimiser_of(its, parameters):
    if its["name"] == "adam":
        return torch.optim.Adam(parameters, lr=its["rate"], betas=(its["beta1"], its["beta2"]), eps=its["epsilon"])
    return torch.optim.SGD(parameters, lr=its["rate"], momentum=its.get("beta", 0))


def mean_loss(scores, labels):
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), torch.tensor(labels).flatten())


def gradients_of(values, leaves):
    got = torch.autograd.grad(values, list(leaves.values()), allow_unused=True)
    return {name: torch.zeros_like(leaf) if g is None else g for (name, leaf), g in zip(leaves.items(), got)}


def speak(description, forward, zero_state):
    """Answers questions until there are no more.

    forward(parameters, state, X) gives the scores, T x N x V, the hidden states, and the last state by its names;
    zero_state(parameters, N) the state before the first character.
    """
    dtype = {"double": torch.float64, "single": torch.float32}[description["precision"]]

    def passage(q):
        parameters, state = tensors(q["parameters"], dtype), tensors(q["state"], dtype)
        return parameters, state, *forward(parameters, state, q["X"])

    def answer_forward(q):
        _, _, O, H, last = passage(q)
        return {"O": O.tolist(), "H": H.tolist(), "state": lists(last)}

    def answer_loss(q):
        return {"loss": mean_loss(passage(q)[2], q["Y"]).item()}

    def answer_backpropagate(q):
        parameters, state, O, _, last = passage(q)
        loss = mean_loss(O, q["Y"])
        slopes = tensors(q.get("dState", {}), dtype)
        follows = sum((last[name.replace("d", "", 1)] * slope).sum() for name, slope in slopes.items())
        gradients = gradients_of(loss + follows, {**parameters, **state})
        return {
            "loss": loss.item(),
            "gradients": {name: gradients[name].tolist() for name in parameters},
            "dState": {adjoint(name): gradients[name].tolist() for name in state},
        }

    def answer_clip(q):
        leaves = tensors(q["gradients"], dtype)
        for leaf in leaves.values():
            leaf.grad = leaf.detach().clone()
        torch.nn.utils.clip_grad_norm_(leaves.values(), q["theta"])
        return {"gradients": {name: leaf.grad.tolist() for name, leaf in leaves.items()}}

    def answer_optimise(q):
        parameters = tensors(q["parameters"], dtype)
        optimiser = optimiser_of(q["optimiser"], parameters.values())
        after = []
        for gradients in q["gradients"]:
            for name, gradient in tensors(gradients, dtype).items():
                parameters[name].grad = gradient.detach()
            optimiser.step()
            after.append(lists(parameters))
        return {"parameters": after}

    def answer_train(q):
        parameters = tensors(q["parameters"], dtype)
        optimiser = optimiser_of(q["optimiser"], parameters.values())
        losses, state = [], None
        for minibatch in q["minibatches"]:
            if minibatch["reset"]:
                state = zero_state(parameters, len(minibatch["X"][0]))
            O, _, last = forward(parameters, state, minibatch["X"])
            loss = mean_loss(O, minibatch["Y"])
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters.values(), q["theta"])
            optimiser.step()
            losses.append(loss.item())
            state = {name[: -len("T")] + "0": value.detach() for name, value in last.items()}
        return {"losses": losses, "parameters": lists(parameters)}

    answers = {
        "forward": answer_forward,
        "loss": answer_loss,
        "backpropagate": answer_backpropagate,
        "clip": answer_clip,
        "optimise": answer_optimise,
        "train": answer_train,
        "hello": lambda q: {**description, "dialect": "torch", "stateAdjoint": True, "can": list(answers)[:-1]},
    }
    for line in sys.stdin:
        q = json.loads(line)
        print(json.dumps({"id": q["id"], **answers[q["ask"]](q)}), flush=True)


def adjoint(name):
    """`H_0` as `dH_0`, `1.C_0` as `1.dC_0`."""
    layer, dot, field = name.rpartition(".")
    return f"{layer}{dot}d{field}"
