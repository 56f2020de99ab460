"""Writes the results of the sweep as Markdown."""

import datetime
import platform
import subprocess
from collections import Counter
from pathlib import Path

import onnx
import onnxruntime
import onnxscript
import timm
import torch
import torchvision

from .architectures import ARCHITECTURES, EXPORTERS
from .exceptions import EXCEPTIONS

Results = dict[tuple[str, str], dict]

STATES = ("agrees", "differs", "not converted", "not run", "not exported", "no reference", "meaningless")

HEAD = """# Architectures of torchvision and timm

`python -m sweep --out FOLDER --table SWEEP.md` creates {total} networks with random seeded weights, exports them with
both of PyTorch's ONNX exporters, converts the files with groupwise, and compares the results with ONNX Runtime's.
{agreeing} of {pairs} files agree: the largest difference is at most 1e-4 of the largest number of the output, and at
most 1 % of the change that another picture makes.

- Parameters whose numbers are all equal at first (scales of residual branches, biases) become random; the statistics
  of batch normalisations are those of a batch of random pictures. So each layer changes the result.
- A cell is the largest difference, relative to the largest number. Pictures are square, with as many pixels in height
  and width as stated.
- {missing} files of the list in `sweep/architectures.py` are not measured yet.
- Each row names the commit that the converter was built from.
- Written on {date}, {machine}, Node {node},
  {versions}.
"""


def versions() -> str:
    """The packages whose versions matter."""
    packages = {"PyTorch": torch, "torchvision": torchvision, "timm": timm, "onnx": onnx, "onnxscript": onnxscript}
    return ", ".join(f"{name} {m.__version__}" for name, m in {**packages, "ONNX Runtime": onnxruntime}.items())


def machine() -> str:
    """The processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def count_states(results: Results) -> list[str]:
    """A table of how many files of each exporter ended in each state."""
    counts = Counter((exporter, row["state"]) for (_, exporter), row in results.items())
    shown = [state for state in STATES if any(counts[exporter, state] for exporter in EXPORTERS)]
    lines = ["| exporter | " + " | ".join(shown) + " |", "|---|" + "---|" * len(shown)]
    return [*lines, *(f"| {e} | " + " | ".join(str(counts[e, state]) for state in shown) + " |" for e in EXPORTERS)]


def cell(row: dict | None) -> str:
    """The error of one file, or the state if there is no error."""
    if row is None:
        return ""
    return f"{row['error']:.0e}" if row["state"] == "agrees" else f"**{row['state']}**"


def format_table(results: Results) -> str:
    """The file."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    head = HEAD.format(
        total=len({title for title, _ in results}),
        pairs=len(results),
        missing=len(ARCHITECTURES) * len(EXPORTERS) - len(results),
        agreeing=sum(row["state"] == "agrees" for row in results.values()),
        date=datetime.date.today(),
        machine=machine(),
        node=node.lstrip("v"),
        versions=versions(),
    )
    lines = [
        head,
        *count_states(results),
        "",
        "| architecture | pixels | TorchScript | dynamo | commit |",
        "|---|---|---|---|---|",
    ]
    for architecture in ARCHITECTURES:
        rows = [results.get((architecture.title, exporter)) for exporter in EXPORTERS]
        if not any(rows):
            continue
        commits = ", ".join(sorted({row["commit"] for row in rows if row}))
        lines.append(f"| {architecture.title} | {architecture.size} | {cell(rows[0])} | {cell(rows[1])} | {commits} |")
    if EXCEPTIONS:
        lines += ["", "## Exceptions", ""]
    lines += [f"- {title}, {exporter}: {reason}" for (title, exporter), reason in EXCEPTIONS.items()]
    return "\n".join(lines) + "\n"
