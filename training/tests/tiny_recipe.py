"""A recipe that trains in seconds, with random pictures."""

from dataclasses import replace

import torch

from groupwise_train.cifar10.data import Pictures
from groupwise_train.cifar10.recipe import Recipe

TINY = Recipe(width=0.25, epochs=2, batch=16, assign=0.2, close=0.6, seed=5)
TINY_MOBILENET = replace(TINY, arch="mobilenetv2", early_stride=2, optimizer="sgd")


def pictures(count=48):
    return Pictures(torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8), torch.randint(0, 10, (count,)))


def weights(folder):
    return torch.load(folder / "checkpoint.pt", weights_only=True)
