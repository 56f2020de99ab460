"""Panels of zeros: blocks of consecutive outputs that drop the same input."""

import torch

from ..checks import check_integer, check_number, named_options
from .masked import MaskedConv2d


class PanelConv2d(MaskedConv2d):
    """A convolution y = conv(x, W * M) whose mask M [N, C] is 0 in whole panels of `height` outputs and one input.

    A panel is the weights W of `height` consecutive outputs (8 by default, the width of groupwise's kernels, which
    skip panels of zeros) for one input. No panel is zero before `prune` is called; `GroupSchedule` calls it. The other
    arguments are those of `nn.Conv2d`. Raises TypeError or ValueError for wrong ones, and if `height` does not divide
    the outputs. Shapes: x [B, C, H, W] -> [B, N, H', W'].
    """

    @named_options
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
        *,
        height=8,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, device, dtype
        )
        check_integer("height", height, 1)
        if out_channels % height:
            raise ValueError(f"height={height} does not divide {out_channels} outputs")
        self.height = height
        self.register_buffer("mask", torch.ones(out_channels, in_channels, device=device, dtype=dtype))

    @torch.no_grad()
    def prune(self, zeros):
        """Makes the share `zeros` of the panels zero: those whose weights have the smallest sums of squares.

        Panels that were zero before may return. Raises TypeError or ValueError unless `zeros` is from 0 to 1.
        """
        check_number("zeros", zeros, 0, 1)
        strength = self.weight.square().flatten(2).sum(2).unflatten(0, (-1, self.height)).sum(1)
        order = strength.flatten().argsort()
        mask = torch.ones_like(strength).flatten()
        mask[order[: round(zeros * len(order))]] = 0
        self.mask.copy_(mask.view_as(strength).repeat_interleave(self.height, 0))
