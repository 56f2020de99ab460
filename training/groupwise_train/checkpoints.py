"""Checkpoints of the public implementations, by the names of their weights. Only weights are read, never code."""

import re

import torch

from .condensenet import CondenseNet
from .context import add_msgc
from .flgc import FLGCConv2d
from .mobilenet import STAGES, MobileNetV2
from .replace import replace_convs
from .runs import read_checkpoint


def load_flgc(path):
    """The CIFAR-10 MobileNetV2 of github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch, in evaluation mode.

    A `MobileNetV2` whose projections are `FLGCConv2d` of as many groups as the checkpoint has; pictures [B, 3, 32, 32] -> logits. A checkpoint without
    groups gives ordinary projections. Raises ValueError where names or shapes are not those of that network.
    """
    found = read_weights(path)
    names = flgc_names(sum(count for _, _, count, _ in STAGES))
    weights = {names(name): value for name, value in found.items()}
    model = MobileNetV2(classes=len(found.get("classifier.bias", range(10))))
    groups = next((value.shape[1] for name, value in weights.items() if name.endswith("_logits")), 0)
    if groups:
        replace_convs(model, FLGCConv2d, select=lambda name, _: name.endswith("project.0"), groups=groups)
    return fill(model, weights, path)


def flgc_names(blocks):
    """The function from a weight's name in the checkpoint to its name in `MobileNetV2`; unknown names stay."""

    def rename(name):
        name = name.replace("in_channels_in_group_assignment_map", "input_logits")
        name = name.replace("out_channels_in_group_assignment_map", "output_logits")
        outer = re.fullmatch(r"features\.(\d+)\.(\d\.\w+)", name)
        if outer and int(outer[1]) in (0, blocks + 1):
            return f"{'stem' if outer[1] == '0' else 'last'}.{outer[2]}"
        inner = re.fullmatch(r"features\.(\d+)\.(conv|shortcut)\.(.*)", name)
        if not inner:
            return name
        block, part, rest = int(inner[1]) - 1, inner[2], inner[3]
        if part == "shortcut":
            return f"blocks.{block}.shortcut.{rest}"
        units = ["depthwise", "project"] if block == 0 else ["expand", "depthwise", "project"]
        index, _, own = rest.partition(".")
        if int(index) < len(units) - 1:
            return f"blocks.{block}.{units[int(index)]}.{own}"
        place = int(index) - len(units) + 1  # 0 the projection, 1 its BN
        return f"blocks.{block}.project.{place}.{own.removeprefix('conv.')}"

    return rename


def load_msgc(path, model=None):
    """The MobileNetV2, ResNet-18 or ResNet-50 of github.com/hellozhuo/msgc, in evaluation mode; pictures [B, 3, H, W] -> logits.

    `model` is torchvision's network of that kind, to which MSGC is added in place; by default the one that the names belong to is made, which needs torchvision.
    Heads and attention are those of the checkpoint. Raises ValueError where names or shapes are not those of that network.
    """
    found = read_weights(path)
    masks = {name: value for name, value in found.items() if re.search(r"\.maskgen2?\.conv\.3\.weight$", name)}
    if not masks:
        raise ValueError(f"{path} holds no maskgen.conv.3.weight nor maskgen2.conv.3.weight; expected a checkpoint of MSGC")
    model = model or torchvision_network(found)
    first, value = next(iter(masks.items()))
    block = first.rpartition(".maskgen")[0]
    masked = f"{block}.conv2.weight" if "maskgen2" in first else f"{block}.conv.{projection(found, block)}.weight"
    if masked not in found:
        raise ValueError(f"{path} has {first} but lacks {masked}")
    names = add_msgc(model, len(value) // found[masked].shape[1], any(".attgen" in name for name in found))
    layers = {name.rpartition(".")[0].removesuffix(".conv"): name for name in names}

    def rename(name):
        own = re.fullmatch(r"(.*)\.((?:mask|att)gen)(\d?)\.(.*)", name)
        if not own:
            return name
        layer = f"{own[1]}.conv{own[3]}" if own[3] else layers.get(own[1], own[1])
        return f"{layer}.{own[2]}.{own[4]}"

    return fill(model, {rename(name): value for name, value in found.items()}, path)


def projection(found, block):
    """The index of the projection in the `conv` of an inverted residual block: the only plain convolution there."""
    numbers = [re.fullmatch(rf"{re.escape(block)}\.conv\.(\d)\.weight", name) for name in found]
    return next((match[1] for match in numbers if match and found[match[0]].dim() == 4), "2")


def torchvision_network(found):
    """torchvision's network of a checkpoint's names, without weights of its own."""
    import torchvision

    if any(name.startswith("features.") for name in found):
        return torchvision.models.mobilenet_v2(num_classes=len(found["classifier.1.bias"]))
    kind = torchvision.models.resnet50 if "layer1.0.conv3.weight" in found else torchvision.models.resnet18
    return kind(num_classes=len(found["fc.bias"]))


def load_condensenet(path, stride=1, groups=None):
    """The network of github.com/ShichenLiu/CondenseNet before its conversion, in evaluation mode; pictures [B, 3, H, W] -> logits.

    Stages, growth and widths are those of the shapes, the factor and the groups those of the masks. `stride` of the first convolution is 1 for CIFAR, 2
    for ImageNet. `groups` must be given for a checkpoint whose masks are still open. Raises ValueError where names or shapes are not those of that network.
    """
    found = read_weights(path)
    layers = re.compile(r"features\.denseblock_(\d+)\.denselayer_(\d+)\.conv_1\.conv\.weight")
    places = [tuple(map(int, match.groups())) for match in map(layers.fullmatch, found) if match]
    if not places or "classifier.weight" not in found:
        raise ValueError(f"{path} holds no features.denseblock_1.denselayer_1.conv_1.conv.weight and classifier.weight; expected a CondenseNet, not converted")
    blocks = range(1, max(block for block, _ in places) + 1)
    stages = [sum(own == block for own, _ in places) for block in blocks]
    last = [found[f"features.denseblock_{block}.denselayer_1.conv_2.conv.weight"] for block in blocks]  # [growth, inner / groups, 3, 3]
    first = "features.denseblock_1.denselayer_1.conv_1"
    inner, inputs = found[f"{first}.conv.weight"].shape[:2]
    mask = found[f"{first}._mask"].flatten(1)
    groups = groups or period(mask)
    dropped, events = (int(found[f"{first}.{name}"]) for name in ("_count", "_stage"))
    if groups == 1 and not dropped:
        raise ValueError(f"{path} has open masks, which do not show the number of groups; give groups")
    model = CondenseNet(
        stages, [len(weight) for weight in last], len(found["classifier.bias"]), stride, bottleneck=inner // len(last[0]), groups=groups,
        factor=inputs * events // dropped if dropped else groups, groups_3x3=inner // last[0].shape[1],
    )
    weights = {}
    for name, value in found.items():
        if name.endswith("._mask"):
            weights[f"{name.removesuffix('_mask')}conv.mask"] = value.flatten(1)
        elif not name.endswith(("._count", "._stage")):
            weights[name] = value
    return fill(model, weights, path)


def period(mask):
    """The smallest G for which rows n and n + G of a mask [N, C] are the same everywhere."""
    return next(size for size in range(1, len(mask) + 1) if len(mask) % size == 0 and torch.equal(mask[size:], mask[:-size]))


def read_weights(path):
    """The tensors of a checkpoint by name: those under "state_dict" if there are such, without the prefix of a parallel wrapper."""
    kept = read_checkpoint(path)
    kept = kept.get("state_dict", kept) if isinstance(kept, dict) else kept
    if not isinstance(kept, dict) or not kept or not all(isinstance(value, torch.Tensor) for value in kept.values()):
        raise ValueError(f'{path} holds no state_dict of tensors, at the top or under "state_dict"')
    return {name.removeprefix("module."): value for name, value in kept.items()}


def fill(model, weights, path):
    """`model` with all of `weights`, in evaluation mode; one ValueError names what is missing, unexpected or of another shape."""
    expected = model.state_dict()
    counters = {name for name in expected if name.endswith("num_batches_tracked")}  # not in files of PyTorch before 0.4.1
    problems = [f"lacks {name}" for name in sorted(expected.keys() - weights.keys() - counters)]
    problems += [f"has {name}, which the network does not" for name in sorted(weights.keys() - expected.keys())]
    for name in sorted(weights.keys() & expected.keys()):
        if weights[name].shape != expected[name].shape:
            problems.append(f"has {name} of {list(weights[name].shape)}; expected {list(expected[name].shape)}")
    if problems:
        raise ValueError(f"{path} does not fit {type(model).__name__}:\n" + "\n".join(problems))
    model.load_state_dict(weights, strict=False)
    return model.eval()
