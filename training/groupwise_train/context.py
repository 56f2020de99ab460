"""MSGC in the residual blocks of a network: masks that depend on the input of their block, as published."""

from .checks import check_flag, check_instance, check_integer, check_network, named_options
from .layers.msgc import AttGen, MaskGen, MSGCConv2d, average_pool
from .networks.residual import CLASS_KINDS, context_source, full_name, input_channels, placement, residual_blocks
from .replace import from_conv, replace_convs


class BlockContext:
    """The average of a block's input, `pooled` [B, C, 1, 1], set by a forward pre-hook of the module that gets it."""

    def __init__(self):
        self.pooled = None

    def __call__(self, block, inputs):
        """The hook: pools the input."""
        self.pooled = average_pool(inputs[0])

    def __getstate__(self):
        return {"pooled": None}  # may have a gradient, which cannot be copied


@named_options
def share_context(model, blocks=None):
    """Makes the masks in every residual block depend on the block's input; returns the names of the MSGC layers.

    All masks of a block are then known before its first convolution, so inference can skip, in the layers before, the
    channels that no head reads; the paper counts MACs that way. `blocks` are classes of modules to use as blocks; by
    default the classes that `add_msgc` knows. Generators made for another number of channels than that of the block's
    input are replaced by new ones: call this before training and before loading weights.

    Raises TypeError for wrong arguments, ValueError if no block contains an `MSGCConv2d` with its own generators and
    without a shared context.
    """
    check_network(model)
    classes = None if blocks is None else block_classes(blocks)
    names = []
    for block_name, block in residual_blocks(model, classes):
        layers = {name: layer for name, layer in block.named_modules() if has_own_context(layer)}
        context, channels = BlockContext(), input_channels(block)
        for name, layer in layers.items():
            bind_context(layer, context, channels)
            names.append(f"{block_name}.{name}" if block_name else name)
        if layers:
            context_source(block).register_forward_pre_hook(context)
    if not names:
        owners = "a known class" if classes is None else f"the classes {', '.join(map(full_name, classes))}"
        raise ValueError(f"no MSGCConv2d without a shared context is in a block of {owners}")
    return names


def block_classes(blocks):
    """`blocks` as a tuple of classes; TypeError unless it is one or a list of them."""
    classes = tuple(blocks) if isinstance(blocks, (list, tuple)) else (blocks,)
    for item in classes:
        check_instance("blocks", item, type, "a class of nn.Module or a list of such classes")
    return classes


def has_own_context(layer):
    """Whether a module is an `MSGCConv2d` whose generators see the average of the layer's own input."""
    return isinstance(layer, MSGCConv2d) and layer.maskgen is not None and layer.shared is None


def bind_context(layer, context, channels):
    """Gives a layer a shared context of `channels`, and new generators if the old ones are for another number."""
    layer.shared = context
    if layer.maskgen.conv[0].in_channels == channels:
        return
    sizes = layer.in_channels // layer.heads, layer.heads, layer.reduction
    for name, kind in (("maskgen", MaskGen), ("attgen", AttGen)):
        if getattr(layer, name) is not None:
            generator = kind(channels, *sizes).to(layer.weight.device, layer.weight.dtype)
            setattr(layer, name, generator.train(layer.training))


@named_options
def add_msgc(model, heads=4, attention=False):
    """Puts MSGC into a network's residual blocks, as the paper does, in place; returns the names of the new layers.

    - ResNet's basic block: one mask before `conv1`, one for each head before `conv2`.
    - ResNet's bottleneck: one mask before `conv1` and `conv3`, one for each head before `conv2`.
    - MobileNetV2's inverted residual: one for each head before the projection.
    - DenseNet's layer: one mask before `conv1`, one for each head before `conv2`; both depend on what `conv1` reads.

    `attention` adds factors (in a bottleneck or dense layer only before `conv2`). The first convolution, shortcuts,
    depthwise convolutions and the classifier stay. Weights are kept, so a pretrained network can be used. In training
    the BN of the generators needs at least two samples. Blocks of torchvision's and timm's ResNets, MobileNetV2s,
    DenseNets and EfficientNets are known; `register_block` adds others.

    Raises TypeError for wrong arguments, ValueError if the network has MSGC already or no known block, or if `heads` do
    not divide the outputs.
    """
    check_network(model)
    check_integer("heads", heads, 1)
    check_flag("attention", attention)
    if any(isinstance(module, MSGCConv2d) for module in model.modules()):
        raise ValueError("the network has MSGC already")
    options_by_name = {}
    for block_name, block in residual_blocks(model):
        context_channels = input_channels(block)
        for name, options in placement(block, heads, attention).items():
            full = f"{block_name}.{name}" if block_name else name
            options_by_name[full] = {"context_channels": context_channels, **options}
    if not options_by_name:
        known = ", ".join(CLASS_KINDS)
        raise ValueError(f"the network has no residual block of a known class ({known}); register_block adds a class")

    def make_layer(name, conv):
        return from_conv(conv, MSGCConv2d, **options_by_name[name])

    names = replace_convs(model, make_layer, lambda name, conv: name in options_by_name)
    share_context(model)
    return names
