"""Convolutions of a network replaced by layers with learned groups."""

from torch import nn

from .msgc import MSGCConv2d


def pointwise(name, conv):
    """Whether a convolution is a 1x1 of one group."""
    return conv.kernel_size == (1, 1) and conv.groups == 1


def from_conv(conv, kind, **options):
    """A layer of the class `kind` in place of an ordinary `nn.Conv2d`, made with the convolution's arguments and `options`.

    `kind` is `FLGCConv2d`, `MSGCConv2d`, `CondenseConv2d` or `DGConv2d`; `options` are what it takes besides, such as `groups`. The layer takes
    the convolution's own weight and bias (the parameters themselves, so an optimizer that holds them stays right), its device, its
    type and its mode. The masks of MSGC see the average of the layer's own input unless `context_channels` or `share_context` says otherwise.
    Raises ValueError where the channels do not suit the layer.
    """
    if conv.groups != 1:
        raise ValueError(f"it has {conv.groups} groups; only convolutions of one group are replaced")
    if issubclass(kind, MSGCConv2d):
        options = {"context_channels": conv.in_channels} | options
    window = conv.kernel_size, conv.stride, conv.padding, conv.dilation
    layer = kind(conv.in_channels, conv.out_channels, *window, bias=conv.bias is not None, padding_mode=conv.padding_mode, **options)
    if layer.weight.shape != conv.weight.shape:
        raise ValueError(f"{kind.__name__} has weights {list(layer.weight.shape)}, which {list(conv.weight.shape)} do not fit")
    layer.to(conv.weight.device, conv.weight.dtype)
    layer.weight, layer.bias = conv.weight, conv.bias
    return layer.train(conv.training)


def replace_convs(model, kind, select=pointwise, **options):
    """Replaces convolutions of a network, in place; returns their names.

    Every plain `nn.Conv2d` for which `select(name, conv)` holds (by default every 1x1) becomes `from_conv(conv, kind, **options)`; those that have several groups,
    as depthwise ones do, are left. `kind` may also be a function: then the convolution, whatever its groups, becomes `kind(name, conv)`.
    Classes derived from `nn.Conv2d`, such as timm's `Conv2dSame`, are left as they are.

    Raises ValueError, with the network unchanged, where nothing is selected and where layers do not suit their channels: one error that names all;
    TypeError where `kind` is neither a class of convolutions nor takes options that are given.
    """
    is_class = isinstance(kind, type)
    if not callable(kind) or isinstance(kind, nn.Module):
        raise TypeError(f"{kind!r} is neither a class of layers nor a function that makes them")
    if is_class and not issubclass(kind, nn.Conv2d):
        raise TypeError(f"{kind.__name__} is no class of convolutions; expected FLGCConv2d, MSGCConv2d, CondenseConv2d or DGConv2d")
    if options and not is_class:
        raise TypeError(f"options {', '.join(options)} go with a class of layers, not with a function that makes them")

    def wanted(name, module):
        return type(module) is nn.Conv2d and name and (module.groups == 1 or not is_class) and select(name, module)

    found = {name: module for name, module in model.named_modules() if wanted(name, module)}
    if not found:
        raise ValueError("no plain nn.Conv2d of the network is selected; without `select` only 1x1 ones of one group are")
    made, errors = {}, []
    for name, conv in found.items():
        try:
            made[conv] = from_conv(conv, kind, **options) if is_class else kind(name, conv)
        except ValueError as error:
            errors.append(f"{name}: {error}")
    if errors:
        raise ValueError(f"{len(errors)} of {len(found)} convolutions cannot be replaced; select others\n" + "\n".join(errors))
    for owner in list(model.modules()):
        for attribute, child in list(owner.named_children()):
            if child in made:
                setattr(owner, attribute, made[child])
    return list(found)
