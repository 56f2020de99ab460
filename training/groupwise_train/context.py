"""MSGC in the residual blocks of torchvision's and timm's networks: masks that see the block's input, as published."""

from torch import nn

from . import mobilenet
from .msgc import AttGen, MaskGen, MSGCConv2d, pool
from .replace import from_conv, replace_convs

BLOCKS = ("BasicBlock", "Bottleneck", "InvertedResidual", "DepthwiseSeparableConv")  # names of classes in torchvision and timm


class BlockContext:
    """The average of a block's input, `pooled` [B, C, 1, 1], taken by a forward pre-hook of the block."""

    def __init__(self):
        self.pooled = None

    def __call__(self, block, inputs):
        self.pooled = pool(inputs[0])

    def __getstate__(self):
        return {"pooled": None}  # may have a gradient, which no copy can take


def share_context(model, blocks=BLOCKS):
    """Lets the masks of every `MSGCConv2d` inside a residual block depend on the block's input; returns the names of the layers.

    Then all masks of a block are known before its first convolution, and inference skips what no head reads in the layers before, as the paper counts.
    `blocks` are classes or their names. Generators of another number of inputs than the block's are drawn anew: call it before
    training, or before loading weights. Raises ValueError where no block holds such a layer.
    """
    found = {}
    for block_name, block in residual_blocks(model, blocks):
        own = [(name, layer) for name, layer in block.named_modules() if isinstance(layer, MSGCConv2d) and layer.maskgen and not layer.shared]
        context, channels = BlockContext(), input_channels(block)
        for name, layer in own:
            see(layer, context, channels)
            found[f"{block_name}.{name}"] = layer
        if own:
            block.register_forward_pre_hook(context)
    if not found:
        raise ValueError(f"no {', '.join(str(block) for block in blocks)} holds an MSGCConv2d with generators of its own")
    return list(found)


def see(layer, context, channels):
    """Gives a layer a shared context of `channels`, with new generators where the old ones see another number."""
    layer.shared = context
    old = layer.maskgen.conv[0].in_channels
    if old == channels:
        return
    size = layer.in_channels // layer.heads, layer.heads, layer.reduction
    for name, kind in (("maskgen", MaskGen), ("attgen", AttGen)):
        if getattr(layer, name):
            setattr(layer, name, kind(channels, *size).to(layer.weight.device, layer.weight.dtype).train(layer.training))


def residual_blocks(model, blocks=BLOCKS):
    """(name, block) of the modules whose class is one of `blocks`, innermost ones only.

    ShuffleNetV2's blocks, which torchvision calls `InvertedResidual` too, split their input between two branches and are not among them.
    """
    def is_block(module):
        name = "" if hasattr(module, "branch2") else type(module).__name__
        return any(name == block if isinstance(block, str) else isinstance(module, block) for block in blocks)

    for name, module in model.named_modules():
        if is_block(module) and not any(is_block(child) for child in module.modules() if child is not module):
            yield name, module


def input_channels(block):
    """Channels of a block's input: those of its first convolution."""
    first = next(module for module in block.modules() if isinstance(module, nn.Conv2d))
    return first.in_channels // getattr(first, "heads", 1)


def add_msgc(model, heads=4, attention=False):
    """Puts MSGC where the paper has it, in place; returns the names of the replaced convolutions.

    In a `BasicBlock`: one mask before `conv1`, one for each head before `conv2`. In a `Bottleneck`: the same, and one mask before `conv3`. In an
    `InvertedResidual`: one for each head before the projection. With `attention`, factors as well (in a `Bottleneck` only before `conv2`).
    The first convolution, the shortcuts, the depthwise convolutions and the classifier stay. Weights are kept, as of a pretrained network.
    In training the generators' BN needs two samples or more. Raises ValueError where the network has MSGC already or no such block, or `heads` do
    not divide the outputs.
    """
    if any(isinstance(module, MSGCConv2d) for module in model.modules()):
        raise ValueError("the network has MSGC already")
    places = {}
    for name, block in residual_blocks(model):
        for place, options in placement(block, heads, attention).items():
            places[f"{name}.{place}"] = {"context_channels": input_channels(block), **options}
    if not places:
        raise ValueError(f"the network has no {', '.join(BLOCKS)}")
    names = replace_convs(model, lambda name, conv: from_conv(conv, MSGCConv2d, **places[name]), lambda name, conv: name in places)
    share_context(model)
    return names


def main_path(block):
    """Names of the convolutions of a block from its input to its output, shortcuts apart, generators of MSGC too; MSGC goes before the last ones."""
    match type(block).__name__:
        case "BasicBlock":
            return ["conv1", "conv2"]
        case "Bottleneck":
            return ["conv1", "conv2", "conv3"]
    layers = {name: module for name, module in block.named_modules() if isinstance(module, nn.Conv2d)}
    inside = tuple(f"{name}." for name, layer in layers.items() if isinstance(layer, MSGCConv2d))
    names = [name for name in layers if not name.startswith(inside)]
    return names[: names.index("project.0") + 1] if isinstance(block, mobilenet.InvertedResidual) else names


def placement(block, heads, attention):
    """Options of `MSGCConv2d` for each convolution of a block that gets masks, by its name in the block."""
    one, many = {"heads": 1}, {"heads": heads, "attention": attention}
    match type(block).__name__:
        case "BasicBlock":
            return {"conv1": one | {"attention": attention}, "conv2": many}
        case "Bottleneck":
            return {"conv1": one | {"reduction": 8}, "conv2": many | {"reduction": 8}, "conv3": one | {"reduction": 8}}
    return {main_path(block)[-1]: many}
