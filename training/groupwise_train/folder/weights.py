"""Pretrained weights from a file."""

from torch import nn

from ..checkpoints.weights import Weights, load_weights, read_weights


def rename(weights, names):
    """The weights with the names of a network, if they are those of another library for the same network.

    They are, if they are as many, in the same order, and their names have the same endings (`weight`, `running_mean`).
    Otherwise the weights are returned as they are.
    """
    if any(name in weights for name in names) or len(weights) != len(names):
        return weights
    same = all(old.rpartition(".")[2] == new.rpartition(".")[2] for old, new in zip(weights, names, strict=True))
    return Weights(weights.path, zip(names, weights.values(), strict=True)) if same else weights


def load_file(model, classifier, arch, path):
    """Loads the weights of a file into a network; its `classifier` becomes one with the file's number of outputs.

    Raises ValueError that says what is missing, unexpected or of another shape.
    """
    weights = rename(read_weights(path), list(model.state_dict()))
    head = f"{classifier}.weight"
    if head in weights and weights[head].dim() == 2:
        layer = model.get_submodule(classifier)
        model.set_submodule(classifier, nn.Linear(layer.in_features, len(weights[head]), layer.bias is not None))
    load_weights(model, weights, path, arch)
