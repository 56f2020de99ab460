"""python -m groupwise_train cifar10|export|compare|results: trains a network, exports it, and compares what was measured."""

import argparse
import json
import os
import sys
import tarfile
from dataclasses import asdict, fields
from pathlib import Path

import torch

from .agreement import compare
from .data import load_cifar10
from .export import export_onnx
from .methods import METHODS, SCOPES
from .recipe import Recipe, budget, load_network
from .results import plot, read_runs, table
from .train import train

CACHE = str(Path.home() / ".cache" / "groupwise_train")


def parser():
    main = argparse.ArgumentParser(prog="groupwise_train", description="Trains networks with learned groups.")
    commands = main.add_subparsers(dest="command", required=True)
    add_cifar10(commands.add_parser("cifar10", help="trains a network on CIFAR-10"))
    exported = commands.add_parser("export", help="writes a trained network as ONNX, with labels, pre-processing and a recorded answer")
    exported.add_argument("checkpoint", help="checkpoint.pt of a run")
    exported.add_argument("--out", required=True, help="folder to write")
    compared = commands.add_parser("compare", help="compares predictions on the test pictures with those of `groupwise eval`")
    compared.add_argument("checkpoint", help="checkpoint.pt of a run")
    compared.add_argument("part", help="what `groupwise eval model.gw ARCHIVE --shard 0/1` wrote")
    compared.add_argument("--data", required=True, help="the same archive")
    compared.add_argument("--cache", default=CACHE, help="folder of decoded pictures")
    results = commands.add_parser("results", help="prints a table of runs")
    results.add_argument("runs", nargs="+", help="folders of runs")
    results.add_argument("--plot", help="picture of accuracy against MACs to write, .svg or .png")
    return main


def add_cifar10(command):
    command.add_argument("--data", required=True, help="cifar10-jpeg.tar.gz or cifar-10-python.tar.gz")
    command.add_argument("--out", required=True, help="folder of checkpoint.pt and metrics.jsonl; a run that is there goes on")
    command.add_argument("--cache", default=CACHE, help="folder of decoded pictures")
    command.add_argument("--budget", action="store_true", help="the form for two CPU cores: width 0.5, early stride 2, 8 epochs, one cycle")
    command.add_argument("--threads", type=int, help="of PyTorch on a CPU")
    command.add_argument("--quiet", action="store_true", help="no progress bar")
    choices = {"conv": list(METHODS), "scope": SCOPES, "schedule": ("steps", "one-cycle")}
    for field in fields(Recipe):
        name, meaning = f"--{field.name.replace('_', '-')}", field.metadata["help"].replace("%", "%%")
        if field.type is bool:
            command.add_argument(name, action="store_true", help=meaning)
        else:
            meaning = f"{meaning} (default {field.default!r})"
            command.add_argument(name, type=field.type, choices=choices.get(field.name), help=meaning, default=argparse.SUPPRESS)


def ranks():
    """(rank, world, device) of a process that torchrun started, else None."""
    if "RANK" not in os.environ:
        return None
    cuda = torch.cuda.is_available()
    torch.distributed.init_process_group("nccl" if cuda else "gloo")
    local = int(os.environ["LOCAL_RANK"])
    if cuda:
        torch.cuda.set_device(local)
    return torch.distributed.get_rank(), torch.distributed.get_world_size(), f"cuda:{local}" if cuda else "cpu"


def train_cifar10(given):
    names = asdict(Recipe())
    chosen = {name: value for name, value in given.items() if name in names}
    recipe = Recipe(**((budget() if given["budget"] else {}) | chosen))
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    pictures = load_cifar10(given["data"], given["cache"])
    started = ranks()
    try:
        result = train(recipe, *pictures, given["out"], given["quiet"], started)
    finally:
        if started:
            torch.distributed.destroy_process_group()
    if result:
        print(f"top-1 {result[0]:.4f}, {result[1] / 1e6:.2f} MMACs a picture")


def export(given):
    model, recipe = load_network(given["checkpoint"])
    worst = export_onnx(model, given["out"])
    print(f"{recipe.conv}: ONNX Runtime differs from PyTorch by {worst:.1e} of the largest answer")


def show_agreement(given):
    model, _ = load_network(given["checkpoint"])
    _, test = load_cifar10(given["data"], given["cache"])
    try:
        part = json.loads(Path(given["part"]).read_text())
    except ValueError as error:
        raise ValueError(f"{given['part']} is not what `groupwise eval --shard 0/1` wrote: {error}") from error
    found = compare(model, test, part)
    print(
        f"top-1 {found.top1[0]:.4f} in PyTorch, {found.top1[1]:.4f} in groupwise; "
        f"{found.differing} of {found.images} predictions differ, {found.without_ties} of them not ties"
    )


def show_results(given):
    rows, unfinished = read_runs(given["runs"])
    if unfinished:
        print(f"no finished run: {', '.join(unfinished)}", file=sys.stderr)
    if not rows:
        raise SystemExit("no finished run among the folders")
    print(table(rows))
    if given["plot"]:
        plot(rows, given["plot"])


def main(arguments=None):
    given = vars(parser().parse_args(arguments))
    run = {"cifar10": train_cifar10, "compare": show_agreement, "export": export, "results": show_results}[given["command"]]
    try:
        run(given)
    except KeyboardInterrupt:
        goes_on = "; the same command goes on behind the last whole epoch" if run is train_cifar10 else ""
        raise SystemExit(f"groupwise_train: stopped{goes_on}") from None
    except tarfile.TarError as error:
        raise SystemExit(f"groupwise_train: {given['data']} is no archive of CIFAR-10") from error
    except (OSError, ValueError, ImportError) as error:
        raise SystemExit(f"groupwise_train: {error}") from error


if __name__ == "__main__":
    main()
