"""CondenseNet's learned group convolution (Huang et al., CVPR 2018): in training, masked, and converted.

After github.com/ShichenLiu/CondenseNet (layers.py).
"""

import torch
from torch import nn
from torch.nn import functional as F


class CondenseConv2d(nn.Conv2d):
    """A 1x1 convolution y = conv(x, W * M) whose mask M [N, C] is pruned while it trains; filter f is in group f mod G.

    `condense(stages)` prunes as far as `stages` of the factor - 1 events: at each, every group drops the C / factor of its inputs that
    have the smallest sums of |W| over its filters, whatever other groups keep. At the end C / factor are left.
    Arguments are those of `nn.Conv2d`; `factor` (default: `groups`) and `groups` divide the inputs, `groups` the outputs.
    """

    def __init__(
        self, in_channels, out_channels, kernel_size=1, stride=1, padding=0, dilation=1, groups=4, bias=True, padding_mode="zeros",
        device=None, dtype=None, *, factor=None,
    ):
        factor = factor or groups
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, 1, bias, padding_mode, device, dtype)
        if self.kernel_size != (1, 1):
            raise ValueError(f"kernel {self.kernel_size}; learned group convolutions are 1x1")
        if in_channels % groups or in_channels % factor or out_channels % groups:
            raise ValueError(
                f"{groups} groups and a factor of {factor} do not divide {in_channels} inputs and {out_channels} outputs"
            )
        self.group_count, self.factor = groups, factor
        self.register_buffer("mask", torch.ones(out_channels, in_channels, device=device, dtype=dtype))

    @property
    def stages(self):
        """How many of the factor - 1 events are done, as the mask shows."""
        return int(self.in_channels - self.mask[0].sum()) * self.factor // self.in_channels

    @torch.no_grad()
    def condense(self, stages=None):
        """Prunes to C - stages * C / factor inputs a group; all factor - 1 stages by default. What was dropped stays dropped."""
        stages = self.factor - 1 if stages is None else min(stages, self.factor - 1)
        if stages <= self.stages:
            return
        kept = self.in_channels - stages * (self.in_channels // self.factor)
        size = self.weight.abs().flatten(1)  # [N, C]
        for group in range(self.group_count):
            rows = slice(group, None, self.group_count)
            chosen = size[rows].sum(0).masked_fill(self.mask[group] == 0, -1).topk(kept).indices
            self.mask[rows] = torch.zeros_like(self.mask[rows]).index_fill_(1, chosen, 1)

    def forward(self, x):  # [B, C, H, W] -> [B, N, H, W]
        return self._conv_forward(x, self.weight * self.mask[:, :, None, None], self.bias)


class LearnedGroupConv(nn.Module):
    """CondenseNet's layer: BN -> ReLU -> `CondenseConv2d` without bias."""

    def __init__(self, inputs, outputs, groups=4, factor=None):
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = CondenseConv2d(inputs, outputs, groups=groups, factor=factor, bias=False)

    @property
    def mask(self):
        """M [N, C]."""
        return self.conv.mask

    def forward(self, x):  # [B, C, H, W] -> [B, N, H, W]
        return self.conv(F.relu(self.norm(x)))


class CondensedConv(nn.Module):
    """The inference form of a `LearnedGroupConv`: index -> BN -> ReLU -> grouped 1x1 convolution -> channel shuffle.

    The index [G * kept] may name an input more than once; batch normalisation follows it, so its statistics are copied.
    """

    def __init__(self, learned):
        super().__init__()
        groups, mask = learned.conv.group_count, learned.mask
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
