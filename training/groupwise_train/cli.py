"""The command line: `python -m groupwise_train cifar10|export|compare|results`."""

import argparse
import json
import os
import sys
import tarfile
from dataclasses import asdict, fields
from pathlib import Path

import torch

from .checks import check_choice, nearest
from .cifar10.agreement import compare_predictions
from .cifar10.data import load_cifar10
from .cifar10.export import export_onnx
from .cifar10.recipe import Recipe, budget_settings, load_network
from .cifar10.results import draw_plot, format_table, read_runs
from .cifar10.train import train

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
    results.add_argument("--plot", help="picture of accuracy against MACs to write, .svg or .png")
    return main


def add_cifar10(command):
    """Adds the options of the command `cifar10`: its own, and the fields of `Recipe`."""
    command.add_argument("--data", required=True, help="cifar10-jpeg.tar.gz or cifar-10-python.tar.gz")
    command.add_argument(
        "--out", required=True, help="folder for checkpoint.pt and metrics.jsonl; a run that is there is continued"
    )
    command.add_argument("--cache", default=CACHE, help="folder for decoded pictures (default %(default)s)")
    command.add_argument(
        "--budget",
        action="store_true",
        help="settings for two CPU cores: width 0.5, early stride 2, 8 epochs, one cycle",
    )
    command.add_argument("--threads", type=int, help="CPU threads of PyTorch")
    command.add_argument("--quiet", action="store_true", help="show no progress bar")
    for field in fields(Recipe):
        name, meaning = f"--{field.name.replace('_', '-')}", field.metadata["help"].replace("%", "%%")
        if field.type is bool:
            command.add_argument(name, action="store_true", help=meaning)
            continue
        choices = (
            f"; one of {', '.join(field.metadata['limits'])}" if field.type is str and field.metadata["limits"] else ""
        )
        meaning = f"{meaning}{choices} (default {field.default!r})"
        command.add_argument(name, type=field.type, help=meaning, default=argparse.SUPPRESS)


def join_torchrun():
    """(rank, world size, device) of a process that torchrun started, after it has joined the others; else None."""
    if "RANK" not in os.environ:
        return None
    cuda = torch.cuda.is_available()
    torch.distributed.init_process_group("nccl" if cuda else "gloo")
    local = int(os.environ["LOCAL_RANK"])
    if cuda:
        torch.cuda.set_device(local)
    return torch.distributed.get_rank(), torch.distributed.get_world_size(), f"cuda:{local}" if cuda else "cpu"


def run_cifar10(arguments):
    """Trains a network."""
    names = asdict(Recipe())
    settings = {name: value for name, value in arguments.items() if name in names}
    recipe = Recipe(**((budget_settings() if arguments["budget"] else {}) | settings))
    if arguments["threads"] is not None:
        if arguments["threads"] < 1:
            raise ValueError(f"--threads must be at least 1, got {arguments['threads']}")
        torch.set_num_threads(arguments["threads"])
    pictures = load_cifar10(arguments["data"], arguments["cache"])
    ranks = join_torchrun()
    try:
        result = train(recipe, *pictures, arguments["out"], arguments["quiet"], ranks)
    finally:
        if ranks:
            torch.distributed.destroy_process_group()
    if result:
        print(f"top-1 {result[0]:.4f}, {result[1] / 1e6:.2f} million MACs per picture")


def run_export(arguments):
    """Exports the network of a checkpoint."""
    model, recipe = load_network(arguments["checkpoint"])
    worst = export_onnx(model, arguments["out"])
    print(f"{recipe.conv}: ONNX Runtime differs from PyTorch by {worst:.1e} of the largest score")


def run_compare(arguments):
    """Compares the predictions of PyTorch and groupwise."""
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
    """Prints the table of runs, and draws their plot."""
    rows, unfinished = read_runs(arguments["runs"])
    if unfinished:
        print(f"no finished run in: {', '.join(unfinished)}", file=sys.stderr)
    if not rows:
        raise SystemExit("groupwise_train: no finished run in any of the folders")
    print(format_table(rows))
    if arguments["plot"]:
        draw_plot(rows, arguments["plot"])


COMMANDS = {"cifar10": run_cifar10, "export": run_export, "compare": run_compare, "results": run_results}


def main(arguments=None):
    """Runs a command; mistakes of the user end it with one line."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments and not arguments[0].startswith("-"):
            check_choice("command", arguments[0], COMMANDS)
        parsed = vars(make_parser().parse_args(arguments))
        COMMANDS[parsed["command"]](parsed)
    except KeyboardInterrupt:
        resumable = "; the same command continues after the last complete epoch" if arguments[0] == "cifar10" else ""
        raise SystemExit(f"groupwise_train: stopped{resumable}") from None
    except tarfile.TarError as error:
        raise SystemExit(f"groupwise_train: {parsed['data']} is not an archive of CIFAR-10") from error
    except (OSError, ValueError, ImportError) as error:
        raise SystemExit(f"groupwise_train: {error}") from error
