"""Writes test/fixtures/groups: small networks of learned groups as ONNX, and what PyTorch answers for them."""

import argparse
import copy
import sys
from pathlib import Path

import numpy as np
import onnx
import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/fixtures"))

from groupwise_train import MaskGen  # noqa: E402
from handmade import write_handmade  # noqa: E402
from networks import networks  # noqa: E402
from seeded import GENERATOR, seeded_tensor, significant, write_json  # noqa: E402

MAX_BYTES = 60_000


def export_traced(model, x, path, batch_is_open):
    """By the TorchScript exporter."""
    axes = {"x": {0: "N"}, "y": {0: "N"}} if batch_is_open else None
    options = {"input_names": ["x"], "output_names": ["y"], "opset_version": 17, "dynamic_axes": axes}
    torch.onnx.export(model, (x,), str(path), dynamo=False, **options)


def export_dynamo(model, x, path, batch_is_open):
    """By the exporter that follows torch.export."""
    shapes = ({0: torch.export.Dim("N")},) if batch_is_open else None
    # a size of 1 in the example would be taken for a constant
    example = torch.cat([x, x]) if batch_is_open else x
    options = {"input_names": ["x"], "output_names": ["y"], "opset_version": 20, "dynamic_shapes": shapes}
    program = torch.onnx.export(model, (example,), dynamo=True, verbose=False, **options)
    program.save(str(path), external_data=False)


EXPORTERS = {"traced": export_traced, "dynamo": export_dynamo}


def strip(path):
    """Drops what describes the source code, and holds the file to the size limit."""
    model = onnx.load(path)
    model.ClearField("doc_string")
    model.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for item in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    assert path.stat().st_size < MAX_BYTES, f"{path} has {path.stat().st_size} bytes"


def check_masks(_module, _inputs, z):
    """Refuses masks that rounding could change."""
    assert torch.all((z == 0) | (z.abs() > 2e-4)), "a mask depends on rounding: try another seed"


def record(name, file, model, shape, seed, blocks):
    """The index entry of one run of the PyTorch model on a seeded input."""
    x = torch.from_numpy(seeded_tensor(shape, seed, -1, 1))
    hooks = [module.conv.register_forward_hook(check_masks) for module in model.modules() if isinstance(module, MaskGen)]
    with torch.no_grad():
        y = model(x).numpy()
    for hook in hooks:
        hook.remove()
    assert np.isfinite(y).all() and np.abs(y).max() > 1e-2, name
    entry = {
        "name": name,
        "file": file,
        "inputs": [{"name": "x", "shape": shape, "seed": seed, "low": -1, "high": 1}],
        "outputs": [{"name": "y", "shape": list(y.shape), "values": significant(y, 8)}],
    }
    return {**entry, "blocks": blocks} if blocks else entry


def record_batches(file, network):
    """One entry for each batch."""
    name = file.removesuffix(".onnx")
    return [
        record(name if k == 0 else f"{name}-batch{batch}", file, network.model, [batch, *network.shape], network.seed, network.blocks)
        for k, batch in enumerate(network.batches)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "test/fixtures/groups")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    entries = []
    for network in networks():
        x = torch.from_numpy(seeded_tensor([network.batches[0], *network.shape], network.seed, -1, 1))
        for exporter in network.exporters:
            file = f"{network.name}-{exporter}.onnx"
            EXPORTERS[exporter](copy.deepcopy(network.model), x, out / file, len(network.batches) > 1)
            strip(out / file)
            entries += record_batches(file, network)
        for form in network.handmade:
            file = f"{network.name}-{form}.onnx"
            write_handmade(network.model, form, network.shape, out / file)
            strip(out / file)
            entries += record_batches(file, network)
    versions = {"torch": torch.__version__.split("+")[0], "onnx": onnx.__version__, "numpy": np.__version__}
    write_json(out / "index.json", {"versions": versions, "generator": GENERATOR}, "networks", entries)


if __name__ == "__main__":
    main()
