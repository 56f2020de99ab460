"""Reads the weights of a checkpoint file and puts them into a network."""

import os
import pickle

import torch

from ..checks import check_instance


def read_checkpoint(path, device="cpu"):
    """What `torch.save` wrote to a file, without running code from it.

    Raises ValueError if the file is not a checkpoint of plain weights, OSError if it cannot be read.
    """
    check_instance("path", path, (str, os.PathLike), "the path of a file")
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
        raise ValueError(f"{path} is not a PyTorch checkpoint of plain weights") from error


class Weights(dict):
    """Weights of a checkpoint file by name. Looking up a missing one raises a ValueError that names the file."""

    def __init__(self, path, weights):
        super().__init__(weights)
        self.path = path

    def __missing__(self, name):
        raise ValueError(f"{self.path} lacks {name}")


def read_weights(path):
    """The `Weights` of a checkpoint: under "state_dict" or at the top, without the prefix of a parallel wrapper."""
    checkpoint = read_checkpoint(path)
    weights = checkpoint.get("state_dict", checkpoint) if isinstance(checkpoint, dict) else checkpoint
    is_dict = isinstance(weights, dict) and weights
    if not is_dict or not all(isinstance(value, torch.Tensor) for value in weights.values()):
        raise ValueError(f'{path} has no state_dict of tensors, neither at the top nor under "state_dict"')
    return Weights(path, {name.removeprefix("module."): value for name, value in weights.items()})


def load_weights(model, weights, path):
    """Loads all `weights` into `model` and returns it in evaluation mode.

    One ValueError lists the weights that are missing, unexpected or of another shape.
    """
    expected = model.state_dict()
    counters = {name for name in expected if name.endswith("num_batches_tracked")}  # absent before PyTorch 0.4.1
    problems = [f"lacks {name}" for name in sorted(expected.keys() - weights.keys() - counters)]
    problems += [f"has {name}, which the network does not" for name in sorted(weights.keys() - expected.keys())]
    for name in sorted(weights.keys() & expected.keys()):
        if weights[name].shape != expected[name].shape:
            shapes = f"{list(weights[name].shape)}; expected {list(expected[name].shape)}"
            problems.append(f"has {name} of {shapes}")
    if problems:
        raise ValueError(f"{path} does not fit {type(model).__name__}:\n" + "\n".join(problems))
    model.load_state_dict(weights, strict=False)
    return model.eval()
