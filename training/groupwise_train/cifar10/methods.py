"""The methods that the recipe compares: ways to group the 1x1 convolutions of a MobileNetV2."""

from torch import nn

from ..checks import check_choice, check_integer
from ..layers import CondenseConv2d, FLGCConv2d, MSGCConv2d
from ..networks.mobilenet import MobileNetV2
from ..networks.residual import input_channels
from ..replace import from_conv, pointwise, replace_convs

METHODS = {
    "dense": "ordinary convolutions",
    "sgc": "ordinary grouped convolutions: contiguous groups of equal sizes",
    "random": "groups of random channels, uneven and fixed",
    "flgc-published": "FLGC with the published estimator and initial groups",
    "flgc-gradient": (
        "FLGC whose groups learn by straight-through gradients while other connections fade, limited to a G-th of the "
        "MACs, then freeze"
    ),
    "flgc": "FLGC with the published estimator and initial groups of equal sizes",
    "msgc": "masks for each picture before the projections",
    "condense": "CondenseNet's learned groups, pruned in steps",
}
SCOPE_ENDINGS = {"projections": ("project.0",), "projections+last": ("project.0", "last.0"), "all": ("",)}
SCOPES = tuple(SCOPE_ENDINGS)


def apply_method(model, method, groups=8, scope="projections"):
    """Replaces 1x1 convolutions of a `MobileNetV2` by those of a method of `METHODS`, in place; returns their names.

    `scope` "projections" means the projection of every block, as
    github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch does; "projections+last" also the 1x1 before the
    average; "all" every 1x1 convolution, as the paper's MACs suggest. "msgc" always uses the projections, with `groups`
    heads.
    """
    if not isinstance(model, MobileNetV2):
        raise TypeError(f"model must be a MobileNetV2, got {type(model).__name__}")
    check_choice("conv", method, METHODS)
    check_choice("scope", scope, SCOPES)
    check_integer("groups", groups, 1)
    if method == "dense":
        return []
    endings = SCOPE_ENDINGS["projections" if method == "msgc" else scope]

    def select(name, conv):
        return pointwise(name, conv) and name.endswith(endings)

    def make_layer(name, conv):
        match method:
            case "sgc":
                return grouped_conv(conv, groups)
            case "random":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="fixed", balanced=False)
            case "flgc-published":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="winner", balanced=False)
            case "flgc":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="winner", balanced=True)
            case "flgc-gradient":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="straight", balanced=False)
            case "condense":
                return from_conv(conv, CondenseConv2d, groups=groups)
            case "msgc":
                block = model.get_submodule(name.rpartition(".project")[0])
                return from_conv(conv, MSGCConv2d, heads=groups, context_channels=input_channels(block))

    return replace_convs(model, make_layer, select)


def grouped_conv(conv, groups):
    """An ordinary grouped 1x1 convolution with the channels of `conv`, freshly initialised."""
    grouped = nn.Conv2d(conv.in_channels, conv.out_channels, 1, groups=groups, bias=False)
    nn.init.kaiming_normal_(grouped.weight, mode="fan_out")
    return grouped
