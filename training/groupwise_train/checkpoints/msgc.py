"""The checkpoints of github.com/hellozhuo/msgc."""

import re

from ..checks import check_network, named_options
from ..context import add_msgc
from .weights import load_weights, read_weights

IMAGENET_CLASSES = 1000


@named_options
def load_msgc(path, model=None):
    """Zhuo Su's MobileNetV2, ResNet-18 or ResNet-50 with MSGC, in evaluation mode; pictures [B, 3, H, W] -> logits.

    `model` is torchvision's network of that kind, to which MSGC is added in place. By default it is created, which
    needs torchvision. Heads and attention come from the checkpoint. A MobileNetV2 of other than 1,000 classes needs
    `model`: its strides, which CIFAR networks change, do not show in the weights. Raises ValueError if names or shapes
    are not those of such a network.
    """
    if model is not None:
        check_network(model)
    weights = read_weights(path)
    if any(".denseblock_" in name for name in weights):
        raise ValueError(
            f"{path} is a CondenseNet; expected a MobileNetV2 or ResNet with MSGC. "
            "load_condensenet loads a CondenseNet without MSGC"
        )
    masks = {name: value for name, value in weights.items() if re.search(r"\.maskgen2?\.conv\.3\.weight$", name)}
    if not masks:
        names = "maskgen.conv.3.weight or maskgen2.conv.3.weight"
        raise ValueError(f"{path} has no {names}; expected a checkpoint of MSGC")
    model = torchvision_network(weights, path) if model is None else model
    first, value = next(iter(masks.items()))
    block = first.rpartition(".maskgen")[0]
    conv = "conv2" if "maskgen2" in first else f"conv.{projection_index(weights, block)}"
    if f"{block}.{conv}.weight" not in weights:
        raise ValueError(f"{path} has {first} but lacks {block}.{conv}.weight")
    heads = len(value) // weights[f"{block}.{conv}.weight"].shape[1]
    names = add_msgc(model, heads, any(".attgen" in name for name in weights))
    projections = {name.rpartition(".")[0].removesuffix(".conv"): name for name in names}

    def own_name(name):
        match = re.fullmatch(r"(.*)\.((?:mask|att)gen)(\d?)\.(.*)", name)
        if not match:
            return name
        block, generator, number, rest = match.groups()
        layer = f"{block}.conv{number}" if number else projections.get(block, block)
        return f"{layer}.{generator}.{rest}"

    load_weights(model, {own_name(name): value for name, value in weights.items()}, path)
    return model.eval()


def projection_index(weights, block):
    """The index of the projection in the `conv` of an inverted residual block: its only convolution outside a unit."""
    names = [re.fullmatch(rf"{re.escape(block)}\.conv\.(\d)\.weight", name) for name in weights]
    return next((match[1] for match in names if match and weights[match[0]].dim() == 4), "2")


def torchvision_network(weights, path):
    """torchvision's network that has the names of a checkpoint, with random weights."""
    import torchvision

    if any(name.startswith("features.") for name in weights):
        classes = len(weights["classifier.1.bias"])
        if classes != IMAGENET_CLASSES:
            raise ValueError(
                f"{path} is a MobileNetV2 of {classes} classes, whose strides do not show in its weights; "
                f"pass model: torchvision.models.mobilenet_v2(num_classes={classes}) with the strides of training"
            )
        return torchvision.models.mobilenet_v2(num_classes=classes)
    make = torchvision.models.resnet50 if "layer1.0.conv3.weight" in weights else torchvision.models.resnet18
    return make(num_classes=len(weights["fc.bias"]))
