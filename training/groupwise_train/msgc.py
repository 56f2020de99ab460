"""Multi-dimensional dynamic group convolution: MSGC (Su et al., 2023), evaluation only.

As in github.com/hellozhuo/msgc (models/utils.py and models/*.py) with the bookkeeping of MACs left out.
"""

import torch
from torch import nn


def bottleneck(inputs, outputs, reduction):
    """1x1 convolution to inputs / reduction, BN, ReLU, 1x1 convolution."""
    inner = inputs // reduction
    return nn.Sequential(
        nn.Conv2d(inputs, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(), nn.Conv2d(inner, outputs, 1)
    )


class MaskGen(nn.Module):
    """Which channels each head keeps: context [B, C_in, 1, 1] -> [B, H, C] of 0 and 1; 1 where z >= 0.

    Channel h * C + c of the last convolution is head h's z of channel c; its bias begins at 2, so that all are kept.
    """

    def __init__(self, inputs, channels, heads, reduction=4):
        super().__init__()
        self.heads, self.channels = heads, channels
        self.conv = bottleneck(inputs, channels * heads, reduction)
        nn.init.constant_(self.conv[3].bias, 2.0)

    def forward(self, context):
        z = self.conv(context).reshape(context.shape[0], self.heads, self.channels)
        return (z >= 0).to(context.dtype)


class AttGen(nn.Module):
    """A factor for each channel and head: context [B, C_in, 1, 1] -> [B, H, C], linear, 1 at first."""

    def __init__(self, inputs, channels, heads, reduction=4):
        super().__init__()
        self.heads, self.channels = heads, channels
        self.conv = bottleneck(inputs, channels * heads, reduction)
        nn.init.zeros_(self.conv[3].weight)
        nn.init.ones_(self.conv[3].bias)

    def forward(self, context):
        return self.conv(context).reshape(context.shape[0], self.heads, self.channels)


def masked_copies(x, mask, attention=None):
    """One copy of x [B, C, H, W] for each head of mask [B, heads, C], times mask and attention: [B, heads * C, H, W]."""
    copies = []
    for head in range(mask.shape[1]):
        copy = x * mask[:, head].reshape(x.shape[0], x.shape[1], 1, 1)
        if attention is not None:
            copy = copy * attention[:, head].reshape(x.shape[0], x.shape[1], 1, 1)
        copies.append(copy)
    return copies[0] if len(copies) == 1 else torch.cat(copies, dim=1)


class MSGCConv2d(nn.Module):
    """A convolution of H heads, each of which reads the inputs that its mask keeps for a sample.

    W [N, C, k, k] has the shape of a dense convolution and runs as a grouped one of H * C inputs:
    y[b, n] = sum over c of W[n, c] * x[b, c] * m[b, h, c] * a[b, h, c], with h = floor(n * H / N).
    A head without inputs gives 0. With one head it is an ordinary convolution of masked inputs.
    """

    def __init__(self, inputs, outputs, kernel=1, heads=4, stride=1, padding=0):
        super().__init__()
        if outputs % heads:
            raise ValueError(f"{heads} heads do not divide {outputs} outputs")
        self.conv = nn.Conv2d(inputs * heads, outputs, kernel, stride, padding, groups=heads, bias=False)

    def forward(self, x, mask, attention=None):
        return self.conv(masked_copies(x, mask, attention))
