"""The checkpoints of github.com/ShichenLiu/CondenseNet, as trained."""

import re

import torch

from ..checks import check_integer, named_options
from ..networks.condensenet import CondenseNet
from .weights import load_weights, read_weights

LAYER = re.compile(r"features\.denseblock_(\d+)\.denselayer_(\d+)\.conv_1\.conv\.weight")
FIRST = "features.denseblock_1.denselayer_1.conv_1"


@named_options
def load_condensenet(path, stride=1, groups=None):
    """A CondenseNet before its conversion for inference, in evaluation mode; pictures [B, 3, H, W] -> logits.

    Stages, growth and widths come from the shapes of the weights, factor and groups from the masks. `stride` of the
    first convolution is 1 for CIFAR and 2 for ImageNet. `groups` is needed for a checkpoint that is not pruned yet.
    Raises ValueError if names or shapes are not those of such a network.
    """
    check_integer("stride", stride, 1, 2)
    if groups is not None:
        check_integer("groups", groups, 1)
    weights = read_weights(path)
    places = [tuple(map(int, match.groups())) for match in map(LAYER.fullmatch, weights) if match]
    if not places or "classifier.weight" not in weights:
        names = f"{FIRST}.conv.weight and classifier.weight"
        raise ValueError(f"{path} lacks {names}; expected a CondenseNet before its conversion")
    model = CondenseNet(stride=stride, classes=len(weights["classifier.bias"]), **sizes(weights, places, groups, path))
    load_weights(model, own_weights(weights), path)
    return model.eval()


def sizes(weights, places, groups, path):
    """Arguments of `CondenseNet` from the weights; `places` are (block, layer) of its layers."""
    blocks = range(1, max(block for block, _ in places) + 1)
    # [growth, inner / groups, 3, 3] of the first layer of every block
    grouped = [weights[f"features.denseblock_{block}.denselayer_1.conv_2.conv.weight"] for block in blocks]
    inner, inputs = weights[f"{FIRST}.conv.weight"].shape[:2]
    mask = weights[f"{FIRST}._mask"].flatten(1)
    groups = groups or smallest_period(mask)
    dropped, steps = (int(weights[f"{FIRST}.{name}"]) for name in ("_count", "_stage"))
    if groups == 1 and not dropped:
        raise ValueError(f"{path} is not pruned yet, so its masks do not show the number of groups; pass groups")
    return {
        "stages": [sum(own == block for own, _ in places) for block in blocks],
        "growth": [len(weight) for weight in grouped],
        "bottleneck": inner // len(grouped[0]),
        "groups": groups,
        "factor": inputs * steps // dropped if dropped else groups,
        "groups_3x3": inner // grouped[0].shape[1],
    }


def own_weights(weights):
    """The weights by their names in `CondenseNet`."""
    renamed = {}
    for name, value in weights.items():
        if name.endswith("._mask"):
            renamed[f"{name.removesuffix('_mask')}conv.mask"] = value.flatten(1)
        elif not name.endswith(("._count", "._stage")):
            renamed[name] = value
    return renamed


def smallest_period(mask):
    """The smallest G for which the rows n and n + G of a mask [N, C] are equal for all n."""
    lengths = (length for length in range(1, len(mask) + 1) if len(mask) % length == 0)
    return next(length for length in lengths if torch.equal(mask[length:], mask[:-length]))
