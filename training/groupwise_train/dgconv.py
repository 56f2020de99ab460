"""Dynamic grouping convolution (Zhang et al., ICCV 2019, "Differentiable learning-to-group channels via GroupNet")."""

import torch
from torch import nn
from torch.nn import functional as F


class DGConv2d(nn.Module):
    """A convolution y = conv(x, W * U) of C = N = 2^K channels with K gates.

    U is the Kronecker product over i of (1 - g_i) I + g_i J, where g_i = 1 if gate i is positive, I is the identity of size 2
    and J all ones: output and input are joined where their numbers agree in every bit whose g_i is 0, the first gate being
    the highest bit. Computed from the gates' signs, so that exports hold what evaluation uses. As in
    github.com/d-li14/dgconv.pytorch, without the exchange of the gates' data during the forward.
    """

    def __init__(self, channels, kernel=3, stride=1, padding=1, bias=False):
        super().__init__()
        count = channels.bit_length() - 1
        if channels != 2**count or count < 1:
            raise ValueError(f"{channels} channels; a power of two is needed")
        self.conv = nn.Conv2d(channels, channels, kernel, stride, padding, bias=bias)
        self.gates = nn.Parameter(torch.empty(count).uniform_(-1e-8, 1e-8))

    def mask(self):
        """U [N, C]."""
        open_gates = (self.gates > 0).to(self.conv.weight.dtype)
        mask = torch.ones(1, 1)
        for gate in open_gates:
            factor = (1 - gate) * torch.eye(2) + gate * torch.ones(2, 2)
            rows, columns = mask.shape
            mask = (mask[:, None, :, None] * factor[None, :, None, :]).reshape(rows * 2, columns * 2)
        return mask

    def forward(self, x):  # [B, C, H, W] -> [B, C, H', W']
        conv = self.conv
        return F.conv2d(x, conv.weight * self.mask()[:, :, None, None], conv.bias, conv.stride, conv.padding)
