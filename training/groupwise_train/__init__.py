"""Layers with learned groups for PyTorch, and the recipe that trains them."""

from .checkpoints import load_condensenet, load_flgc, load_msgc
from .context import add_msgc, share_context
from .layers import (
    AttGen,
    CondenseConv2d,
    CondensedConv,
    DGConv2d,
    FLGCConv2d,
    LearnedGroupConv,
    MaskedConv2d,
    MaskGen,
    MSGCConv2d,
    PanelConv2d,
    blocks_of,
)
from .macs import DynamicMacs, count_macs, layer_macs
from .networks.condensenet import CondenseNet
from .networks.fast import FastNet
from .networks.mobilenet import MobileNetV2
from .networks.residual import register_block
from .replace import from_conv, pointwise, replace_convs
from .schedule import GroupSchedule

__all__ = [
    "AttGen",
    "CondenseConv2d",
    "CondenseNet",
    "CondensedConv",
    "DGConv2d",
    "DynamicMacs",
    "FLGCConv2d",
    "FastNet",
    "GroupSchedule",
    "LearnedGroupConv",
    "MSGCConv2d",
    "MaskGen",
    "MaskedConv2d",
    "MobileNetV2",
    "PanelConv2d",
    "add_msgc",
    "blocks_of",
    "count_macs",
    "from_conv",
    "layer_macs",
    "load_condensenet",
    "load_flgc",
    "load_msgc",
    "pointwise",
    "register_block",
    "replace_convs",
    "share_context",
]
