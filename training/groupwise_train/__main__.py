"""python -m groupwise_train cifar10 ...: trains one network of the comparison."""

import argparse
import os
from dataclasses import asdict, fields
from pathlib import Path

import torch

from .data import load_cifar10
from .methods import METHODS, SCOPES
from .recipe import Recipe, budget
from .train import train


def parser():
    main = argparse.ArgumentParser(prog="groupwise_train", description="Trains networks with learned groups.")
    commands = main.add_subparsers(dest="command", required=True)
    cifar = commands.add_parser("cifar10", help="trains a network on CIFAR-10", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    cifar.add_argument("--data", required=True, help="cifar10-jpeg.tar.gz or cifar-10-python.tar.gz")
    cifar.add_argument("--out", required=True, help="folder of checkpoint.pt and metrics.jsonl; a run that is there goes on")
    cifar.add_argument("--cache", default=str(Path.home() / ".cache" / "groupwise_train"), help="folder of decoded pictures")
    cifar.add_argument("--budget", action="store_true", help="the form for two CPU cores: width 0.5, early stride 2, 8 epochs, one cycle")
    cifar.add_argument("--threads", type=int, help="of PyTorch on a CPU")
    cifar.add_argument("--quiet", action="store_true", help="no progress bar")
    for field in fields(Recipe):
        choices = {"conv": list(METHODS), "scope": SCOPES, "schedule": ("steps", "one-cycle")}.get(field.name)
        name = f"--{field.name.replace('_', '-')}"
        if field.type is bool:
            cifar.add_argument(name, action="store_true")
        else:
            cifar.add_argument(name, type=field.type, choices=choices, help=f"default {field.default!r}", default=argparse.SUPPRESS)
    return main


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


def main(arguments=None):
    given = vars(parser().parse_args(arguments))
    names = asdict(Recipe())
    chosen = {name: value for name, value in given.items() if name in names}
    recipe = Recipe(**((budget() if given["budget"] else {}) | chosen))
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    pictures = load_cifar10(given["data"], given["cache"])
    top1, macs = train(recipe, *pictures, given["out"], given["quiet"], ranks())
    print(f"top-1 {top1:.4f}, {macs / 1e6:.2f} MMACs a picture")


if __name__ == "__main__":
    main()
