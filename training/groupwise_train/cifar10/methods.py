"""The methods that the recipe compares: ways to group the convolutions of its networks."""

from torch import nn

from ..checks import check_choice, check_integer
from ..layers import CondenseConv2d, DGConv2d, FLGCConv2d, MSGCConv2d, PanelConv2d
from ..networks.fast import FastNet
from ..networks.mobilenet import MobileNetV2
from ..networks.residual import input_channels
from ..replace import from_conv, pointwise, replace_convs

METHODS = {
    "dense": "ordinary convolutions",
    "sgc": "ordinary grouped convolutions: contiguous groups of equal sizes",
    "random": "groups of random channels of equal sizes, fixed",
    "flgc-published": "FLGC with the published estimator and initial groups",
    "flgc": "FLGC whose groups are computed from weights early in the training",
    "condense": "CondenseNet's learned groups, pruned in steps",
    "dgconv": "DGConv, where inputs and outputs are the same power of two",
    "panels": "zeros in panels of 8 outputs and one input, chosen from weights early in the training",
    "msgc": "masks for each picture",
}
SCOPE_ENDINGS = {"projections": ("project.0",), "projections+last": ("project.0", "last.0"), "all": ("",)}
SCOPES = tuple(SCOPE_ENDINGS)


def apply_method(model, method, groups=4, scope="projections"):
    """Replaces convolutions of a `FastNet` or `MobileNetV2` by those of a method, in place; returns their names.

    `method` is one of `METHODS`. Of a `FastNet` every convolution except the first is replaced. Of a `MobileNetV2`,
    `scope` "projections" means the projection of every block, as
    github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch does; "projections+last" also the 1x1 before the
    average; "all" every 1x1 convolution, as the paper's MACs suggest. "msgc" always uses the projections, with `groups`
    heads, whose masks depend on the input of the block; in a `FastNet` they depend on the convolution's own input.
    """
    if not isinstance(model, (FastNet, MobileNetV2)):
        raise TypeError(f"model must be a FastNet or a MobileNetV2, got {type(model).__name__}")
    check_choice("conv", method, METHODS)
    check_choice("scope", scope, SCOPES)
    check_integer("groups", groups, 1)
    if method == "dense":
        return []
    endings = SCOPE_ENDINGS["projections" if method == "msgc" else scope]

    def select(name, conv):
        if method == "dgconv" and not fits_dgconv(conv):
            return False
        if isinstance(model, FastNet):
            return name != "stem"
        return pointwise(name, conv) and name.endswith(endings)

    convs = {name: module for name, module in model.named_modules() if type(module) is nn.Conv2d}
    if method == "dgconv" and not any(select(name, conv) for name, conv in convs.items()):
        raise ValueError(
            "dgconv needs convolutions whose inputs and outputs are the same power of two, and finds none that it may "
            'replace; "fast" has some with width=1'
        )

    def make_layer(name, conv):
        match method:
            case "sgc":
                return grouped_conv(conv, groups)
            case "random":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="fixed")
            case "flgc-published":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="winner", balanced=False)
            case "flgc":
                return from_conv(conv, FLGCConv2d, groups=groups)
            case "condense":
                return from_conv(conv, CondenseConv2d, groups=groups)
            case "dgconv":
                return from_conv(conv, DGConv2d)
            case "panels":
                return from_conv(conv, PanelConv2d)
            case "msgc" if isinstance(model, FastNet):
                return from_conv(conv, MSGCConv2d, heads=groups)
            case "msgc":
                block = model.get_submodule(name.rpartition(".project")[0])
                return from_conv(conv, MSGCConv2d, heads=groups, context_channels=input_channels(block))

    return replace_convs(model, make_layer, select)


def fits_dgconv(conv):
    """Whether inputs and outputs of a convolution are the same power of two."""
    return conv.in_channels == conv.out_channels and conv.in_channels.bit_count() == 1


def grouped_conv(conv, groups):
    """An ordinary grouped convolution with the channels of `conv`, freshly initialised."""
    window = conv.kernel_size, conv.stride, conv.padding
    grouped = nn.Conv2d(conv.in_channels, conv.out_channels, *window, groups=groups, bias=False)
    nn.init.kaiming_normal_(grouped.weight, mode="fan_out")
    return grouped
