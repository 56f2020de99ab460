"""Pretrained weights from a file."""

from torch import nn

from ..checkpoints.weights import Weights, read_checkpoint

SHOWN = 3  # names that a message lists
COUNTER = "num_batches_tracked"  # of BN; absent before PyTorch 0.4.1


def read_state(path):
    """The weights in a file of `torch.save` (at the top or under "state_dict" or "model") or a .safetensors file."""
    if str(path).endswith(".safetensors"):
        from safetensors.torch import load_file  # comes with timm

        return Weights(path, load_file(path))
    found = read_checkpoint(path)
    for key in ("state_dict", "model"):
        found = found.get(key, found) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not found or not all(hasattr(value, "shape") for value in found.values()):
        raise ValueError(f'{path} has no state_dict of tensors, neither at the top nor under "state_dict" or "model"')
    return Weights(path, {name.removeprefix("module."): value for name, value in found.items()})


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
    expected = model.state_dict()
    weights = rename(read_state(path), list(expected))
    head = f"{classifier}.weight"
    if head in weights and weights[head].dim() == 2:
        layer = model.get_submodule(classifier)
        model.set_submodule(classifier, nn.Linear(layer.in_features, len(weights[head]), layer.bias is not None))
        expected = model.state_dict()
    missing = [name for name in expected if name not in weights and not name.endswith(COUNTER)]
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
        raise ValueError(f"{path} does not fit {arch}: of its weights it {'; '.join(problems)}")
    model.load_state_dict(weights, strict=False)
