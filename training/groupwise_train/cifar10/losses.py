"""The loss of a training."""

import torch
from torch import nn

from ..macs import DynamicMacs, GroupMacs, count_macs
from ..networks.mobilenet import MobileNetV2


class Loss:
    """Cross-entropy, the distance to a teacher and the penalty of the method; `parts` are its last terms by name."""

    def __init__(self, model, recipe, teacher=None):
        self.recipe, self.teacher, self.parts = recipe, teacher, {}
        self.group_macs = GroupMacs(model) if recipe.conv == "flgc-gradient" else None
        self.dynamic_macs = DynamicMacs(model) if recipe.conv == "msgc" else None
        if self.dynamic_macs:
            self.dense_macs = count_macs(MobileNetV2(recipe.width, early_stride=recipe.early_stride))

    def __call__(self, x, logits, labels, progress):
        """The loss of a batch x [B, 3, 32, 32] when the share `progress` of the training is done."""
        self.parts.clear()
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=self.recipe.smoothing)
        if self.teacher:
            share = self.recipe.distillation
            loss = (1 - share) * loss + share * self.distance_to_teacher(x, logits)
        if self.group_macs and progress < self.recipe.freeze:
            loss = loss + self.group_penalty()
        if self.dynamic_macs:
            loss = loss + self.mask_penalty(progress)
        return loss

    def distance_to_teacher(self, x, logits):
        """Kullback-Leibler divergence from the teacher's distribution."""
        with torch.no_grad():
            expected = self.teacher(x).log_softmax(1)
        return nn.functional.kl_div(logits.log_softmax(1), expected, reduction="batchmean", log_target=True)

    def group_penalty(self):
        """Penalty on the MACs of learned groups above their limit."""
        limit = self.recipe.group_macs or 1 / self.recipe.groups
        excess = self.group_macs() / self.group_macs.dense / limit - 1
        self.parts["excess"] = excess.item()
        return self.recipe.group_penalty * torch.clamp(excess, min=0)

    def mask_penalty(self, progress):
        """Penalty on the MACs of MSGC above a limit that falls to the target over the first half of the training."""
        share = self.dynamic_macs().mean() / self.dense_macs
        limit = 1 - (1 - self.recipe.target) * min(1, 2 * progress)
        self.parts["share"] = share.item()
        return self.recipe.penalty * torch.clamp(share - limit, min=0)
