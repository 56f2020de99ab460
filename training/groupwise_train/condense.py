"""CondenseNet's learned group convolution (Huang et al., CVPR 2018), masked and converted.

As in github.com/ShichenLiu/CondenseNet (layers.py).
"""

import torch
from torch import nn
from torch.nn import functional as F


class LearnedGroupConv(nn.Module):
    """BN -> ReLU -> 1x1 convolution with W * mask; filter f is in group f mod G.

    Every group keeps the C / factor inputs with the largest sums of |W| over its filters, whatever the others keep.
    """

    def __init__(self, inputs, outputs, groups=4, factor=None):
        super().__init__()
        factor = factor or groups
        if inputs % groups or inputs % factor or outputs % groups:
            raise ValueError(f"{groups} groups and a factor of {factor} do not divide {inputs} inputs and {outputs} outputs")
        self.groups, self.kept = groups, inputs // factor
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.register_buffer("mask", torch.ones(outputs, inputs))

    def condense(self):
        """Sets the mask [N, C] by the weights as they are."""
        size = self.conv.weight.abs().flatten(1)  # [N, C]
        for group in range(self.groups):
            kept = size[group :: self.groups].sum(0).topk(self.kept).indices
            self.mask[group :: self.groups] = 0
            self.mask[group :: self.groups, kept] = 1

    def forward(self, x):  # [B, C, H, W] -> [B, N, H, W]
        return F.conv2d(F.relu(self.norm(x)), self.conv.weight * self.mask[:, :, None, None])


class CondensedConv(nn.Module):
    """The inference form of a `LearnedGroupConv`: index -> BN -> ReLU -> grouped 1x1 convolution -> channel shuffle.

    The index [G * kept] may name an input more than once; batch normalisation follows it, so its statistics are copied.
    """

    def __init__(self, learned):
        super().__init__()
        groups, mask = learned.groups, learned.mask
        index = torch.cat([mask[group].nonzero().flatten() for group in range(groups)])
        outputs = len(mask)
        self.groups = groups
        self.register_buffer("index", index)
        self.norm = nn.BatchNorm2d(len(index))
        for name, value in learned.norm.state_dict().items():
            self.norm.state_dict()[name].copy_(value[index] if value.ndim else value)
        self.conv = nn.Conv2d(len(index), outputs, 1, groups=groups, bias=False)
        with torch.no_grad():
            for group, weight in enumerate(self.conv.weight.chunk(groups)):
                own = learned.conv.weight[group::groups]
                weight.copy_(own[:, mask[group].bool()])

    def forward(self, x):  # [B, C, H, W] -> [B, N, H, W]
        x = self.conv(F.relu(self.norm(torch.index_select(x, 1, self.index))))
        batch, channels, height, width = x.shape
        return x.view(batch, self.groups, channels // self.groups, height, width).transpose(1, 2).reshape(batch, channels, height, width)
