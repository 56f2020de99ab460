"""Layers with learned groups for PyTorch, and the recipe that trains them."""

from .blocks import blocks_of
from .checkpoints import load_condensenet, load_flgc, load_msgc
from .condense import CondenseConv2d, CondensedConv, LearnedGroupConv
from .condensenet import CondenseNet
from .context import add_msgc, share_context
from .dgconv import DGConv2d
from .flgc import FLGCConv2d
from .macs import DynamicMacs, GroupMacs, count_macs, layer_macs
from .mobilenet import MobileNetV2
from .msgc import AttGen, MaskGen, MSGCConv2d
from .replace import from_conv, pointwise, replace_convs

__all__ = [
    "AttGen",
    "CondenseConv2d",
    "CondenseNet",
    "CondensedConv",
    "DGConv2d",
    "DynamicMacs",
    "FLGCConv2d",
    "GroupMacs",
    "LearnedGroupConv",
    "MSGCConv2d",
    "MaskGen",
    "MobileNetV2",
    "add_msgc",
    "blocks_of",
    "count_macs",
    "from_conv",
    "layer_macs",
    "load_condensenet",
    "load_flgc",
    "load_msgc",
    "pointwise",
    "replace_convs",
    "share_context",
]
