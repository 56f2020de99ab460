"""Dynamic grouping convolution (Zhang et al., ICCV 2019, "Differentiable learning-to-group channels via GroupNet")."""

import torch
from torch import nn


class DGConv2d(nn.Conv2d):
    """A convolution y = conv(x, W * U) of C = N = 2^K channels with K gates.

    U is the Kronecker product over i of (1 - g_i) I + g_i J, where g_i = 1 if gate i is positive, I is the identity of size 2
    and J all ones: output and input are joined where their numbers agree in every bit whose g_i is 0, the first gate being
    the highest bit. Gradients pass from g_i to gate i unchanged. Computed from the gates' signs, so that exports hold what evaluation
    uses; after github.com/d-li14/dgconv.pytorch, which exchanges the gates' data during the forward.

    Arguments are those of `nn.Conv2d` but for `groups`, which the gates decide. Raises ValueError where the channels are not one power of two.
    Shapes: x [B, C, H, W] -> [B, C, H', W'].
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, *, bias=True, padding_mode="zeros", device=None,
        dtype=None,
    ):
        count = in_channels.bit_length() - 1
        if in_channels != out_channels or in_channels != 2**count or count < 1:
            raise ValueError(f"{in_channels} inputs and {out_channels} outputs; the same power of two is needed for both")
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, 1, bias, padding_mode, device, dtype)
        self.gates = nn.Parameter(torch.empty(count, device=device, dtype=dtype).uniform_(-1e-8, 1e-8))

    def mask(self):
        """U [N, C]."""
        gates = (self.gates > 0).to(self.weight.dtype)
        if torch.is_grad_enabled() and self.gates.requires_grad:
            gates = gates + (self.gates - self.gates.detach())
        identity, mask = torch.eye(2).to(self.weight), torch.ones(1, 1).to(self.weight)
        for gate in gates:
            factor = (1 - gate) * identity + gate
            size = 2 * len(mask)
            mask = (mask[:, None, :, None] * factor[None, :, None, :]).reshape(size, size)  # the Kronecker product, in forms that export
        return mask

    def forward(self, x):
        return self._conv_forward(x, self.weight * self.mask()[:, :, None, None], self.bias)
