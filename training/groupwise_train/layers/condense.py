"""CondenseNet's learned group convolution (Huang et al., CVPR 2018), masked for training and converted for inference.

Follows github.com/ShichenLiu/CondenseNet (layers.py).
"""

import torch
from torch import nn
from torch.nn import functional as F

from ..checks import check_instance, check_integer, check_maps, named_options
from .masked import MaskedConv2d


class CondenseConv2d(MaskedConv2d):
    """A convolution y = conv(x, W * M) whose mask M [N, C] is pruned in steps during training.

    Output n is in group n mod G. Training has factor - 1 pruning steps. At each of them every group drops the C /
    factor of its remaining inputs that have the smallest sums of |W| over the outputs of the group, independently of
    the other groups. C / factor inputs remain at the end. Call `condense(stages)` to prune.

    `groups` (4 by default) must divide inputs and outputs, `factor` (by default the same as `groups`) the inputs. The
    other arguments are those of `nn.Conv2d`; the published kernel is 1x1. Raises TypeError or ValueError for anything
    else.
    Shapes: x [B, C, H, W] -> [B, N, H', W'].
    """

    @named_options
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=1,
        stride=1,
        padding=0,
        dilation=1,
        groups=4,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
        *,
        factor=None,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, device, dtype
        )
        check_integer("groups", groups, 1)
        factor = groups if factor is None else factor
        check_integer("factor", factor, 1)
        if in_channels % groups or in_channels % factor or out_channels % groups:
            raise ValueError(
                f"groups={groups} and factor={factor} do not divide {in_channels} inputs and {out_channels} outputs"
            )
        self.group_count, self.factor = groups, factor
        self.register_buffer("mask", torch.ones(out_channels, in_channels, device=device, dtype=dtype))

    @property
    def stages(self):
        """How many of the factor - 1 pruning steps are done, counted from the mask."""
        return int(self.in_channels - self.mask[0].sum()) * self.factor // self.in_channels

    @named_options
    @torch.no_grad()
    def condense(self, stages=None):
        """Prunes until `stages` steps are done, by default all; C - stages * C / factor inputs remain in each group.

        Pruned connections never return. Raises TypeError or ValueError unless `stages` is an integer from 0 to factor -
        1.
        """
        stages = self.factor - 1 if stages is None else stages
        check_integer("stages", stages, 0, self.factor - 1)
        if stages <= self.stages:
            return
        remaining = self.in_channels - stages * (self.in_channels // self.factor)
        size = self.weight.abs().flatten(2).sum(2)  # [N, C]
        for group in range(self.group_count):
            rows = slice(group, None, self.group_count)
            inputs = size[rows].sum(0).masked_fill(self.mask[group] == 0, -1).topk(remaining).indices
            self.mask[rows] = torch.zeros_like(self.mask[rows]).index_fill_(1, inputs, 1)


class LearnedGroupConv(nn.Module):
    """CondenseNet's layer: BN -> ReLU -> `CondenseConv2d` without bias; [B, C, H, W] -> [B, N, H, W]."""

    @named_options
    def __init__(self, inputs, outputs, groups=4, factor=None):
        super().__init__()
        check_integer("inputs", inputs, 1)
        check_integer("outputs", outputs, 1)
        self.norm = nn.BatchNorm2d(inputs)
        self.conv = CondenseConv2d(inputs, outputs, groups=groups, factor=factor, bias=False)

    @property
    def mask(self):
        """M [N, C] of the convolution."""
        return self.conv.mask

    def forward(self, x):
        """[B, C, H, W] -> [B, N, H, W]."""
        check_maps("x", x, self.norm.num_features)
        return self.conv(F.relu(self.norm(x)))


class CondensedConv(nn.Module):
    """The inference form of a `LearnedGroupConv`: index -> BN -> ReLU -> grouped 1x1 convolution -> channel shuffle.

    The index [G * remaining] may contain an input more than once; the statistics of BN, which follows it, are copied to
    match.
    """

    @named_options
    def __init__(self, learned):
        super().__init__()
        check_instance("learned", learned, LearnedGroupConv, "a LearnedGroupConv")
        groups, mask = learned.conv.group_count, learned.mask
        index = torch.cat([mask[group].nonzero().flatten() for group in range(groups)])
        self.groups = groups
        self.register_buffer("index", index)
        self.norm = nn.BatchNorm2d(len(index))
        for name, value in learned.norm.state_dict().items():
            self.norm.state_dict()[name].copy_(value[index] if value.ndim else value)
        self.conv = nn.Conv2d(len(index), len(mask), 1, groups=groups, bias=False)
        with torch.no_grad():
            for group, weight in enumerate(self.conv.weight.chunk(groups)):
                dense = learned.conv.weight[group::groups]
                weight.copy_(dense[:, mask[group].bool()])

    def forward(self, x):
        """[B, C, H, W] -> [B, N, H, W]."""
        x = self.conv(F.relu(self.norm(torch.index_select(x, 1, self.index))))
        batch, channels, height, width = x.shape
        shuffled = x.view(batch, self.groups, channels // self.groups, height, width).transpose(1, 2)
        return shuffled.reshape(batch, channels, height, width)
