"""The checkpoint of github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch."""

import re

from ..checks import named_options
from ..layers import FLGCConv2d
from ..networks.mobilenet import STAGES, MobileNetV2
from ..replace import replace_convs
from .weights import load_weights, read_weights


@named_options
def load_flgc(path):
    """The CIFAR-10 MobileNetV2 with FLGC of Daniil Osokin, in evaluation mode; pictures [B, 3, 32, 32] -> logits.

    A `MobileNetV2` whose projections are `FLGCConv2d` with as many groups as the checkpoint has. A checkpoint without
    groups gives ordinary projections. Raises ValueError if names or shapes are not those of that network.
    """
    blocks = sum(count for _, _, count, _ in STAGES)
    weights = {own_name(name, blocks): value for name, value in read_weights(path).items()}
    model = MobileNetV2(classes=len(weights.get("classifier.bias", range(10))))
    groups = next((value.shape[1] for name, value in weights.items() if name.endswith("_logits")), 0)
    if groups:
        replace_convs(model, FLGCConv2d, select=lambda name, _: name.endswith("project.0"), groups=groups)
    load_weights(model, weights, path)
    return model.eval()


def own_name(name, blocks):
    """The name in `MobileNetV2` of a weight of a checkpoint of `blocks` residual blocks; unknown names stay."""
    name = name.replace("in_channels_in_group_assignment_map", "input_logits")
    name = name.replace("out_channels_in_group_assignment_map", "output_logits")
    outer = re.fullmatch(r"features\.(\d+)\.(\d\.\w+)", name)
    if outer and int(outer[1]) in (0, blocks + 1):
        return f"{'stem' if outer[1] == '0' else 'last'}.{outer[2]}"
    inner = re.fullmatch(r"features\.(\d+)\.(conv|shortcut)\.(.*)", name)
    if not inner:
        return name
    block, part, rest = int(inner[1]) - 1, inner[2], inner[3]
    return f"blocks.{block}.{f'shortcut.{rest}' if part == 'shortcut' else own_unit(rest, block)}"


def own_unit(name, block):
    """The name in `InvertedResidual` of a weight that is called `name` in the `conv` of block number `block`."""
    units = ["depthwise"] if block == 0 else ["expand", "depthwise"]
    index, _, rest = name.partition(".")
    if int(index) < len(units):
        return f"{units[int(index)]}.{rest}"
    place = int(index) - len(units)  # 0 is the projection, 1 its BN
    return f"project.{place}.{rest.removeprefix('conv.')}"
