"""The layers with learned groups, and their masks as blocks."""

from .blocks import blocks_of
from .condense import CondenseConv2d, CondensedConv, LearnedGroupConv
from .dgconv import DGConv2d
from .flgc import FLGCConv2d, flgc_layers
from .masked import MaskedConv2d
from .msgc import AttGen, MaskGen, MSGCConv2d
from .panels import PanelConv2d

__all__ = [
    "AttGen",
    "CondenseConv2d",
    "CondensedConv",
    "DGConv2d",
    "FLGCConv2d",
    "LearnedGroupConv",
    "MSGCConv2d",
    "MaskGen",
    "MaskedConv2d",
    "PanelConv2d",
    "blocks_of",
    "flgc_layers",
]
