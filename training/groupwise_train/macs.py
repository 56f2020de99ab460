"""Multiply-accumulates (MACs) of networks, masks counted as the papers count them."""

import torch
from torch import nn

from .condense import CondenseConv2d
from .dgconv import DGConv2d
from .flgc import FLGCConv2d
from .mobilenet import InvertedResidual
from .msgc import MSGCConv2d


def kept_connections(layer):
    """Pairs of input and output channels that a layer multiplies. Python int; MSGC counts as if all were kept."""
    if isinstance(layer, nn.Linear):
        return layer.in_features * layer.out_features
    if isinstance(layer, (FLGCConv2d, DGConv2d, CondenseConv2d)):
        return int((layer.mask() if callable(layer.mask) else layer.mask).count_nonzero())
    return layer.out_channels * layer.in_channels // layer.groups


@torch.no_grad()
def positions(model, size=32):
    """How often every convolution and linear layer uses one pair of channels for one picture [3, size, size], by name: k^2 * H' * W'."""
    counts, hooks = {}, []

    def measure(name):
        def hook(layer, _, output):
            taps = 1 if isinstance(layer, nn.Linear) else layer.kernel_size[0] * layer.kernel_size[1]
            counts[name] = taps * (output.shape[-2] * output.shape[-1] if output.dim() == 4 else 1)

        return hook

    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            hooks.append(module.register_forward_hook(measure(name)))
    training = model.training
    device = next(model.parameters()).device
    model.eval()(torch.zeros(1, 3, size, size, device=device))
    model.train(training)
    for hook in hooks:
        hook.remove()
    return counts


def layer_macs(model, size=32):
    """MACs of every convolution and linear layer by name, for one picture [3, size, size]: pairs of channels * k^2 * H' * W'."""
    return {name: count * kept_connections(model.get_submodule(name)) for name, count in positions(model, size).items()}


def count_macs(model, size=32):
    """MACs of one picture [3, size, size]; with MSGC, those of a picture that keeps every channel."""
    return sum(layer_macs(model, size).values())


class GroupMacs:
    """MACs of the FLGC layers of a network, with gradient to their logits; `dense` are those without groups."""

    def __init__(self, model, size=32):
        self.layers = [
            (layer, count) for name, count in positions(model, size).items() if isinstance(layer := model.get_submodule(name), FLGCConv2d)
        ]
        self.dense = sum(count * layer.out_channels * layer.in_channels for layer, count in self.layers)

    def __call__(self):
        """MACs of one picture, connections outside the groups not counted: a scalar."""
        return sum(count * layer.groups_mask().sum() for layer, count in self.layers)


class DynamicMacs:
    """MACs of each sample of the last forward of a network with MSGC projections.

    As the paper counts: a projection costs its kept share, and a channel that no head keeps costs neither its expansion nor its
    depthwise filter (the "bonus", without gradient). Generators count in full.
    """

    def __init__(self, model, size=32):
        macs = layer_macs(model, size)
        self.total = sum(macs.values())
        self.blocks = []  # (projection, its MACs, MACs of expansion and depthwise)
        for name, block in model.named_modules():
            if isinstance(block, InvertedResidual) and isinstance(block.project[0], MSGCConv2d):
                before = sum(macs.get(f"{name}.{layer}.0", 0) for layer in ("expand", "depthwise"))
                self.blocks.append((block.project[0], macs[f"{name}.project.0"], before))

    def __call__(self):
        """MACs [B], with gradient to the masks through the projections."""
        saved = 0
        for projection, own, before in self.blocks:
            mask = projection.kept.float()  # [B, H, C]
            unused = (1 - mask.detach()).prod(1).mean(1)
            saved = saved + own * (1 - mask.mean((1, 2))) + before * unused
        return self.total - saved
