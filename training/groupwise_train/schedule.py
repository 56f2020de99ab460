"""When a training assigns and closes groups, and when it prunes."""

import torch

from .checks import check_integer, check_network, check_number, named_options
from .layers import CondenseConv2d, FLGCConv2d, PanelConv2d

STEPS = 10  # in how many steps panels are pruned


def rise(progress, start, end):
    """0 before `start`, 1 from `end` on, and linear between them."""
    if progress < start or progress >= end:
        return float(progress >= end)
    return (progress - start) / (end - start)


class GroupSchedule:
    """Turns the dense layers of a network step by step into groups or panels while it is trained.

    Call `step(progress)` before every step of the optimizer, and once more at the end, with the share of the training
    that is done. Layers are dense until the share `assign` and have their final form from the share `close` on:

    - `FLGCConv2d` with estimator="weights": at `assign` its groups are computed from its weights, once (the
      search starts from groups drawn with `seed`); then the connections outside of them fade until `close`.
    - `PanelConv2d`: the share of its panels that is zero rises to `zeros` in 10 steps, by a cubic that prunes most at
      the beginning (Zhu and Gupta, arXiv:1710.01878). Every step chooses the panels anew from the weights.
    - `CondenseConv2d`: its pruning steps are spread over the time, the last one at `close`.

    What is done follows from `progress` and from what the layers store in their `state_dict`, so a training that
    continues from a checkpoint calls `step` of a new schedule as if it had not stopped. `step` never goes back: an
    earlier progress needs the weights of that time and a new schedule.

    Raises TypeError or ValueError for wrong arguments and for a network without any of these layers.
    """

    @named_options
    def __init__(self, model, assign=0.0, close=0.5, zeros=0.5, seed=0):
        check_network(model)
        check_number("assign", assign, 0, 1)
        check_number("close", close, 0, 1)
        check_number("zeros", zeros, 0, 1)
        check_integer("seed", seed, 0)
        if assign > close:
            raise ValueError(f"assign must be at most close, got assign={assign} and close={close}")
        layers = list(model.modules())
        self.flgc = [layer for layer in layers if isinstance(layer, FLGCConv2d) and layer.estimator == "weights"]
        self.panels = [layer for layer in layers if isinstance(layer, PanelConv2d)]
        self.condense = [layer for layer in layers if isinstance(layer, CondenseConv2d)]
        if not (self.flgc or self.panels or self.condense):
            kinds = 'FLGCConv2d with estimator="weights", PanelConv2d or CondenseConv2d'
            raise ValueError(f"the network has no {kinds}; replace_convs puts them into it")
        self.assign, self.close, self.zeros, self.seed = assign, close, zeros, seed
        self.done = None  # what the last step did, as looking into the layers would make a GPU wait

    def step(self, progress):
        """Brings all layers to what they are when the share `progress` of the training, from 0 to 1, is done.

        Raises TypeError or ValueError for any other progress.
        """
        check_number("progress", progress, 0, 1)
        share = rise(progress, self.assign, self.close)
        for layer in self.flgc:
            layer.fade = share
        due = progress >= self.assign, int(share * STEPS), [int(share * (layer.factor - 1)) for layer in self.condense]
        if due != self.done or progress == 1:
            self.change_masks(*due)
            self.done = due

    def change_masks(self, is_assigned, pruning_step, condense_steps):
        """Assigns and prunes what is not assigned or pruned yet.

        These are all groups if `is_assigned`, and panels and CondenseNet's layers up to these steps.
        """
        for index, layer in enumerate(self.flgc):
            if is_assigned and not has_groups_of_weights(layer):
                layer.assign_groups(self.seed * 1000 + index)
        self.prune_panels(self.zeros * (1 - (1 - pruning_step / STEPS) ** 3))
        for layer, steps in zip(self.condense, condense_steps, strict=True):
            layer.condense(steps)

    def prune_panels(self, zeros):
        """Prunes the layers in which the share `zeros` means more panels than are zero already."""
        for layer in self.panels:
            panels = layer.mask[:: layer.height]
            if round(zeros * panels.numel()) > int((panels == 0).sum()):
                layer.prune(zeros)


def has_groups_of_weights(layer):
    """Whether `assign_groups` set the logits of an FLGC layer: to 1 for the group of a channel, and to 0."""
    return all(
        bool(((logits == 0) | (logits == 1)).all()) and torch.equal(logits.sum(1), torch.ones_like(logits[:, 0]))
        for logits in (layer.input_logits, layer.output_logits)
    )
