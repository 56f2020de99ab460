"""Multiply-accumulates (MACs) of networks, masks counted as the papers count them."""

import torch
from torch import nn

from .condense import CondenseConv2d
from .context import main_path, placement, residual_blocks
from .dgconv import DGConv2d
from .flgc import FLGCConv2d
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
    """MACs of each sample of the last forward of a network with MSGC convolutions.

    As the paper counts: a masked convolution costs its kept share, and the layers before it in a residual block cost nothing for channels that no
    head keeps (the "bonus", without gradient to the masks that drop them). Generators count in full.
    """

    def __init__(self, model, size=32):
        macs = layer_macs(model, size)
        self.total = sum(macs.values())
        for layer in (module for module in model.modules() if isinstance(module, MSGCConv2d)):
            layer.kept = None  # of the picture that was measured
        self.paths = [[(model.get_submodule(name), macs[name], placed) for name, placed in path] for path in masked_paths(model, macs)]

    def __call__(self):
        """MACs [B], with gradient to the masks through the convolutions that read them; without MSGC a number. Raises RuntimeError before a forward."""
        if any(isinstance(layer, MSGCConv2d) and layer.kept is None for path in self.paths for layer, _, _ in path):
            raise RuntimeError("the masks are not known before a forward of the network")
        saved = 0
        for path in self.paths:
            used = None  # [B, N], 1 where a layer's output is read; None where all are
            for layer, own, placed in reversed(path):
                saved = saved + own * (1 - computed_share(layer, used))
                if placed and isinstance(layer, MSGCConv2d):
                    used = layer.kept.detach().float().amax(1)
                elif not layer.groups == layer.in_channels == layer.out_channels:  # others than depthwise filters read every input
                    used = None
        return self.total - saved


def masked_paths(model, counted):
    """Convolutions in their order, each with whether it alone reads the layer before: those of residual blocks with MSGC, and each MSGC elsewhere."""
    masked = [name for name, module in model.named_modules() if isinstance(module, MSGCConv2d) and name in counted]
    paths = []
    for name, block in residual_blocks(model):
        prefix, places = name and f"{name}.", placement(block, 1, False)
        path = [(prefix + own, own in places) for own in main_path(block)]
        if any(own in masked for own, _ in path):
            paths.append(path)
    inside = {name for path in paths for name, _ in path}
    return paths + [[(name, False)] for name in masked if name not in inside]


def computed_share(layer, used):
    """Share of a convolution's MACs, [B] or 1, for which its inputs are kept and its outputs `used` [B, N]."""
    if not isinstance(layer, MSGCConv2d):
        return 1 if used is None else used.mean(1)
    reads = layer.kept.float().mean(2)  # [B, H]
    return (reads if used is None else reads * used.unflatten(1, (layer.heads, -1)).mean(2)).mean(1)
