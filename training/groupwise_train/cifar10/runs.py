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


def resume_training(folder, trainer):
    """Loads the checkpoint of a folder into a trainer; returns the number of epochs done, 0 without a checkpoint.

    Raises ValueError if the checkpoint has another recipe, other pictures for training or another number of processes,
    as all of them determine the result.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return 0
    checkpoint = read_checkpoint(path, trainer.device)
    check_same_recipe(path, checkpoint["recipe"], trainer.recipe)
    if checkpoint["processes"] != trainer.world:
        raise ValueError(
            f"{path} is from {checkpoint['processes']} processes, not {trainer.world}; choose another folder"
        )
    if checkpoint.get("pictures", trainer.digest) != trainer.digest:  # older checkpoints have none
        raise ValueError(f"{path} is from other pictures; choose another folder")
    trainer.model.load_state_dict(checkpoint["model"])
    for optimizer, state in zip(trainer.optimizers, checkpoint["optimizers"], strict=True):
        optimizer.load_state_dict(state)
    apply_schedule(trainer.model, trainer.recipe, checkpoint["epoch"] / trainer.recipe.epochs)
    return checkpoint["epoch"]
