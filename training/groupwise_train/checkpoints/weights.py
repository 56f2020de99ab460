"""Reads the weights of a checkpoint file and puts them into a network."""

import os
import pickle
from pathlib import Path

import torch

from ..checks import check_instance

SHOWN = 5  # names that a message lists
COUNTER = "num_batches_tracked"  # of BN; absent before PyTorch 0.4.1


def read_checkpoint(path, device="cpu"):
    """What `torch.save` wrote to a file, without running code from it.

    Raises ValueError if the file is not a checkpoint of plain weights, OSError if it cannot be read.
    """
    check_instance("path", path, (str, os.PathLike), "the path of a file")
    if Path(path).is_dir():
        raise ValueError(f"{path} is a folder; pass a file in it, such as {Path(path) / 'checkpoint.pt'}")
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        raise ValueError(
            f"{path} is not a PyTorch checkpoint of plain weights; torch.save(model.state_dict(), path) writes one"
        ) from error


class Weights(dict):
    """Weights of a checkpoint file by name. Looking up a missing one raises a ValueError that names the file."""

    def __init__(self, path, weights):
        super().__init__(weights)
        self.path = path

    def __missing__(self, name):
        raise ValueError(f"{self.path} lacks {name}")


def read_weights(path):
    """The `Weights` in a file of `torch.save`, at the top or under "state_dict" or "model", or in a .safetensors file.

    The prefix of a parallel wrapper is removed. Raises ValueError if there are no tensors by name.
    """
    if str(path).endswith(".safetensors"):
        import safetensors.torch  # a dependency of timm

        try:
            return Weights(path, safetensors.torch.load_file(path))
        except safetensors.SafetensorError as error:
            raise ValueError(f"{path} is not a .safetensors file: {error}") from error
    found = read_checkpoint(path)
    for key in ("state_dict", "model"):
        found = found.get(key, found) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not found or not all(isinstance(each, torch.Tensor) for each in found.values()):
        raise ValueError(f'{path} has no state_dict of tensors, neither at the top nor under "state_dict" or "model"')
    return Weights(path, {name.removeprefix("module."): value for name, value in found.items()})


def load_weights(model, weights, path, owner=None, may_lack=lambda name: False):
    """Loads `weights`, from the file `path`, into `model`, which is unchanged after an error.

    One ValueError says which weights are missing, unexpected or of another shape; it calls the network `owner`, by
    default by its class. `may_lack(name)` is true for those that may be missing.
    """
    expected = model.state_dict()
    missing = [name for name in expected if name not in weights and not name.endswith(COUNTER) and not may_lack(name)]
    unexpected = [name for name in weights if name not in expected]
    shapes = [
        f"{name} {list(weights[name].shape)} instead of {list(value.shape)}"
        for name, value in expected.items()
        if name in weights and weights[name].shape != value.shape
    ]
    problems = [
        f"{meaning} {len(names)} ({', '.join(names[:SHOWN])}{', ...' if len(names) > SHOWN else ''})"
        for meaning, names in (("lacks", missing), ("has in addition", unexpected), ("has of other shapes", shapes))
        if names
    ]
    if problems:
        raise ValueError(
            f"{path} does not fit {owner or type(model).__name__}: of its weights it {'; '.join(problems)}"
        )
    model.load_state_dict(weights, strict=False)
