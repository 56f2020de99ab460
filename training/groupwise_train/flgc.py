"""Fully learnable group convolution (Wang et al., CVPR 2019)."""

import torch
from torch import nn
from torch.nn import functional as F


def binarise(logits):
    """1 where the softmax of a row equals its maximum, else 0: [channels, G] -> [channels, G].

    Equal maxima, also those that only rounding makes equal, are all 1.
    """
    shares = torch.softmax(logits, dim=1)
    return (shares == shares.amax(dim=1, keepdim=True)).to(shares.dtype)


class FLGCConv2d(nn.Module):
    """A convolution y = conv(x, W * M) with M = B(softmax(T)) B(softmax(S))^T.

    S [C, G] assigns inputs to groups, T [N, G] assigns filters; M [N, C] is 1 where both are in one group, and counts the
    groups that they share where ties put a channel into several. Groups have any size and may be empty.

    This is the forward of training and evaluation alike, as in the reimplementation
    github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch (modules/flgc.py). No gradient reaches S and T yet.
    """

    def __init__(self, inputs, outputs, kernel=1, groups=8, stride=1, padding=0, dilation=1, bias=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=bias)
        self.input_logits = nn.Parameter(torch.randn(inputs, groups))
        self.output_logits = nn.Parameter(torch.randn(outputs, groups))

    def mask(self):
        """M [N, C]."""
        return binarise(self.output_logits) @ binarise(self.input_logits).t()

    def forward(self, x):  # [B, C, H, W] -> [B, N, H', W']
        conv = self.conv
        weight = conv.weight * self.mask()[:, :, None, None]
        return F.conv2d(x, weight, conv.bias, conv.stride, conv.padding, conv.dilation)
