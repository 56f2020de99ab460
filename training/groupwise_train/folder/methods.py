"""What the convolutions of a network become: groups from weights, panels of zeros or CondenseNet's groups."""

from dataclasses import dataclass

from torch import nn

from ..checks import nearest
from ..layers import CondenseConv2d, FLGCConv2d, PanelConv2d
from ..macs import uses_per_pair
from ..replace import from_conv, replace_convs

METHODS = {
    "dense": "ordinary convolutions",
    "flgc": "FLGC whose groups are computed from trained weights",
    "panels": "panels of zeros: 8 consecutive outputs drop the same input",
    "condense": "CondenseNet's learned groups, 1x1 only",
}
SELECTIONS = {"all": "any window", "1x1": "only 1x1", "kxk": "only larger windows"}


@dataclass
class Placement:
    """`names` of the convolutions that a method replaces, and reasons by name why others of one group stay dense."""

    names: list[str]
    dense: dict[str, str]


def place_method(model, recipe, size):
    """The `Placement` of a recipe's method in a network for pictures [3, size, size].

    Convolutions with several groups, such as depthwise ones, stay, and so do classes derived from `nn.Conv2d`. Raises
    ValueError if `keep` names no convolution or if nothing can be replaced.
    """
    kept = [start.strip() for start in recipe.keep.split(",") if start.strip()]
    uses, names, dense = uses_per_pair(model, size), [], {}
    convs = [name for name in uses if isinstance(model.get_submodule(name), nn.Conv2d)]  # in the order of execution
    for start in kept:
        if not any(name.startswith(start) for name in convs):
            raise ValueError(f'keep: no convolution has a name that begins with "{start}"{nearest(start, convs)}')
    for name in convs:
        conv = model.get_submodule(name)
        is_one_group = conv.groups == 1 and type(conv) is nn.Conv2d
        if not is_one_group or not matches(conv.kernel_size, recipe.select):
            continue
        if name == convs[0]:
            dense[name] = "the first"
        elif name.startswith(tuple(kept)):
            dense[name] = "kept"
        elif uses[name] == conv.kernel_size[0] * conv.kernel_size[1]:
            dense[name] = "computes one pixel"  # squeeze-and-excitation: few MACs, and inputs that differ much
        elif reason := reason_to_stay(conv, recipe):
            dense[name] = reason
        else:
            names.append(name)
    if not names:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in list(dense.items())[-3:]) or "none is selected"
        raise ValueError(f'no convolution of {recipe.arch} suits "{recipe.conv}" ({reasons})')
    return Placement(names, dense)


def matches(window, selection):
    """Whether a window is one that `selection` of `SELECTIONS` means."""
    return selection == "all" or (selection == "1x1") == (tuple(window) == (1, 1))


def reason_to_stay(conv, recipe):
    """Why the channels of a convolution do not suit the method; empty if they do."""
    inputs, outputs, groups = conv.in_channels, conv.out_channels, recipe.groups
    channels = f"{inputs} inputs and {outputs} outputs"
    if recipe.conv == "panels":
        return "" if outputs % 8 == 0 else f"{outputs} outputs are no multiple of 8"
    if recipe.conv == "condense":
        if tuple(conv.kernel_size) != (1, 1):
            return "is not 1x1"
        return f"{groups} groups do not divide {channels}" if inputs % groups or outputs % groups else ""
    return f"{channels} are too few for {groups} groups" if min(inputs, outputs) < groups else ""


def apply_method(model, recipe, names):
    """Replaces the convolutions `names` by the layers of a recipe's method, in place; weights are kept."""
    options = {
        "flgc": (FLGCConv2d, {"groups": recipe.groups, "estimator": "weights"}),
        "panels": (PanelConv2d, {}),
        "condense": (CondenseConv2d, {"groups": recipe.groups}),
    }
    kind, own = options[recipe.conv]
    chosen = set(names)
    replace_convs(model, lambda _, conv: from_conv(conv, kind, **own), lambda name, conv: name in chosen)
