"""Exports a trained network as ONNX, with the files that `groupwise convert` takes."""

import copy
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from ..checks import check_instance, check_integer, check_network, named_options
from .data import CLASSES, MEAN, STD

TOLERANCE = 1e-4  # relative to the largest score, between PyTorch and ONNX Runtime


@named_options
def export_onnx(model, folder, name="model", size=32, seed=0, labels=CLASSES):
    """Writes `name`.onnx (any batch, softmax included) and the files that `groupwise convert` takes; returns the error.

    The files are `labels.txt`, `preprocess.json` (it normalises as the CIFAR-10 recipe does), `input.npy` [1, 3, size,
    size] (seeded noise) and `output.npy` [1, classes], the scores of PyTorch for that input. The model is not changed.
    The error is the largest difference between PyTorch and ONNX Runtime over two batches, relative to the largest
    score.

    Raises ValueError if the error is above 1e-4 or if the numbers of labels and scores differ, TypeError for wrong
    types, and ImportError without the packages of the extra `export`.
    """
    check_network(model)
    check_instance("folder", folder, (str, os.PathLike), "the path of a folder")
    check_instance("name", name, str, "a string")
    check_integer("size", size, 1)
    check_integer("seed", seed, 0)
    check_instance("labels", labels, Sequence, "a list of strings")
    import onnxruntime  # an optional dependency

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    network = torch.nn.Sequential(copy.deepcopy(model), torch.nn.Softmax(1)).eval().cpu()
    network = network.to(memory_format=torch.contiguous_format)
    pictures = torch.randn(3, 3, size, size, generator=torch.Generator().manual_seed(seed))
    path = folder / f"{name}.onnx"
    write_onnx(network, pictures, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = max(relative_error(network, session, batch) for batch in (pictures[:1], pictures))
    with torch.no_grad():
        output = network(pictures[:1]).numpy()
    problem = None
    if output.shape[1] != len(labels):
        problem = f"{len(labels)} labels for {output.shape[1]} scores"
    elif worst > TOLERANCE:
        problem = (
            f"ONNX Runtime differs from PyTorch by {worst:.1e} of the largest score; at most {TOLERANCE} is expected"
        )
    if problem:
        path.unlink()
        raise ValueError(problem)
    np.save(folder / "input.npy", pictures[:1].numpy())
    np.save(folder / "output.npy", output)
    (folder / "labels.txt").write_text("\n".join(labels) + "\n")
    (folder / "preprocess.json").write_text(json.dumps(preprocess_options(size), indent=2) + "\n")
    return worst


def write_onnx(network, pictures, path):
    """Writes a network as ONNX with an open batch."""
    program = torch.onnx.export(
        network,
        (pictures,),
        dynamo=True,
        verbose=False,
        input_names=["pictures"],
        output_names=["scores"],
        dynamic_shapes=({0: torch.export.Dim("N")},),
    )
    program.save(str(path), external_data=False)


@torch.no_grad()
def relative_error(network, session, batch):
    """The largest difference between PyTorch and ONNX Runtime, relative to the largest score."""
    expected, actual = network(batch).numpy(), session.run(None, {"pictures": batch.numpy()})[0]
    return float(np.abs(expected - actual).max() / np.abs(expected).max())


def preprocess_options(size):
    """The pre-processing of the recipe, as `groupwise convert --preprocess` reads it."""
    return {
        "width": size,
        "height": size,
        "resize": "short-side",
        "shortSide": size,
        "filter": "bilinear",
        "order": "RGB",
        "divisor": 255,
        "mean": MEAN,
        "std": STD,
        "fill": 0,
    }
