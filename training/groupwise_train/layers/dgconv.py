"""Dynamic grouping convolution: DGConv (Zhang et al., ICCV 2019, arXiv:1908.05867)."""

import torch
from torch import nn

from ..checks import named_options
from .masked import MaskedConv2d


class DGConv2d(MaskedConv2d):
    """A convolution y = conv(x, W * U) of C = N = 2^K channels whose groups are set by K gates.

    U [N, C] is the Kronecker product over i of (1 - g_i) I + g_i J, where g_i is 1 if gate i is positive, else 0, I is
    the identity of size 2 and J is all ones. An output reads an input if their indices agree in every bit whose g_i is
    0; the first gate is the highest bit. Gradients pass from g_i to gate i unchanged. U is computed from the signs of
    the gates, so exported networks use what evaluation uses; github.com/d-li14/dgconv.pytorch instead swaps the data of
    the gates during the forward.

    The arguments are those of `nn.Conv2d` without `groups`, which the gates determine. Raises ValueError unless both
    numbers of channels are the same power of two.
    Shapes: x [B, C, H, W] -> [B, C, H', W'].
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
        *,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, device, dtype
        )
        count = int(in_channels).bit_length() - 1
        if in_channels != out_channels or in_channels != 2**count or count < 1:
            raise ValueError(
                f"in_channels and out_channels must be the same power of two, got {in_channels} and {out_channels}"
            )
        self.gates = nn.Parameter(torch.empty(count, device=device, dtype=dtype).uniform_(-1e-8, 1e-8))

    @property
    def mask(self):
        """U [N, C]."""
        gates = (self.gates > 0).to(self.weight.dtype)
        if torch.is_grad_enabled() and self.gates.requires_grad:
            gates = gates + (self.gates - self.gates.detach())
        identity, mask = torch.eye(2).to(self.weight), torch.ones(1, 1).to(self.weight)
        for gate in gates:
            factor = (1 - gate) * identity + gate
            size = 2 * len(mask)
            # the Kronecker product, in operators that every exporter knows
            mask = (mask[:, None, :, None] * factor[None, :, None, :]).reshape(size, size)
        return mask
