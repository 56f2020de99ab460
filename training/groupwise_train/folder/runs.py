"""The checkpoints of a run: `dense.pt`, the network that training starts from, and `checkpoint.pt`."""

from ..checkpoints.weights import read_checkpoint
from ..runs import check_final, check_same_recipe
from ..schedule import GroupSchedule
from .methods import apply_method
from .networks import empty_network, preprocess_of
from .recipe import FolderRecipe

DENSE = "dense.pt"
COMMAND = "folder"  # marks checkpoints of this kind of training
KEYS = {
    "command",
    "recipe",
    "classes",
    "pictures",
    "preprocess",
    "names",
    "epoch",
    "progress",
    "first",
    "epochs",
    "model",
}


def is_folder_run(checkpoint):
    """Whether a loaded checkpoint is one of these runs."""
    return isinstance(checkpoint, dict) and checkpoint.get("command") == COMMAND


def build_network(checkpoint):
    """The network of a checkpoint, in the state of its training, with the layers that it has then."""
    recipe = FolderRecipe(**checkpoint["recipe"])
    own_size = preprocess_of(recipe.arch, 0)["width"]
    model = empty_network(recipe, len(checkpoint["classes"]), own_size)
    if checkpoint["names"]:
        apply_method(model, recipe, checkpoint["names"])
    model.load_state_dict(checkpoint["model"])
    if checkpoint["names"]:
        make_schedule(model, recipe).step(checkpoint["progress"])  # sets `fade`, which is not stored
    return model.eval()


def make_schedule(model, recipe):
    """The `GroupSchedule` of a recipe."""
    return GroupSchedule(model, recipe.assign, recipe.close, recipe.zeros, recipe.seed)


def load_run(path):
    """(network in evaluation mode, checkpoint) of `checkpoint.pt` or `dense.pt` of a run.

    Raises ValueError if the file is no such checkpoint, and if its groups or panels do not have their final form yet.
    """
    checkpoint = read_checkpoint(path)
    if not is_folder_run(checkpoint) or not checkpoint.keys() >= KEYS:
        raise ValueError(f"{path} is not a checkpoint of `python -m groupwise_train folder`")
    try:
        model = build_network(checkpoint)
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"{path} does not fit this version of groupwise_train: {error}") from error
    if checkpoint["names"]:
        done = checkpoint["epoch"] - checkpoint["first"]
        check_final(path, done, checkpoint["epochs"], checkpoint["recipe"]["close"])
    return model, checkpoint


def check_same_run(path, checkpoint, recipe, digest):
    """Raises ValueError unless a checkpoint is of this recipe and of the pictures with this digest."""
    if not is_folder_run(checkpoint):
        raise ValueError(f"{path} is from another command; choose another folder")
    own = {"holdout": recipe.holdout}  # the pictures say how they were divided
    check_same_recipe(path, checkpoint["recipe"] | own, recipe)
    if checkpoint["pictures"] != digest:
        raise ValueError(f"{path} is from other pictures than those there are now; choose another folder")
