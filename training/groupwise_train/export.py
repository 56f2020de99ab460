"""A trained network as ONNX, with what `groupwise convert` writes into the model file."""

import copy
import json
from pathlib import Path

import numpy as np
import torch

from .data import CLASSES, MEAN, STD

TOLERANCE = 1e-4  # of the largest answer, between PyTorch and ONNX Runtime


def export_onnx(model, folder, name="model", size=32, seed=0, labels=CLASSES):
    """Writes `name`.onnx (any batch, softmax included) and, beside it, what `groupwise convert` takes.

    `labels.txt`, `preprocess.json`, and `input.npy` [1, 3, size, size] (seeded noise) with `output.npy` [1, classes], what PyTorch answers.
    The model itself is not changed. `preprocess.json` normalises as the recipe for CIFAR-10 does. Returns the largest difference between PyTorch and ONNX Runtime over two batches, as a share of the largest answer. Raises ValueError
    where it is above 1e-4 and where there are other numbers of labels than of scores, and ImportError without the packages of the extra `export`.
    """
    import onnxruntime

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    network = torch.nn.Sequential(copy.deepcopy(model), torch.nn.Softmax(1)).eval().cpu().to(memory_format=torch.contiguous_format)
    generator = torch.Generator().manual_seed(seed)
    pictures = torch.randn(3, 3, size, size, generator=generator)
    path = folder / f"{name}.onnx"
    program = torch.onnx.export(
        network, (pictures,), dynamo=True, verbose=False, input_names=["pictures"], output_names=["scores"],
        dynamic_shapes=({0: torch.export.Dim("N")},),
    )
    program.save(str(path), external_data=False)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    with torch.no_grad():
        for batch in (pictures[:1], pictures):
            expected, found = network(batch).numpy(), session.run(None, {"pictures": batch.numpy()})[0]
            worst = max(worst, float(np.abs(expected - found).max() / np.abs(expected).max()))
        output = network(pictures[:1]).numpy()
    if output.shape[1] != len(labels):
        path.unlink()
        raise ValueError(f"{len(labels)} labels for {output.shape[1]} scores")
    if worst > TOLERANCE:
        path.unlink()
        raise ValueError(f"ONNX Runtime differs from PyTorch by {worst:.1e} of the largest answer; at most {TOLERANCE} is expected")
    np.save(folder / "input.npy", pictures[:1].numpy())
    np.save(folder / "output.npy", output)
    (folder / "labels.txt").write_text("\n".join(labels) + "\n")
    preprocess = {
        "width": size, "height": size, "resize": "short-side", "shortSide": size, "filter": "bilinear",
        "order": "RGB", "divisor": 255, "mean": MEAN, "std": STD, "fill": 0,
    }
    (folder / "preprocess.json").write_text(json.dumps(preprocess, indent=2) + "\n")
    return worst
