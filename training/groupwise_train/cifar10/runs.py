"""What a training of the recipe starts from: other weights, or its own checkpoint."""

from ..checkpoints.weights import load_weights, read_checkpoint, read_weights
from ..runs import CHECKPOINT, check_same_recipe
from .schedule import apply_schedule

GENERATORS = "maskgen.", "attgen."  # parts of the names of weights that a dense network does not have
MASKS = "_logits", "mask"  # endings of such names


def load_initial_weights(model, path):
    """Loads the weights of a checkpoint into a network; masks, their generators and groups may be missing.

    A masked convolution takes the weights of the dense one. Raises ValueError if any other weight is missing,
    unexpected or of another shape.
    """

    def is_new(name):
        return name.endswith(MASKS) or any(part in name for part in GENERATORS)

    load_weights(model, read_weights(path), path, "this network", is_new)


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
            f"{path} was trained with --nproc-per-node {checkpoint['processes']}, not {trainer.world}; "
            "choose another folder"
        )
    if checkpoint.get("pictures", trainer.digest) != trainer.digest:  # older checkpoints have none
        raise ValueError(f"{path} is from other pictures; choose another folder")
    trainer.model.load_state_dict(checkpoint["model"])
    for optimizer, state in zip(trainer.optimizers, checkpoint["optimizers"], strict=True):
        optimizer.load_state_dict(state)
    apply_schedule(trainer.model, trainer.recipe, checkpoint["epoch"] / trainer.recipe.epochs)
    return checkpoint["epoch"]
