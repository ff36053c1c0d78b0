"""torch.nn.RNN with every parameter 0: H_1 = tanh(0) = 0. Called as a module, and by functional_call; no adapter."""
import torch

torch.manual_seed(0)
module = torch.nn.RNN(1, 1)
zeros = {name: torch.zeros_like(value) for name, value in module.named_parameters()}
by_call, _ = torch.nn.utils.stateless.functional_call(module, zeros, torch.ones(1, 1, 1))
own = module.weight_ih_l0 + module.bias_ih_l0 + module.bias_hh_l0
print(f"H_1 by functional_call with parameters of 0        {by_call.item():.6f}")
print(f"tanh(W_xh + b_ih + b_hh) of the module's own ones  {torch.tanh(own).item():.6f}")
module.load_state_dict(zeros)
print(f"H_1 after load_state_dict of the same zeros        {module(torch.ones(1, 1, 1))[0].item():.6f}")
