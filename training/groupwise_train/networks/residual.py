"""Residual blocks: the convolutions on their main path, and where the MSGC paper masks them."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

from ..checks import check_choice, check_instance, named_options
from ..layers.msgc import MSGCConv2d
from .mobilenet import InvertedResidual

SHORTCUTS = ("shortcut", "downsample")  # attributes that hold the layers of a shortcut


@dataclass(frozen=True)
class BlockKind:
    """How a kind of residual block is built.

    `main_path(block)` lists the names of the convolutions from the block's input to its output, in order, without
    shortcuts and without the generators of MSGC. `placement(path, heads, attention)` maps the convolutions that MSGC
    masks to their options. The masks depend on the input of the module `context` of the block, by default the block.
    """

    main_path: Callable[[nn.Module], list[str]]
    placement: Callable[[list[str], int, bool], dict[str, dict]]
    context: str = ""


def registered_convs(block):
    """Names of the convolutions of a block in the order of registration, without shortcuts and generators of MSGC."""
    layers = {name: module for name, module in block.named_modules() if isinstance(module, nn.Conv2d)}
    masked = tuple(f"{name}." for name, layer in layers.items() if isinstance(layer, MSGCConv2d))
    return [name for name in layers if not name.startswith(masked) and name.split(".")[0] not in SHORTCUTS]


def place_in_basic(path, heads, attention):
    """One mask before the first convolution, one for each head before the second."""
    return {path[0]: {"heads": 1, "attention": attention}, path[1]: {"heads": heads, "attention": attention}}


def place_in_bottleneck(path, heads, attention):
    """One mask before each 1x1, one for each head before the 3x3; only there with attention."""
    return {
        path[0]: {"heads": 1, "reduction": 8},
        path[1]: {"heads": heads, "attention": attention, "reduction": 8},
        path[2]: {"heads": 1, "reduction": 8},
    }


def place_in_dense(path, heads, attention):
    """One mask before the 1x1, one for each head before the 3x3; only there with attention."""
    return {path[0]: {"heads": 1}, path[1]: {"heads": heads, "attention": attention}}


def place_in_inverted(path, heads, attention):
    """One mask for each head before the projection, the last convolution."""
    return {path[-1]: {"heads": heads, "attention": attention}}


KINDS = {
    "basic": BlockKind(lambda block: ["conv1", "conv2"], place_in_basic),
    # the input of a dense layer may be a list of maps; the masks depend on their concatenation after BN and ReLU
    "dense": BlockKind(lambda block: ["conv1", "conv2"], place_in_dense, "conv1"),
    "bottleneck": BlockKind(lambda block: ["conv1", "conv2", "conv3"], place_in_bottleneck),
    "inverted": BlockKind(registered_convs, place_in_inverted),
}

# Kinds by the full names of classes. Names, because torchvision and timm are optional and not imported here. Full ones,
# because other modules have classes called BasicBlock, Bottleneck or InvertedResidual that are built differently.
CLASS_KINDS = {
    "torchvision.models.resnet.BasicBlock": "basic",
    "torchvision.models.resnet.Bottleneck": "bottleneck",
    "torchvision.models.densenet._DenseLayer": "dense",
    "torchvision.models.mobilenetv2.InvertedResidual": "inverted",
    "torchvision.models.mobilenetv3.InvertedResidual": "inverted",
    "timm.models.resnet.BasicBlock": "basic",
    "timm.models.resnet.Bottleneck": "bottleneck",
    "timm.models.densenet.DenseLayer": "dense",
    "timm.models._efficientnet_blocks.InvertedResidual": "inverted",
    "timm.models._efficientnet_blocks.DepthwiseSeparableConv": "inverted",
}


def full_name(block_class):
    """The name of a class with its module."""
    return f"{block_class.__module__}.{block_class.__qualname__}"


@named_options
def register_block(block_class, kind):
    """Adds a class of residual blocks to those that `add_msgc`, `share_context` and `DynamicMacs` know.

    The forward of a block must take one tensor, or a list of them if it is dense. `kind` says how the class is built:
    - "basic": attributes `conv1` and `conv2`, as in ResNet-18;
    - "bottleneck": attributes `conv1`, `conv2` and `conv3`, as in ResNet-50;
    - "dense": attributes `conv1` and `conv2` of a layer that DenseNet joins with its input;
    - "inverted": convolutions registered in the order in which they run, as in MobileNetV2; those of an attribute
      `shortcut` or `downsample` do not count.

    Raises TypeError unless `block_class` is a class of modules, ValueError for other kinds.
    """
    check_instance("block_class", block_class, type, "a class of nn.Module")
    if not issubclass(block_class, nn.Module):
        raise TypeError(f"block_class must be a class of nn.Module, got {full_name(block_class)}")
    check_choice("kind", kind, KINDS)
    CLASS_KINDS[full_name(block_class)] = kind


register_block(InvertedResidual, "inverted")


def kind_of(block):
    """The `BlockKind` of a module, None if its class is not registered."""
    return KINDS.get(CLASS_KINDS.get(full_name(type(block))))


def residual_blocks(model, classes=None):
    """(name, block) of the innermost residual blocks of a network, of `classes` or, by default, registered classes."""

    def is_block(module):
        return kind_of(module) is not None if classes is None else isinstance(module, classes)

    for name, module in model.named_modules():
        if is_block(module) and not any(is_block(child) for child in module.modules() if child is not module):
            yield name, module


def main_path(block):
    """Names of the convolutions of a block of a registered class from its input to its output."""
    return kind_of(block).main_path(block)


def placement(block, heads, attention):
    """Options of `MSGCConv2d` by name for each convolution that MSGC masks; empty for a block without convolutions."""
    path = main_path(block)
    return kind_of(block).placement(path, heads, attention) if path else {}


def context_source(block):
    """The module of a block on whose input the masks depend."""
    kind = kind_of(block)
    return block.get_submodule(kind.context if kind else "")


def input_channels(block):
    """Channels of a block's input: those of its first convolution."""
    first = next(module for module in block.modules() if isinstance(module, nn.Conv2d))
    return first.in_channels // getattr(first, "heads", 1)
