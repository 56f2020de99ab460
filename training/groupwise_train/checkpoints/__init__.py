"""Loads checkpoints of the public implementations by the names of their weights. Only weights are read, never code."""

from .condensenet import load_condensenet
from .flgc import load_flgc
from .msgc import load_msgc

__all__ = ["load_condensenet", "load_flgc", "load_msgc"]
