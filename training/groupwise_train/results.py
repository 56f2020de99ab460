"""A table and a plot of what runs have measured."""

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from .methods import METHODS
from .runs import METRICS


@dataclass
class Row:
    """Runs that differ in nothing but their seed: `top1` (0 to 1) by seed, `macs` of each, and `epochs` done of `of`."""

    recipe: dict
    hardware: str
    top1: dict = field(default_factory=dict)
    macs: list = field(default_factory=list)

    @property
    def name(self):
        conv, groups, scope = (self.recipe[name] for name in ("conv", "groups", "scope"))
        if conv == "dense":
            return conv
        return f"{conv}, {groups} heads" if conv == "msgc" else f"{conv}, G = {groups}, {scope}"


def read_runs(folders):
    """One row for each recipe, seeds apart, of the folders of finished runs; of unfinished ones, the names."""
    rows, unfinished = {}, []
    for folder in map(Path, folders):
        first, *epochs = [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]
        recipe = first["recipe"]
        if len(epochs) < recipe["epochs"]:
            unfinished.append(folder.name)
            continue
        key = json.dumps({**recipe, "seed": None, "start": bool(recipe["start"]), "teacher": bool(recipe["teacher"])}, sort_keys=True)
        row = rows.setdefault(key, Row(recipe, first["hardware"]))
        row.top1[recipe["seed"]] = epochs[-1]["top1"]
        row.macs.append(epochs[-1]["macs"])
    order = list(METHODS)
    return sorted(rows.values(), key=lambda row: (order.index(row.recipe["conv"]), row.recipe["scope"], row.recipe["groups"])), unfinished


def spread(values):
    """Mean and standard deviation of a sample in percent, as text; of one value, the value."""
    values = [100 * value for value in values]
    mean = f"{statistics.mean(values):.2f}"
    return f"{mean} ± {statistics.stdev(values):.2f}" if len(values) > 1 else mean


def table(rows):
    """Markdown: top-1 against MACs, the last epoch of every run; ± is the standard deviation of the seeds."""
    dense = [statistics.mean(row.macs) for row in rows if row.recipe["conv"] == "dense"]
    lines = ["| network | MMACs | of dense | top-1 % | seeds | epochs |", "|---|---|---|---|---|---|"]
    for row in rows:
        macs = statistics.mean(row.macs)
        share = f"{macs / dense[0]:.2f}" if dense else ""
        epochs = f"{row.recipe['epochs']}{' after dense' if row.recipe['start'] else ''}{', taught' if row.recipe['teacher'] else ''}"
        lines.append(f"| {row.name} | {macs / 1e6:.2f} | {share} | {spread(row.top1.values())} | {len(row.top1)} | {epochs} |")
    return "\n".join(lines)


def plot(rows, path):
    """Accuracy against MACs as a picture (.svg or .png), a point for every row, bars of the seeds' standard deviation."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    families = defaultdict(list)
    for row in rows:
        values = [100 * value for value in row.top1.values()]
        error = statistics.stdev(values) if len(values) > 1 else 0
        families[row.recipe["conv"]].append((statistics.mean(row.macs) / 1e6, statistics.mean(values), error))
    for marker, (conv, points) in zip("osD^vP*X", families.items()):
        x, y, error = zip(*sorted(points))
        axes.errorbar(x, y, error, marker=marker, linestyle=":", capsize=3, label=conv)
    axes.set(xlabel="MACs of a picture, millions", ylabel="top-1 on the test pictures, %")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)
