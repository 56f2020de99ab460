"""What training minimises."""

import torch
from torch import nn

from .macs import DynamicMacs, GroupMacs, count_macs
from .mobilenet import MobileNetV2


class Loss:
    """Cross-entropy and what the method adds; `parts` are the last values by name."""

    def __init__(self, model, recipe, teacher=None):
        self.recipe, self.teacher, self.parts = recipe, teacher, {}
        self.grouped = GroupMacs(model) if recipe.conv == "flgc-gradient" else None
        self.dynamic = DynamicMacs(model) if recipe.conv == "msgc" else None
        self.reference = count_macs(MobileNetV2(recipe.width, early_stride=recipe.early_stride)) if self.dynamic else None

    def __call__(self, x, logits, labels, progress):
        recipe = self.recipe
        self.parts.clear()
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=recipe.smoothing)
        if self.teacher:
            with torch.no_grad():
                answer = self.teacher(x)
            distance = nn.functional.kl_div(logits.log_softmax(1), answer.log_softmax(1), reduction="batchmean", log_target=True)
            loss = (1 - recipe.distillation) * loss + recipe.distillation * distance
        if self.grouped and progress < recipe.freeze:
            excess = self.grouped() / self.grouped.dense / (recipe.group_macs or 1 / recipe.groups) - 1
            self.parts["excess"] = excess.item()
            loss = loss + recipe.group_penalty * torch.clamp(excess, min=0)
        if self.dynamic:
            share = self.dynamic().mean() / self.reference
            allowed = 1 - (1 - recipe.target) * min(1, 2 * progress)
            self.parts["share"] = share.item()
            loss = loss + recipe.penalty * torch.clamp(share - allowed, min=0)
        return loss
