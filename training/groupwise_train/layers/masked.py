"""The base of the layers whose groups are a mask on the weights of a dense convolution."""

import torch
from torch import nn

from ..checks import check_convolution, check_maps


class MaskedConv2d(nn.Conv2d):
    """A convolution y = conv(x, W * M) of one group whose weights W [N, C, k, k] are multiplied by a mask M [N, C].

    `mask` is M as the forward pass uses it now; every kind of layer defines how it is made.
    Shapes: x [B, C, H, W] -> [B, N, H', W'].
    """

    mask: torch.Tensor

    def __init__(
        self, in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, device, dtype
    ):
        check_convolution(in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, dtype)
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, 1, bias, padding_mode, device, dtype
        )

    def forward(self, x):
        """[B, C, H, W] -> [B, N, H', W']."""
        check_maps("x", x, self.in_channels)
        return self._conv_forward(x, self.weight * self.mask[:, :, None, None], self.bias)
