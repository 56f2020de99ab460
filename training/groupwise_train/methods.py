"""The convolutions that the recipe compares, each as a way to group the 1x1 convolutions of a MobileNetV2."""

from torch import nn

from .condense import CondenseConv2d
from .flgc import FLGCConv2d
from .msgc import MSGCConv2d
from .replace import from_conv, pointwise, replace_convs

METHODS = {
    "dense": "ordinary convolutions",
    "sgc": "ordinary grouped convolutions: contiguous groups of equal sizes",
    "random": "groups of random channels, uneven and fixed",
    "flgc-published": "FLGC with the published estimator",
    "flgc-gradient": "FLGC whose groups learn by straight-through gradients as connections outside fade, held to a G-th of the MACs, then freeze",
    "flgc": "FLGC whose groups begin at equal sizes, with the published estimator",
    "msgc": "masks for each picture before projections",
    "condense": "CondenseNet's learned groups, pruned in stages",
}
SCOPES = ("projections", "projections+last", "all")


def apply_method(model, method, groups=8, scope="projections"):
    """Replaces the 1x1 convolutions of a `MobileNetV2` by those of a method of `METHODS`, in place; returns their names.

    `scope` "projections" takes the projection of every block, as github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch does;
    "projections+last" also the 1x1 before the average; "all" every 1x1 convolution, as the paper's counts of MACs suggest. MSGC
    always takes projections, with `groups` heads.
    """
    if method not in METHODS:
        raise ValueError(f'method "{method}"; expected one of {", ".join(METHODS)}')
    if method == "dense":
        return []
    endings = {"projections": ("project.0",), "projections+last": ("project.0", "last.0"), "all": ("",)}
    if scope not in endings:
        raise ValueError(f'scope "{scope}"; expected one of {", ".join(SCOPES)}')

    def select(name, conv):
        return pointwise(name, conv) and name.endswith(endings["projections" if method == "msgc" else scope])

    def make(name, conv):
        match method:
            case "sgc":
                grouped = nn.Conv2d(conv.in_channels, conv.out_channels, 1, groups=groups, bias=False)
                nn.init.kaiming_normal_(grouped.weight, mode="fan_out")
                return grouped
            case "random":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="fixed")
            case "flgc-published":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="winner")
            case "flgc":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="winner", balanced=True)
            case "flgc-gradient":
                return from_conv(conv, FLGCConv2d, groups=groups, estimator="straight")
            case "condense":
                return from_conv(conv, CondenseConv2d, groups=groups)
            case "msgc":
                return from_conv(conv, MSGCConv2d, heads=groups, context_channels=block_inputs(model, name))

    return replace_convs(model, make, select)


def block_inputs(model, name):
    """Channels of the input of the block to which the projection `name` belongs."""
    block = model.get_submodule(name.rpartition(".project")[0])
    first = block.depthwise[0] if isinstance(block.expand, nn.Identity) else block.expand[0]
    return first.in_channels
