"""A table and a plot of what training runs measured."""

import json
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from ..runs import read_metrics
from ..settings import relevant_fields
from .methods import METHODS
from .recipe import Recipe

MARKERS = "osD^vP*X<>ph8"  # 13, which has no divisor in common with the 10 colours: no pair of both repeats


@dataclass
class Row:
    """Runs that differ only in their seed and precision: `measured` is (top-1 from 0 to 1, MACs) by seed.

    `milliseconds` is the time of a picture in groupwise, None if it was not measured.
    """

    recipe: dict
    measured: dict = field(default_factory=dict)
    milliseconds: float | None = None

    @property
    def name(self):
        """The method with its groups, and what differs from the default network except for the width."""
        settings = relevant_fields(self.recipe, Recipe)
        parts = [settings["conv"]]
        if settings["conv"] == "msgc":
            parts += [f"{settings['groups']} heads", f"target {settings['target']}"]
        elif "groups" in settings:
            parts.append(f"G = {settings['groups']}")
        if settings["arch"] != Recipe.arch:
            parts.append(settings["arch"])
        if settings.get("depth", Recipe.depth) != Recipe.depth:
            parts.append(f"depth {settings['depth']}")
        if settings.get("early_stride", Recipe.early_stride) != Recipe.early_stride:
            parts.append(f"early stride {settings['early_stride']}")
        return ", ".join([*parts, *([settings["scope"]] if "scope" in settings else [])])

    @property
    def top1(self):
        """Top-1 of every seed."""
        return [top1 for top1, _ in self.measured.values()]

    @property
    def macs(self):
        """MACs, the mean of the seeds."""
        return statistics.mean(macs for _, macs in self.measured.values())

    @property
    def training(self):
        """The epochs of the training, its initial weights and whether it had a teacher."""
        start = re.sub(r"-s\d+$", "", Path(self.recipe["start"]).parent.name)
        after = f" after {start}" if start else ""
        return f"{self.recipe['epochs']}{after}{', with teacher' if self.recipe['teacher'] else ''}"

    @property
    def size(self):
        """What networks have in common whose MACs may be compared."""
        return tuple(self.recipe[name] for name in ("arch", "width", "depth", "early_stride"))


def read_runs(folders, times=None):
    """The rows of finished runs in `folders`, and the names of the other folders.

    A row has the runs of one recipe with different seeds, whether they computed in float32 or in bfloat16.
    If the checkpoints that runs started from, or their teachers, differ only in the seed in the folder's name (`-s0`),
    they count as equal. `times` are milliseconds by the name of a folder. Raises ValueError if two folders have the
    same recipe and seed.
    """
    rows, unfinished, folder_by_run = {}, [], {}
    for folder in map(Path, folders):
        header, *epochs = read_metrics(folder)
        if not epochs or epochs[-1]["epoch"] < header["recipe"]["epochs"]:
            unfinished.append(folder.name)
            continue
        recipe = header["recipe"]
        key = recipe_key(recipe, header["processes"])
        row = rows.setdefault(key, Row(recipe))
        if recipe["seed"] in row.measured:
            raise ValueError(f"{folder} and {folder_by_run[key, recipe['seed']]} have the same recipe and seed")
        folder_by_run[key, recipe["seed"]] = folder
        row.milliseconds = (times or {}).get(folder.name, row.milliseconds)
        row.measured[recipe["seed"]] = epochs[-1]["top1"], epochs[-1]["macs"]
    return sorted(rows.values(), key=sort_key), unfinished


def read_times(path):
    """Milliseconds by the name of a folder, from a file that time_results.py wrote; otherwise a ValueError."""
    try:
        return json.loads(Path(path).read_text())["milliseconds"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f'{path} has no "milliseconds"; time_results.py writes such files') from error


def recipe_key(recipe, processes):
    """The same text for runs that differ only in their seed and precision."""
    sources = {name: re.sub(r"-s\d+(?=/)", "", recipe[name]) for name in ("start", "teacher")}
    settings = {**relevant_fields(recipe, Recipe), **sources, "seed": None, "bf16": None, "processes": processes}
    return json.dumps(settings, sort_keys=True)


def sort_key(row):
    """Orders rows by method, scope and groups."""
    return list(METHODS).index(row.recipe["conv"]), row.recipe["scope"], row.recipe["groups"]


def mean_percent(values):
    """Mean and standard deviation of a sample in percent, as text; only the value if there is one."""
    values = [100 * value for value in values]
    mean = f"{statistics.mean(values):.2f}"
    return f"{mean} ± {statistics.stdev(values):.2f}" if len(values) > 1 else mean


def format_table(rows):
    """Markdown: top-1 and MACs of the last epoch of every row; ± is the standard deviation over the seeds."""
    dense = {row.size: row.macs for row in rows if row.recipe["conv"] == "dense"}
    lines = [
        "| network | width | MMACs | of dense | ms | top-1 % | seeds | epochs |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        share = f"{row.macs / dense[row.size]:.2f}" if row.size in dense else ""
        time = "" if row.milliseconds is None else f"{row.milliseconds:.3f}"
        measured = f"{row.macs / 1e6:.2f} | {share} | {time} | {mean_percent(row.top1)} | {len(row.top1)}"
        lines.append(f"| {row.name} | {row.recipe['width']} | {measured} | {row.training} |")
    return "\n".join(lines)


def draw_plot(rows, path):
    """Writes a picture (.svg or .png) of accuracy against MACs, and against milliseconds where they were measured.

    A point for every row, with the standard deviation over its seeds; lines join the points of one method and training.
    """
    import matplotlib  # an optional dependency

    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    panels = [("million MACs of a picture", lambda row: row.macs / 1e6)]
    if any(row.milliseconds is not None for row in rows):
        panels.append(("milliseconds of a picture in groupwise", lambda row: row.milliseconds))
    width = 6.5 * len(panels)
    figure, all_axes = pyplot.subplots(
        1, len(panels), figsize=(width, 4.8), squeeze=False, sharey=True, layout="constrained"
    )
    for axes, (label, position) in zip(all_axes[0], panels, strict=True):
        draw_families(axes, rows, position)
        axes.set(xlabel=label, xscale="log")
        axes.xaxis.set_minor_locator(ticker.LogLocator(subs=(1.5, 2, 3, 5, 7)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter("{x:g}")
        axes.grid(alpha=0.3)
    all_axes[0][0].set(ylabel="top-1 on the test pictures, %")
    all_axes[0][0].legend(title="method, epochs", fontsize="small")
    figure.savefig(path)
    pyplot.close(figure)


def draw_families(axes, rows, position):
    """Draws the rows that have a position, with a marker and a line for each method and training."""
    families = defaultdict(list)
    for row in rows:
        values = [100 * value for value in row.top1]
        error = statistics.stdev(values) if len(values) > 1 else 0
        points = families[f"{row.recipe['conv']}, {row.training}"]  # the same markers in every panel
        if position(row) is not None:
            points.append((position(row), statistics.mean(values), error))
    for index, (family, points) in enumerate(families.items()):
        if points:
            x, y, error = zip(*sorted(points), strict=True)
            style = {"marker": MARKERS[index % len(MARKERS)], "color": f"C{index % 10}"}
            axes.errorbar(x, y, error, **style, linestyle=":", capsize=3, label=family)
