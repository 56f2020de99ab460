"""Exports a network of the CIFAR-10 recipe as ONNX, with the files that `groupwise convert` takes."""

import os
from collections.abc import Sequence

from ..checks import check_instance, check_integer, check_network, named_options
from ..export import preprocess_options, write_model
from .data import CLASSES, MEAN, STD


@named_options
def export_onnx(model, folder, name="model", size=32, seed=0, labels=CLASSES):
    """Writes `name`.onnx and what belongs to it, as `write_model` does, with the normalisation of the recipe.

    `size` is that of the pictures. Returns the difference between PyTorch and ONNX Runtime. Raises ValueError if it is
    above 1e-4 or if the numbers of labels and scores differ, TypeError for wrong types, and ImportError without the
    packages of the extra `export`.
    """
    check_network(model)
    check_instance("folder", folder, (str, os.PathLike), "the path of a folder")
    check_instance("name", name, str, "a string")
    check_integer("size", size, 1)
    check_integer("seed", seed, 0)
    check_instance("labels", labels, Sequence, "a list of strings")
    return write_model(model, folder, labels, preprocess_options(size, size, MEAN, STD), name, seed)
