"""Networks with random weights of which every part changes the result."""

import inspect

import timm
import torch
import torchvision
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from .architectures import Architecture

NEAR_ZERO = 0.01  # scales of residual branches are initialised with 1e-6 to 1e-4, or 0


class Tensors(nn.Module):
    """Returns the tensors of a network whose forward returns a dictionary, a list or a tensor."""

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The outputs in their order."""
        y = self.network(x)
        if isinstance(y, dict):
            y = y.values()
        return (y,) if isinstance(y, torch.Tensor) else tuple(y)


def create(architecture: Architecture) -> nn.Module:
    """A network of timm or torchvision as they initialise it."""
    if architecture.library == "timm":
        return timm.create_model(architecture.name, pretrained=False, **architecture.options)
    name, _, part = architecture.name.partition(":")
    options = {"weights": None, **architecture.options}
    if "weights_backbone" in inspect.signature(torchvision.models.get_model_builder(name)).parameters:
        options["weights_backbone"] = None
    network = torchvision.models.get_model(name, **options)
    return network.get_submodule(part)


@torch.no_grad()
def vary_constants(network: nn.Module) -> None:
    """Gives parameters whose numbers are all equal random ones, so that residual branches with scale 0 have an effect.

    Numbers near 0 become positive: with positive biases, ReLUs let most of the signal pass. With biases of both signs,
    deep networks amplify rounding errors a hundred times more. The biases of transformers become small, since the
    signal is small there.
    """
    for module in network.modules():
        for parameter in module.parameters(recurse=False):
            value = parameter.flatten()[0].item()
            noise = torch.rand_like(parameter)
            if (parameter != value).any():
                continue
            if abs(value) > NEAR_ZERO:
                parameter.mul_(0.75 + 0.5 * noise)
            elif isinstance(module, nn.Linear | nn.LayerNorm):
                parameter.copy_((noise - 0.5) / 10)
            else:
                inputs = parameter[0].numel() if parameter.dim() > 1 else 1
                parameter.copy_(noise / inputs**0.5)


@torch.no_grad()
def measure_statistics(network: nn.Module, x: torch.Tensor) -> None:
    """Gives batch normalisations the statistics of a batch, so that activations neither vanish nor explode."""
    network.eval()
    norms = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    for norm in norms:
        norm.momentum = 1.0
        norm.train()
    network(x)
    network.eval()


def make_network(architecture: Architecture) -> tuple[nn.Module, torch.Tensor, torch.Tensor]:
    """The seeded network, ready for inference, and two inputs."""
    torch.manual_seed(0)
    network = Tensors(create(architecture))
    vary_constants(network)
    size = architecture.size
    measure_statistics(network, torch.randn(8, 3, size, size))
    return network, torch.randn(1, 3, size, size), torch.randn(1, 3, size, size)
