"""AdamW on all trained parameters as one vector, with the gradient's norm clipped.

Written out here because `torch.optim` imports torch's compiler at its first use, which costs a run as long a start as
torch itself; `tests/loops` holds the two equal.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


class AdamW:
    """Loshchilov & Hutter 2019 (arXiv:1711.05101), algorithm 2: Adam with weight decay apart from the gradient.

    θ ← θ − η (m̂ / (√v̂ + ε) + λ θ), with m and v the running means of g and g², and m̂ and v̂ those freed of their bias
    towards zero. The parameters become views of one vector θ, so that a step is a handful of operations.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        weight_decay: float = 0.0,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.parameters = parameters
        self.weight_decay, self.beta1, self.beta2, self.epsilon = weight_decay, beta1, beta2, epsilon
        self.theta = torch.cat([parameter.detach().flatten() for parameter in parameters])
        start = 0
        for parameter in parameters:
            parameter.data = self.theta[start : start + parameter.numel()].view_as(parameter)
            start += parameter.numel()
        self.m, self.v = torch.zeros_like(self.theta), torch.zeros_like(self.theta)
        self.steps = 0

    @torch.no_grad()
    def step(self, learning_rate: float, max_grad_norm: float = 0.0) -> float:
        """One update from the gradients that `backward` left, which are cleared. Returns their norm before clipping;
        `max_grad_norm` 0 clips nothing."""
        gradient = torch.cat(
            [torch.zeros(each.numel()) if each.grad is None else each.grad.flatten() for each in self.parameters]
        )
        for parameter in self.parameters:
            parameter.grad = None
        norm = float(gradient.norm())
        if max_grad_norm and norm > max_grad_norm:
            gradient *= max_grad_norm / (norm + 1e-6)
        self.steps += 1
        self.m.lerp_(gradient, 1 - self.beta1)
        self.v.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        m_hat = self.m / (1 - self.beta1**self.steps)
        v_hat = self.v / (1 - self.beta2**self.steps)
        self.theta.mul_(1 - learning_rate * self.weight_decay)
        self.theta.addcdiv_(m_hat, v_hat.sqrt_().add_(self.epsilon), value=-learning_rate)
        return norm

    def state(self) -> dict[str, Tensor]:
        """Everything a resumed run needs: θ, m, v and the number of steps."""
        return {
            "theta": self.theta.clone(),
            "m": self.m.clone(),
            "v": self.v.clone(),
            "steps": torch.tensor(self.steps),
        }

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        self.theta.copy_(tensors["theta"])
        self.m.copy_(tensors["m"])
        self.v.copy_(tensors["v"])
        self.steps = int(tensors["steps"])
