"""What a training of the recipe starts from: other weights, or its own checkpoint."""

from ..checkpoints.weights import read_checkpoint
from ..runs import CHECKPOINT, check_same_recipe
from .schedule import apply_schedule

NEW_WEIGHTS = ("_logits", "mask")  # endings of the names that a dense network does not have; generators apart


def load_initial_weights(model, path):
    """Loads the weights of a checkpoint that have the same names; masks and groups may be missing there.

    A masked convolution takes the weights of the dense one. Raises ValueError if any other weight is missing or
    unexpected.
    """
    try:
        missing, unexpected = model.load_state_dict(read_checkpoint(path)["model"], strict=False)
    except RuntimeError as error:  # other shapes
        raise ValueError(f"{path} does not fit this network: {error}") from error
    lacking = [
        name for name in missing if "maskgen" not in name and "attgen" not in name and not name.endswith(NEW_WEIGHTS)
    ]
    if lacking or unexpected:
        raise ValueError(f"{path} does not fit this network: it lacks {lacking} and has {unexpected} in addition")


def resume_training(folder, recipe, processes, model, optimizers, device):
    """Loads the checkpoint of a folder into model and optimizers; returns the number of epochs done, 0 without one.

    Raises ValueError if the checkpoint has another recipe or number of processes, as both determine the result.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return 0
    checkpoint = read_checkpoint(path, device)
    check_same_recipe(path, checkpoint["recipe"], recipe)
    if checkpoint["processes"] != processes:
        raise ValueError(f"{path} is from {checkpoint['processes']} processes, not {processes}; choose another folder")
    model.load_state_dict(checkpoint["model"])
    for optimizer, state in zip(optimizers, checkpoint["optimizers"], strict=True):
        optimizer.load_state_dict(state)
    apply_schedule(model, recipe, checkpoint["epoch"] / recipe.epochs)
    return checkpoint["epoch"]
