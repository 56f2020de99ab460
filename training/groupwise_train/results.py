"""A table and a plot of what runs have measured."""

import json
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from .methods import METHODS
from .recipe import deciding
from .runs import METRICS


@dataclass
class Row:
    """Runs that differ in nothing but their seed: `measured` is (top-1 from 0 to 1, MACs) by seed."""

    recipe: dict
    hardware: str
    processes: int
    measured: dict = field(default_factory=dict)

    @property
    def name(self):
        conv, groups, scope = (self.recipe[name] for name in ("conv", "groups", "scope"))
        if conv == "dense":
            return conv
        return f"{conv}, {groups} heads" if conv == "msgc" else f"{conv}, G = {groups}, {scope}"

    @property
    def top1(self):
        return [top1 for top1, _ in self.measured.values()]

    @property
    def macs(self):
        return statistics.mean(macs for _, macs in self.measured.values())

    @property
    def epochs(self):
        """How long and from where it was trained."""
        start = re.sub(r"-s\d+$", "", Path(self.recipe["start"]).parent.name)
        return f"{self.recipe['epochs']}{f' after {start}' if start else ''}{', taught' if self.recipe['teacher'] else ''}"

    @property
    def size(self):
        """What two networks share whose MACs are compared."""
        return tuple(self.recipe[name] for name in ("arch", "width", "early_stride"))


def read_runs(folders):
    """One row for each recipe, seeds apart, of the folders of finished runs; of unfinished ones, and of what is no run, the names.

    Checkpoints that runs started from or were taught by count as the same where only the seed in their folders' names (`-s0`) differs.
    Raises ValueError where two folders hold the same recipe and seed.
    """
    rows, unfinished, homes = {}, [], {}
    for folder in map(Path, folders):
        if not (folder / METRICS).is_file():
            unfinished.append(folder.name)
            continue
        first, *epochs = [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]
        recipe, processes = first["recipe"], first["processes"]
        if not epochs or epochs[-1]["epoch"] < recipe["epochs"]:
            unfinished.append(folder.name)
            continue
        others = {name: re.sub(r"-s\d+(?=/)", "", recipe[name]) for name in ("start", "teacher")}
        key = json.dumps({**deciding(recipe), **others, "seed": None, "processes": processes}, sort_keys=True)
        row = rows.setdefault(key, Row(recipe, first["hardware"], processes))
        if recipe["seed"] in row.measured:
            raise ValueError(f"{folder} and {homes[key, recipe['seed']]} hold the same recipe and seed")
        homes[key, recipe["seed"]] = folder
        row.measured[recipe["seed"]] = epochs[-1]["top1"], epochs[-1]["macs"]
    order = list(METHODS)
    return sorted(rows.values(), key=lambda row: (order.index(row.recipe["conv"]), row.recipe["scope"], row.recipe["groups"])), unfinished


def spread(values):
    """Mean and standard deviation of a sample in percent, as text; of one value, the value."""
    values = [100 * value for value in values]
    mean = f"{statistics.mean(values):.2f}"
    return f"{mean} ± {statistics.stdev(values):.2f}" if len(values) > 1 else mean


def table(rows):
    """Markdown: top-1 against MACs, the last epoch of every run; ± is the standard deviation of the seeds."""
    dense = {row.size: row.macs for row in rows if row.recipe["conv"] == "dense"}
    lines = ["| network | width | MMACs | of dense | top-1 % | seeds | epochs |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        share = f"{row.macs / dense[row.size]:.2f}" if row.size in dense else ""
        lines.append(
            f"| {row.name} | {row.recipe['width']} | {row.macs / 1e6:.2f} | {share} | {spread(row.top1)} | {len(row.top1)} | {row.epochs} |"
        )
    return "\n".join(lines)


def plot(rows, path):
    """Accuracy against MACs as a picture (.svg or .png), a point for every row, bars of the seeds' standard deviation; lines join equal trainings."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    families = defaultdict(list)
    for row in rows:
        values = [100 * value for value in row.top1]
        error = statistics.stdev(values) if len(values) > 1 else 0
        families[f"{row.recipe['conv']}, {row.epochs}"].append((row.macs / 1e6, statistics.mean(values), error))
    for marker, (family, points) in zip(cycle("osD^vP*X<>"), families.items()):
        x, y, error = zip(*sorted(points))
        axes.errorbar(x, y, error, marker=marker, linestyle=":", capsize=3, label=family)
    axes.set(xlabel="MACs of a picture, millions", ylabel="top-1 on the test pictures, %")
    axes.grid(alpha=0.3)
    axes.legend(title="epochs")
    figure.savefig(path)
    pyplot.close(figure)
