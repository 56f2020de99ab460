"""Multiply-accumulates (MACs) of networks; masked connections are counted as the papers count them."""

import math
from collections import Counter

import torch
from torch import nn

from .checks import check_integer, check_network, named_options
from .layers import MaskedConv2d, MSGCConv2d
from .modes import evaluation_mode
from .networks.residual import main_path, placement, residual_blocks


def channel_pairs(layer):
    """Pairs of input and output channels that a layer multiplies, an int; for MSGC as if every channel were kept."""
    if isinstance(layer, nn.Linear):
        return layer.in_features * layer.out_features
    if isinstance(layer, MaskedConv2d):
        return int(layer.mask.count_nonzero())
    return layer.out_channels * layer.in_channels // layer.groups


@torch.no_grad()
def uses_per_pair(model, size):
    """How often each convolution and linear layer uses a pair of channels for a picture [3, size, size].

    That is k^2 H' W' for a convolution with k x k weights and outputs of H' x W', and the number of vectors that it
    multiplies for a linear layer; the sum over all calls for a layer that the network calls several times. Layers whose
    weights the network multiplies itself, as torchvision's attention does, have no uses. Raises ValueError for a
    network without such layers.
    """
    counts, hooks = Counter(), []

    def make_hook(name):
        def hook(layer, _, output):
            if isinstance(layer, nn.Linear):
                counts[name] += output.numel() // layer.out_features
            else:
                counts[name] += math.prod(layer.kernel_size) * (output.numel() // layer.out_channels)

        return hook

    for name, module in model.named_modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            hooks.append(module.register_forward_hook(make_hook(name)))
    if not hooks:
        raise ValueError("the network has no convolution and no linear layer")
    parameter = next(model.parameters())
    masks = {layer: layer.kept for layer in model.modules() if isinstance(layer, MSGCConv2d)}
    try:
        with evaluation_mode(model):
            model(torch.zeros(1, 3, size, size, device=parameter.device, dtype=parameter.dtype))
    finally:
        for hook in hooks:
            hook.remove()
        for layer, mask in masks.items():
            layer.kept = mask
    return dict(counts)


@named_options
def layer_macs(model, size=32):
    """MACs of every convolution and linear layer by name, for a picture [3, size, size]: channel pairs * their uses.

    Raises TypeError for wrong arguments, ValueError for a network without such layers.
    """
    check_network(model)
    check_integer("size", size, 1)
    return {name: uses * channel_pairs(model.get_submodule(name)) for name, uses in uses_per_pair(model, size).items()}


@named_options
def count_macs(model, size=32):
    """MACs of one picture [3, size, size]; with MSGC, those of a picture that keeps every channel.

    Raises what `layer_macs` raises.
    """
    return sum(layer_macs(model, size).values())


class DynamicMacs:
    """MACs of each sample of the last forward of a network with MSGC, for pictures [3, size, size].

    As the paper counts: a masked convolution costs the share that its mask keeps, and the layers before it in a
    residual block cost nothing for channels that no head keeps (the "bonus", without gradient to the masks that drop
    them). Generators count in full.
    """

    @named_options
    def __init__(self, model, size=32):
        macs = layer_macs(model, size)
        self.total = sum(macs.values())
        self.paths = [
            [(model.get_submodule(name), macs[name], is_placed) for name, is_placed in path]
            for path in masked_paths(model, macs)
        ]

    def __call__(self):
        """MACs [B], differentiable with respect to the masks through the convolutions that read them.

        A number if the network has no MSGC. Raises RuntimeError before the first forward.
        """
        layers = [layer for path in self.paths for layer, _, _ in path]
        if any(isinstance(layer, MSGCConv2d) and layer.kept is None for layer in layers):
            raise RuntimeError("the masks are not known before a forward of the network")
        saved = 0
        for path in self.paths:
            needed = None  # [B, N], 1 where an output of the layer is read; None if all are
            for layer, macs, is_placed in reversed(path):
                saved = saved + macs * (1 - computed_share(layer, needed))
                if is_placed and isinstance(layer, MSGCConv2d):
                    needed = layer.kept.detach().float().amax(1)
                elif not layer.groups == layer.in_channels == layer.out_channels:
                    needed = None  # unlike depthwise filters, this layer reads every input
        return self.total - saved


def masked_paths(model, measured):
    """Paths of (name, is_placed) that masks make cheaper: the convolutions of a block with MSGC, and every other MSGC.

    `is_placed` is true if nothing but this layer reads the output of the layer before it. `measured` are the names of
    the layers that the network runs.
    """
    masked = [name for name, module in model.named_modules() if isinstance(module, MSGCConv2d) and name in measured]
    paths = []
    for block_name, block in residual_blocks(model):
        prefix, places = f"{block_name}." if block_name else "", placement(block, 1, False)
        path = [(prefix + name, name in places) for name in main_path(block)]
        if any(name in masked for name, _ in path):
            paths.append(path)
    inside = {name for path in paths for name, _ in path}
    return paths + [[(name, False)] for name in masked if name not in inside]


def computed_share(layer, needed):
    """Share of a convolution's MACs, [B] or 1, for inputs that its mask keeps and outputs that are `needed` [B, N]."""
    if not isinstance(layer, MSGCConv2d):
        return 1 if needed is None else needed.mean(1)
    share = layer.kept.float().mean(2)  # [B, H]
    if needed is not None:
        share = share * needed.unflatten(1, (layer.heads, -1)).mean(2)
    return share.mean(1)
