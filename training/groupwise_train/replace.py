"""Convolutions of a network replaced by others of the same shape."""

from torch import nn


def pointwise(name, conv):
    """Whether a convolution is a 1x1 of one group."""
    return conv.kernel_size == (1, 1) and conv.groups == 1


def replace_convs(model, make, select=pointwise):
    """Replaces every `nn.Conv2d` for which `select(name, conv)` holds by `make(name, conv)`, in place; returns the names.

    Classes derived from `nn.Conv2d` are left as they are. Raises ValueError where nothing is selected.
    """
    found = [(name, module) for name, module in model.named_modules() if type(module) is nn.Conv2d and select(name, module)]
    if not found:
        raise ValueError("no convolution of the network is selected")
    for name, conv in found:
        owner, _, attribute = name.rpartition(".")
        setattr(model.get_submodule(owner), attribute, make(name, conv))
    return [name for name, _ in found]
