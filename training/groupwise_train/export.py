"""Exports a trained network as ONNX, with the files that `groupwise convert` takes."""

import copy
import json
from pathlib import Path

import numpy as np
import torch

TOLERANCE = 1e-4  # relative to the largest score, between PyTorch and ONNX Runtime


def write_model(model, folder, labels, preprocess, name="model", seed=0):
    """Writes `name`.onnx (any batch, softmax included) and the files that `groupwise convert` takes; returns the error.

    The files are `labels.txt`, `preprocess.json` with the fields of `preprocess` (`preprocess_options`), `input.npy`
    [1, 3, height, width] (seeded noise) and `output.npy` [1, classes], the scores of PyTorch for that input. The model
    is not changed. The error is the largest difference between PyTorch and ONNX Runtime over two batches, relative to
    the largest score.

    Raises ValueError if the error is above 1e-4, if a score is not finite or if the numbers of labels and scores
    differ, and ImportError without the packages of the extra `export`.
    """
    import onnxruntime  # an optional dependency

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    network = torch.nn.Sequential(copy.deepcopy(model), torch.nn.Softmax(1)).eval().cpu()
    network = network.to(memory_format=torch.contiguous_format)
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.randn(3, 3, preprocess["height"], preprocess["width"], generator=generator)
    path = folder / f"{name}.onnx"
    write_onnx(network, pictures, path)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = max(relative_error(network, session, batch) for batch in (pictures[:1], pictures))
    with torch.no_grad():
        output = network(pictures[:1]).numpy()
    problem = None
    if output.shape[1] != len(labels):
        problem = f"{len(labels)} labels for {output.shape[1]} scores"
    elif not np.isfinite(output).all():
        problem = "the scores of the network are not finite; train it again with a lower learning rate"
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
    (folder / "preprocess.json").write_text(json.dumps(preprocess, indent=2) + "\n")
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


def preprocess_options(size, short_side, mean, std, resampling="bilinear", resize="short-side-truncated"):
    """Resizing, centre crop and normalisation, as `groupwise convert --preprocess` reads them.

    `resize` is "short-side-truncated" (the short side becomes `short_side`, as torchvision's `Resize` and `CenterCrop`
    compute it) or "squash" (the whole picture becomes `size` x `size`; `short_side` is 0). `mean` and `std` are of
    pixels from 0 to 1; `resampling` is "bilinear" or "bicubic".
    """
    return {
        "width": size,
        "height": size,
        "resize": resize,
        "shortSide": short_side,
        "filter": resampling,
        "order": "RGB",
        "divisor": 255,
        "mean": list(mean),
        "std": list(std),
        "fill": 0,
    }
