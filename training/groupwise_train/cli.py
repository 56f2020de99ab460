"""The command line: `python -m groupwise_train cifar10|folder|export|compare|results`."""

import argparse
import json
import os
import sys
from dataclasses import fields
from pathlib import Path

import torch

from .checkpoints.weights import read_checkpoint
from .checks import check_choice, nearest
from .cifar10.agreement import compare_predictions
from .cifar10.data import load_cifar10
from .cifar10.export import export_onnx
from .cifar10.recipe import PUBLISHED, Recipe, load_network
from .cifar10.results import draw_plot, format_table, read_runs, read_times
from .cifar10.train import join_torchrun, train
from .export import write_model
from .folder.data import listed, read_folder
from .folder.recipe import FolderRecipe
from .folder.runs import DENSE, is_folder_run, load_run
from .folder.train import Training
from .runs import CHECKPOINT, METRICS, read_metrics
from .settings import add_settings, describe_ignored

CACHE = str(Path.home() / ".cache" / "groupwise_train")


class Parser(argparse.ArgumentParser):
    """Refuses abbreviated options, and names the nearest option for an unknown one."""

    def __init__(self, **options):
        self.names = []
        super().__init__(allow_abbrev=False, **options)

    def add_argument(self, *names, **options):
        """As in `ArgumentParser`."""
        self.names += [name for name in names if name.startswith("--")]
        return super().add_argument(*names, **options)

    def parse_known_args(self, args=None, namespace=None):
        """As in `ArgumentParser`, but stops at unknown options."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            name = unknown[0].partition("=")[0]
            self.error(f'unknown argument "{unknown[0]}"{nearest(name, self.names)}')
        return known, unknown


def make_parser():
    """The parser of all commands."""
    main = Parser(prog="groupwise_train", description="Trains networks with learned groups.")
    commands = main.add_subparsers(dest="command", required=True)
    add_cifar10(commands.add_parser("cifar10", help="train a network on CIFAR-10"))
    add_folder(commands.add_parser("folder", help="train a pretrained network on a folder of pictures"))
    export = commands.add_parser(
        "export", help="write a trained network as ONNX, with labels, pre-processing and a test vector"
    )
    export.add_argument("checkpoint", help="checkpoint.pt of a run")
    export.add_argument("--out", required=True, help="output folder")
    compare = commands.add_parser(
        "compare", help="compare predictions on the test pictures with those of `groupwise eval`"
    )
    compare.add_argument("checkpoint", help="checkpoint.pt of a run")
    compare.add_argument("report", help="output of `groupwise eval model.gw ARCHIVE --shard 0/1`")
    compare.add_argument("--data", required=True, help="the same archive")
    compare.add_argument("--cache", default=CACHE, help="folder for decoded pictures (default %(default)s)")
    results = commands.add_parser("results", help="print a table of runs")
    results.add_argument("runs", nargs="+", help="folders of runs")
    results.add_argument("--plot", help="picture of accuracy against MACs and times to write, .svg or .png")
    results.add_argument(
        "--times", help="JSON file of milliseconds by the name of a folder, as time_results.py writes it"
    )
    return main


def add_cifar10(command):
    """Adds the options of the command `cifar10`: its own, and the fields of `Recipe`."""
    command.add_argument("--data", required=True, help="cifar10-jpeg.tar.gz or cifar-10-python.tar.gz")
    command.add_argument("--cache", default=CACHE, help="folder for decoded pictures (default %(default)s)")
    add_run(command)
    add_settings(command, Recipe)


def add_folder(command):
    """Adds the options of the command `folder`: its own, and the fields of `FolderRecipe`."""
    command.add_argument("data", help="folder of pictures: DATA/train/<class> with DATA/val/<class>, or DATA/<class>")
    command.add_argument(
        "--workers", type=int, default=0, help="processes that decode pictures, beside the main one (default 0)"
    )
    add_run(command)
    add_settings(command, FolderRecipe)


def add_run(command):
    """Adds the options that all trainings have."""
    command.add_argument(
        "--out", required=True, help="folder for checkpoint.pt and metrics.jsonl; a run that is there is continued"
    )
    command.add_argument("--threads", type=int, help="CPU threads of PyTorch")
    command.add_argument("--quiet", action="store_true", help="show no progress bars")


def run_cifar10(arguments):
    """Trains a network."""
    settings = chosen_settings(arguments, Recipe)
    recipe = Recipe(**(PUBLISHED.get(settings.get("arch"), {}) | settings))
    warn_of_ignored(settings, recipe)
    set_threads(arguments)
    pictures = load_cifar10(arguments["data"], arguments["cache"], arguments["quiet"])
    ranks = join_torchrun()
    try:
        result = train(recipe, *pictures, arguments["out"], arguments["quiet"], ranks)
    finally:
        if ranks:
            torch.distributed.destroy_process_group()
    if result:
        print(f"top-1 {result[0]:.4f}, {result[1] / 1e6:.2f} million MACs per picture")


def chosen_settings(arguments, kind):
    """The arguments that are fields of the dataclass `kind`."""
    names = {item.name for item in fields(kind)}
    return {name: value for name, value in arguments.items() if name in names}


def warn_of_ignored(given, recipe):
    """Prints a line for every setting of the command line that the recipe ignores, in one process of torchrun."""
    if os.environ.get("RANK", "0") == "0":
        for line in describe_ignored(given, recipe):
            print(f"groupwise_train: {line}", file=sys.stderr)


def set_threads(arguments):
    """Sets PyTorch's threads as the arguments say."""
    if arguments["threads"] is None:
        return
    if arguments["threads"] < 1:
        raise ValueError(f"--threads must be at least 1, got {arguments['threads']}")
    torch.set_num_threads(arguments["threads"])


def run_folder(arguments):
    """Trains a pretrained network on a folder of pictures."""
    settings = chosen_settings(arguments, FolderRecipe)
    recipe = FolderRecipe(**settings)
    warn_of_ignored(settings, recipe)
    set_threads(arguments)
    if not any((Path(arguments["out"]) / name).exists() for name in (CHECKPOINT, DENSE)):
        recipe.check_start()  # before all pictures are read
    if arguments["workers"] < 0:
        raise ValueError(f"--workers must be at least 0, got {arguments['workers']}")
    pictures = read_folder(arguments["data"], recipe.holdout, recipe.seed, arguments["quiet"])
    if "holdout" in settings and pictures.part:
        print(f"groupwise_train: --holdout is ignored, as {pictures.part} is for evaluation", file=sys.stderr)
    if pictures.unreadable:
        print(f"unreadable pictures, left out: {listed(pictures.unreadable)}", file=sys.stderr)
    counts = f"{len(pictures.train)} pictures for training, {len(pictures.test)} for evaluation"
    print(f"{len(pictures.classes)} classes: {counts}")
    result = Training(recipe, pictures, arguments["out"], arguments["workers"], arguments["quiet"]).run()
    print(f"top-1 {result['top1']:.4f}, {result['macs'] / 1e6:.2f} million MACs per picture")


def run_export(arguments):
    """Exports the network of a checkpoint."""
    if is_folder_run(read_checkpoint(arguments["checkpoint"])):
        model, run = load_run(arguments["checkpoint"])
        conv = run["recipe"]["conv"] if run["names"] else "dense"
        worst = write_model(model, arguments["out"], run["classes"], run["preprocess"])
    else:
        model, recipe = load_network(arguments["checkpoint"])
        conv, worst = recipe.conv, export_onnx(model, arguments["out"])
    print(f"{conv}: ONNX Runtime agrees with PyTorch within {worst:.1e} of the largest score")


def run_compare(arguments):
    """Compares the predictions of PyTorch and groupwise."""
    if is_folder_run(read_checkpoint(arguments["checkpoint"])):
        raise ValueError(f"{arguments['checkpoint']} is of the command folder; compare reads those of cifar10")
    model, _ = load_network(arguments["checkpoint"])
    _, test_set = load_cifar10(arguments["data"], arguments["cache"])
    try:
        report = json.loads(Path(arguments["report"]).read_text())
    except ValueError as error:
        raise ValueError(f"{arguments['report']} is not an output of `groupwise eval --shard 0/1`: {error}") from error
    agreement = compare_predictions(model, test_set, report)
    print(f"top-1 {agreement.top1[0]:.4f} in PyTorch, {agreement.top1[1]:.4f} in groupwise")
    print(
        f"{agreement.differing} of {agreement.images} predictions differ, "
        f"{agreement.differing_without_ties} of them by more than a tie"
    )


def run_results(arguments):
    """Prints the table of runs of the recipe, and draws their plot."""
    for run in arguments["runs"]:
        if "pictures" in read_metrics(Path(run))[0]:
            raise ValueError(f"{run} is a run of the command folder; its results are in {run}/{METRICS}")
    times = read_times(arguments["times"]) if arguments["times"] else None
    rows, unfinished = read_runs(arguments["runs"], times)
    if unfinished:
        print(f"no finished run in: {', '.join(unfinished)}", file=sys.stderr)
    if not rows:
        raise SystemExit("groupwise_train: no finished run in any of the folders")
    print(format_table(rows))
    if arguments["plot"]:
        draw_plot(rows, arguments["plot"])


COMMANDS = {
    "cifar10": run_cifar10,
    "folder": run_folder,
    "export": run_export,
    "compare": run_compare,
    "results": run_results,
}
RESUMABLE = ("cifar10", "folder")


def main(arguments=None):
    """Runs a command; mistakes of the user end it with one line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments and not arguments[0].startswith("-"):
            check_choice("command", arguments[0], COMMANDS)
        parsed = vars(make_parser().parse_args(arguments))
        COMMANDS[parsed["command"]](parsed)
    except KeyboardInterrupt:
        resumable = arguments[0] in RESUMABLE
        hint = "; the same command continues after the last complete epoch" if resumable else ""
        raise SystemExit(f"groupwise_train: stopped{hint}") from None
    except FileNotFoundError as error:
        found = f"there is no file or folder {error.filename}" if error.filename else error
        raise SystemExit(f"groupwise_train: {found}") from error
    except (OSError, ValueError, ImportError) as error:
        raise SystemExit(f"groupwise_train: {error}") from error
