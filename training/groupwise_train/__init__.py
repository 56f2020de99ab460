"""Layers with learned groups for PyTorch."""

from .blocks import blocks_of
from .condense import CondensedConv, LearnedGroupConv
from .dgconv import DGConv2d
from .flgc import FLGCConv2d
from .msgc import AttGen, MaskGen, MSGCConv2d

__all__ = [
    "AttGen",
    "CondensedConv",
    "DGConv2d",
    "FLGCConv2d",
    "LearnedGroupConv",
    "MSGCConv2d",
    "MaskGen",
    "blocks_of",
]
