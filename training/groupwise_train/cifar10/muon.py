"""Muon: momentum whose steps are orthogonal matrices (Jordan et al., 2024, kellerjordan.github.io/posts/muon)."""

import torch
from torch import nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the published iteration: fast rather than exact
STEPS = 3


def orthogonalise(x):
    """Matrices [G, N, K] with the singular vectors of x and singular values near 1, by a Newton-Schulz iteration."""
    a, b, c = COEFFICIENTS
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(STEPS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """The optimizer of convolutions that BN follows, which makes their outputs independent of the weights' size.

    The weight of a convolution is G matrices of N / G outputs and C / G * k^2 inputs. Before every step it is scaled so
    that its filters have unit length on average (weights outside a mask count), so `lr` is about the relative length of
    a step. `momentum` is Nesterov's.
    """

    def __init__(self, convs, lr, momentum=0.6):
        groups = [{"params": [conv.weight], "matrices": matrices_of(conv)} for conv in convs]
        super().__init__(groups, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        """Updates all weights that have a gradient."""
        for group in self.param_groups:
            (weight,) = group["params"]
            if weight.grad is not None:
                self._update(weight, group)

    def _update(self, weight, group):
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight.grad)
        velocity = state["momentum"].mul_(group["momentum"]).add_(weight.grad)
        step = weight.grad.add(velocity, alpha=group["momentum"]).reshape(group["matrices"], -1, weight[0].numel())
        step = orthogonalise(step.bfloat16() if step.is_cuda else step)  # bfloat16 is exact enough, and slow on CPUs
        weight.mul_(len(weight) ** 0.5 / (weight.norm() + 1e-7)).add_(step.reshape(weight.shape), alpha=-group["lr"])


def matrices_of(conv):
    """How many matrices the weight of a convolution is: its groups. Heads of MSGC read the same inputs: one matrix."""
    return conv.groups if type(conv) is nn.Conv2d else 1
