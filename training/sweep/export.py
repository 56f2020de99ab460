"""Writes an architecture as ONNX with PyTorch's exporters, and ONNX Runtime's results, in a process that may fail."""

import contextlib
import io
import json
import multiprocessing
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from .architectures import Architecture
from .compare import relative_error
from .networks import make_network


def export(network: torch.nn.Module, x: torch.Tensor, path: Path, exporter: str) -> None:
    """Exports as users do, with the exporter's own settings."""
    options = {"dynamo": True, "external_data": False, "verbose": False} if exporter == "dynamo" else {"dynamo": False}
    torch.onnx.export(network, (x,), str(path), **options)


def run_reference(path: Path, inputs: list[torch.Tensor]) -> tuple[list[str], list[list[np.ndarray]]]:
    """ONNX Runtime's names of outputs, and its results for each input."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    return [y.name for y in session.get_outputs()], [session.run(None, {given.name: x.numpy()}) for x in inputs]


def describe(error: Exception) -> str:
    """The first line of an error; the rest may be a print of the whole graph."""
    return f"{type(error).__name__}: {error}".split("\n")[0][:300]


def export_and_run(network: torch.nn.Module, inputs: list[torch.Tensor], folder: Path, exporter: str) -> dict:
    """Writes the network and its results, and describes them."""
    path = folder / f"{exporter}.onnx"
    start = time.monotonic()
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the exporter prints graphs that it refuses
            export(network, inputs[0], path, exporter)
    except Exception as error:
        return {"state": "not exported", "message": describe(error)}
    seconds = round(time.monotonic() - start, 1)
    try:
        names, (expected, other) = run_reference(path, inputs)
    except Exception as error:
        return {"state": "no reference", "message": describe(error)}
    with torch.no_grad():
        computed = [y.numpy() for y in network(inputs[0])]
    np.save(folder / f"{exporter}.npy", inputs[0].numpy())
    np.savez(folder / f"{exporter}.npz", **dict(zip(names, expected, strict=True)))
    return {
        "state": "exported",
        "outputs": names,
        "export_seconds": seconds,
        "change": min(relative_error(b, a) for a, b in zip(expected, other, strict=True)),
        "pytorch_error": max(relative_error(b, a) for a, b in zip(expected, computed, strict=True)),
    }


def export_all(architecture: Architecture, exporters: list[str], folder: Path) -> None:
    """Writes for each exporter an .onnx, its input and outputs as .npy and .npz, and a .json."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    network, *inputs = make_network(architecture)
    for exporter in exporters:
        description = export_and_run(network, inputs, folder, exporter)
        (folder / f"{exporter}.json").write_text(json.dumps(description))


def export_in_process(architecture: Architecture, exporters: list[str], folder: Path, timeout: float) -> None:
    """Calls `export_all` in a copy of this process, which has the libraries loaded. A crash ends only the copy."""
    folder.mkdir(parents=True, exist_ok=True)
    process = multiprocessing.get_context("fork").Process(target=export_all, args=(architecture, exporters, folder))
    process.start()
    process.join(timeout)
    is_late = process.is_alive()
    process.kill()
    process.join()
    reason = f"no end after {timeout:g} s" if is_late else f"the process ended with code {process.exitcode}"
    for exporter in exporters:
        path = folder / f"{exporter}.json"
        if not path.exists():
            path.write_text(json.dumps({"state": "not exported", "message": reason}))
