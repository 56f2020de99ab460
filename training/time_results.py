"""Times the networks of training runs in groupwise, in turns, and writes the file that `results --times` reads.

Usage: python time_results.py results/times.json results/*/    (needs `npm run build` in the root of the repository)

The runs' weights are not needed: a network of the same recipe takes the same time. Groups are computed from initial
weights, which gives them the same sizes; only the published estimator changes the sizes, and MACs by up to 3 %, in a
training. Only runs with seed 0 are timed, as other seeds take the same time. MSGC keeps every channel before it is
trained, so its runs are left out.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.progress import track

from groupwise_train.cifar10.export import export_onnx
from groupwise_train.cifar10.recipe import Recipe, build_network
from groupwise_train.cifar10.schedule import apply_schedule
from groupwise_train.runs import read_metrics

GROUPWISE = ("node", str(Path(__file__).resolve().parents[1] / "dist" / "cli.js"))
ROUNDS, RUNS = 8, 100


def convert_network(recipe, folder):
    """The path of a model file with the network of a recipe."""
    model = build_network(recipe)
    apply_schedule(model, recipe, 1)
    export_onnx(model, folder)
    path = folder / "model.gw"
    subprocess.run(
        [*GROUPWISE, "convert", str(folder / "model.onnx"), "-o", str(path)], check=True, capture_output=True
    )
    return path


def time_run(path):
    """The report of `groupwise bench` about some runs of a model file."""
    command = [*GROUPWISE, "bench", str(path), "--runs", str(RUNS), "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main():
    """Times the runs named on the command line."""
    if len(sys.argv) < 3:
        sys.exit(__doc__.split("\n\n")[1])
    output, *folders = map(Path, sys.argv[1:])
    recipes = {folder.name: Recipe(**read_metrics(folder)[0]["recipe"]) for folder in folders}
    recipes = {name: recipe for name, recipe in recipes.items() if recipe.seed == 0 and recipe.conv != "msgc"}
    if not recipes:
        sys.exit("none of these runs has seed 0 and a method other than msgc")
    with tempfile.TemporaryDirectory() as work:
        paths = {
            name: convert_network(recipe, Path(work) / name)
            for name, recipe in track(recipes.items(), description="converting")
        }
        best = dict.fromkeys(paths, float("inf"))
        for _ in track(range(ROUNDS), description="timing"):
            for name, path in paths.items():
                report = time_run(path)
                best[name] = min(best[name], round(report["min"], 4))
    source = {name: report[name] for name in ("machine", "engine", "kernels", "date")}
    lines = {**source, "milliseconds": best}
    output.write_text(json.dumps(lines, indent=2) + "\n")


if __name__ == "__main__":
    main()
