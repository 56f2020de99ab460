"""Random weights with the names of the public implementations, and the operations on them."""

import torch
from torch.nn import functional as F

from groupwise_train.networks.mobilenet import STAGES


class Weights(dict):
    """Random weights by name."""

    def conv(self, name, outputs, inputs, kernel=1):
        self[f"{name}.weight"] = torch.randn(outputs, inputs, kernel, kernel) * (2 / (inputs * kernel**2)) ** 0.5

    def norm(self, name, channels):
        self[f"{name}.weight"], self[f"{name}.running_var"] = torch.rand(2, channels) + 0.5
        self[f"{name}.bias"], self[f"{name}.running_mean"] = torch.randn(2, channels) * 0.3
        self[f"{name}.num_batches_tracked"] = torch.tensor(7)

    def unit(self, name, outputs, inputs, kernel=1):
        self.conv(f"{name}.0", outputs, inputs, kernel)
        self.norm(f"{name}.1", outputs)

    def linear(self, name, outputs, inputs):
        self[f"{name}.weight"], self[f"{name}.bias"] = torch.randn(outputs, inputs) * 0.1, torch.randn(outputs)

    def generator(self, name, inputs, channels, heads, reduction, bias=0.0):
        """Weights of a generator of masks, or with `bias` of attention, whose weights are small:
        attention multiplies a value with a multiple of itself, and a deep network must stay finite."""
        inner = inputs // reduction
        self.conv(f"{name}.conv.0", inner, inputs)
        self.norm(f"{name}.conv.1", inner)
        self.conv(f"{name}.conv.3", channels * heads, inner)
        if bias:
            self[f"{name}.conv.3.weight"] *= 0.01
        self[f"{name}.conv.3.bias"] = torch.randn(channels * heads) * 0.3 + bias


def convolved(w, x, name, **options):
    return F.conv2d(x, w[f"{name}.weight"], **options)


def normed(w, x, name):
    return F.batch_norm(x, *(w[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")))


def united(w, x, name, **options):
    return F.relu6(normed(w, convolved(w, x, f"{name}.0", **options), f"{name}.1"))


def write(tmp_path, weights, prefix="", **others):
    path = tmp_path / "checkpoint.pth"
    torch.save({"state_dict": {prefix + name: value for name, value in weights.items()}, **others}, path)
    return path


def inverted_blocks():
    """(index, inputs, outputs, expansion, stride) of the 17 blocks."""
    inputs, index = 32, 0
    for expansion, outputs, count, stride in STAGES:
        for k in range(count):
            index += 1
            yield index, inputs, outputs, expansion, stride if k == 0 else 1
            inputs = outputs
