"""Converts an exported network, runs it in Node and compares the results with ONNX Runtime's."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

TOLERANCE = 1e-4
MIN_CHANGE = 1e-4  # of the output, by another picture
MAX_PART = 1e-2  # of that change
RUNNER = Path(__file__).with_name("run.js")


def relative_error(result: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, relative to the largest expected number."""
    if result.shape != expected.shape:
        raise ValueError(f"shape {result.shape} instead of {expected.shape}")
    error = float(np.abs(result - expected).max() / np.abs(expected).max())
    return error if np.isfinite(error) else float("inf")


def convert_and_run(network: Path, picture: Path, folder: str, timeout: float) -> dict:
    """What the runner prints: the state, and names of outputs or a message."""
    command = ["node", str(RUNNER), str(network), str(picture), folder]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return {"state": "not run", "message": f"no end after {timeout:g} s"}
    if done.returncode != 0:
        return {"state": "not run", "message": done.stderr.strip()[-500:]}
    return json.loads(done.stdout)


def compare(folder: Path, exporter: str, timeout: float) -> dict:
    """The result of one exported network: its description, with the state of the comparison and the largest error."""
    description = json.loads((folder / f"{exporter}.json").read_text())
    if description["state"] != "exported":
        return description
    with tempfile.TemporaryDirectory() as results:
        ran = convert_and_run(folder / f"{exporter}.onnx", folder / f"{exporter}.npy", results, timeout)
        if ran["state"] != "ran":
            return {**description, **ran}
        expected = np.load(folder / f"{exporter}.npz")
        computed = {name: np.load(Path(results) / f"{k}.npy") for k, name in enumerate(ran["outputs"])}
    error = max(relative_error(computed[name], expected[name]) for name in description["outputs"])
    return {**description, **ran, "state": judge(error, description["change"]), "error": error}


def judge(error: float, change: float) -> str:
    """Whether an error is small, absolutely and against the change that another picture makes."""
    if not MIN_CHANGE <= change < float("inf"):
        return "meaningless"
    return "agrees" if error <= min(TOLERANCE, MAX_PART * change) else "differs"
