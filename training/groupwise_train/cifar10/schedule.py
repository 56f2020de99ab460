"""What the method of a recipe changes in a network during its training."""

from ..schedule import GroupSchedule

SCHEDULED = ("flgc", "panels", "condense")  # methods whose masks change


def make_schedule(model, recipe):
    """The schedule of a network's masks, None if the method has none.

    Its `step` gets (epoch + step / steps of an epoch) / epochs. The masks depend on that and on what the layers store,
    so a resumed training and a loaded network get those of an uninterrupted training.
    """
    if recipe.conv not in SCHEDULED:
        return None
    return GroupSchedule(model, recipe.assign, recipe.close, 1 - 1 / recipe.groups, recipe.seed)


def apply_schedule(model, recipe, progress):
    """Gives a network the masks that it has when the share `progress` of its training is done."""
    schedule = make_schedule(model, recipe)
    if schedule:
        schedule.step(progress)
