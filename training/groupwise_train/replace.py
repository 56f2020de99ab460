"""Replaces convolutions of a network by layers with learned groups."""

from torch import nn

from .checks import check_instance, check_network, parameter_names, refuse_unknown, shown
from .layers.msgc import MSGCConv2d

LAYERS = "FLGCConv2d, MSGCConv2d, CondenseConv2d, DGConv2d or PanelConv2d"
# arguments that a replacement takes from the convolution
COPIED = (
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "bias",
    "padding_mode",
    "device",
    "dtype",
)


def pointwise(name, conv):
    """Whether a convolution is 1x1 and has one group; `replace_convs` selects these by default."""
    return conv.kernel_size == (1, 1) and conv.groups == 1


def check_kind(kind):
    """Raises TypeError unless `kind` is a class of convolutions."""
    if not (isinstance(kind, type) and issubclass(kind, nn.Conv2d)):
        raise TypeError(f"kind must be a class of convolutions ({LAYERS}), got {shown(kind)}")


def check_options(kind, options, others=()):
    """Raises TypeError for the first option that `kind` does not have or that comes from the convolution.

    `others` are options of the caller, which a misspelt name may mean.
    """
    for name in options:
        if name in COPIED:
            raise TypeError(f'option "{name}" is copied from the convolution and cannot be set')
    known = parameter_names(kind)
    if known is not None:
        refuse_unknown(kind.__name__, options, [*others, *(name for name in known if name not in COPIED)])


def from_conv(conv, kind, **options):
    """A layer of the class `kind` that takes the place of an ordinary `nn.Conv2d`.

    `kind` is `FLGCConv2d`, `MSGCConv2d`, `CondenseConv2d`, `DGConv2d` or `PanelConv2d`; `options` are its own options,
    such as `groups`. All other arguments, device, dtype and mode are those of the convolution. The layer shares the
    convolution's weight and bias parameters, so optimizers that hold them stay valid. The masks of MSGC depend on the
    average of the layer's own input unless `context_channels` is set or `share_context` is called.

    Raises TypeError for wrong types and unknown options, ValueError if the layer does not suit the convolution.
    """
    check_instance("conv", conv, nn.Conv2d, "an nn.Conv2d")
    check_kind(kind)
    check_options(kind, options)
    if conv.groups != 1:
        raise ValueError(f"a convolution with groups=1 is expected, got groups={conv.groups}")
    if issubclass(kind, MSGCConv2d):
        options = {"context_channels": conv.in_channels} | options
    window = conv.kernel_size, conv.stride, conv.padding, conv.dilation
    shared = {"bias": conv.bias is not None, "padding_mode": conv.padding_mode}
    layer = kind(conv.in_channels, conv.out_channels, *window, **shared, **options)
    if layer.weight.shape != conv.weight.shape:
        shapes = f"{list(conv.weight.shape)}, got {list(layer.weight.shape)}"
        raise ValueError(f"{kind.__name__} must have weights of the shape {shapes}")
    layer.to(conv.weight.device, conv.weight.dtype)
    layer.weight, layer.bias = conv.weight, conv.bias
    return layer.train(conv.training)


def replace_convs(model, kind, select=pointwise, **options):
    """Replaces convolutions of a network in place; returns their names.

    Every plain `nn.Conv2d` with one group for which `select(name, conv)` is true (by default every 1x1) becomes
    `from_conv(conv, kind, **options)`. Convolutions with several groups, such as depthwise ones, stay. `kind` may also
    be a function: then every selected convolution, whatever its groups, becomes `kind(name, conv)`. Classes derived
    from `nn.Conv2d`, such as timm's `Conv2dSame`, stay.

    Raises TypeError for wrong types and unknown options. Raises ValueError if nothing is selected or if layers do not
    suit their convolutions; one error then lists all of them. The network is unchanged after an error.
    """
    check_network(model)
    is_class = isinstance(kind, type)
    if is_class:
        check_kind(kind)
        check_options(kind, options, ("select",))
    elif not callable(kind) or isinstance(kind, nn.Module):
        raise TypeError(f"kind must be a class of convolutions ({LAYERS}) or a function, got {shown(kind)}")
    elif options:
        raise TypeError(f"options ({', '.join(options)}) need a class of layers as kind; a function sets them itself")
    if not callable(select):
        raise TypeError(f"select must be a function of (name, conv), got {shown(select)}")

    def is_selected(name, module):
        return type(module) is nn.Conv2d and name and (module.groups == 1 or not is_class) and select(name, module)

    convs = {name: module for name, module in model.named_modules() if is_selected(name, module)}
    if not convs:
        raise ValueError("no plain nn.Conv2d of the network is selected; the default `select` takes 1x1 with one group")
    layers, errors = {}, []
    for name, conv in convs.items():
        try:
            layers[conv] = from_conv(conv, kind, **options) if is_class else kind(name, conv)
            check_instance(f"what kind makes for {name}", layers[conv], nn.Module, "an nn.Module")
        except ValueError as error:
            errors.append(f"{name}: {error}")
    if errors:
        lines = "\n".join(errors)
        raise ValueError(f"{len(errors)} of {len(convs)} convolutions cannot be replaced; select others\n{lines}")
    for parent in list(model.modules()):
        for attribute, child in list(parent.named_children()):
            if child in layers:
                setattr(parent, attribute, layers[child])
    return list(convs)
