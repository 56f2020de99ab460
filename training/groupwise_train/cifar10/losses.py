"""The loss of a training."""

import torch

from ..epochs import classification_loss
from ..macs import DynamicMacs


class Loss:
    """Cross-entropy, the distance to a teacher and the penalty of MSGC; `parts` are its last terms by name.

    `dense_macs` are the MACs of the network with ordinary convolutions.
    """

    def __init__(self, model, recipe, dense_macs):
        self.recipe, self.dense_macs, self.parts = recipe, dense_macs, {}
        self.dynamic_macs = DynamicMacs(model) if recipe.conv == "msgc" else None

    def __call__(self, logits, labels, expected, progress):
        """The loss of a batch of logits [B, classes] when the share `progress` of the training is done.

        `expected` are the logits of the teacher, None without one.
        """
        self.parts.clear()
        loss = classification_loss(logits, labels, expected, self.recipe)
        if self.dynamic_macs:
            loss = loss + self.mask_penalty(progress)
        return loss

    def mask_penalty(self, progress):
        """Penalty on the MACs of MSGC above a limit that falls to the target over the first half of the training."""
        share = self.dynamic_macs().mean() / self.dense_macs
        limit = 1 - (1 - self.recipe.target) * min(1, 2 * progress)
        self.parts["share"] = share.detach()
        return self.recipe.penalty * torch.clamp(share - limit, min=0)
