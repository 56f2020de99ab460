"""Multi-dimensional dynamic group convolution: MSGC (Su et al., 2023).

After github.com/hellozhuo/msgc (models/utils.py and models/*.py).
"""

import torch
from torch import nn

TEMPERATURE = 2 / 3  # of the relaxed gates in training


def pool(x):
    """The average over pixels: [B, C, H, W] -> [B, C, 1, 1]."""
    return x.mean((2, 3), keepdim=True)


def bottleneck(inputs, outputs, reduction):
    """1x1 convolution to inputs / reduction, BN, ReLU, 1x1 convolution."""
    inner = max(1, inputs // reduction)
    return nn.Sequential(
        nn.Conv2d(inputs, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(), nn.Conv2d(inner, outputs, 1)
    )


def gate(z, training):
    """1 where z >= 0, else 0.

    In training z gets logistic noise e = log u - log(1 - u), and the gradient is that of sigmoid((z + e) / (2/3)).
    """
    if not training:
        return (z >= 0).to(z.dtype)
    given, z = z.dtype, z.to(torch.promote_types(z.dtype, torch.float32))  # noise of bfloat16 would be too coarse
    u = torch.rand_like(z)
    soft = torch.sigmoid((z + torch.log(u + 1e-8) - torch.log(1 - u + 1e-8)) / TEMPERATURE)
    return ((soft >= 0.5).to(z.dtype) + (soft - soft.detach())).to(given)


class MaskGen(nn.Module):
    """Which channels each head keeps: context [B, C_in, 1, 1] -> [B, H, C] of 0 and 1.

    Channel h * C + c of the last convolution is head h's z of channel c; its bias begins at 2, so that most are kept.
    """

    def __init__(self, inputs, channels, heads, reduction=4):
        super().__init__()
        self.heads, self.channels = heads, channels
        self.conv = bottleneck(inputs, channels * heads, reduction)
        nn.init.constant_(self.conv[3].bias, 2.0)

    def forward(self, context):
        return gate(self.conv(context).reshape(context.shape[0], self.heads, self.channels), self.training)


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


class MSGCConv2d(nn.Conv2d):
    """A convolution of H heads, each of which reads the inputs that its mask keeps for a sample.

    W [N, C, k, k] has the shape of a dense convolution and runs as a grouped one of H * C inputs:
    y[b, n] = sum over c of W[n, c] * x[b, c] * m[b, h, c] * a[b, h, c], with h = floor(n * H / N).
    A head without inputs gives 0 (or its bias). With one head it is an ordinary convolution of masked inputs.

    The mask comes from the caller, as in `y = conv(x, mask, attention)`, where several layers of a block share its context; or, where
    `context_channels` is given, from generators of its own (`maskgen`, and `attgen` with `attention`) that see a pooled context: what the
    caller passes as `context` [B, context_channels, 1, 1], else that of `shared` (a `BlockContext`), else the input's own average. Then it is a drop-in for
    `nn.Conv2d`, whose arguments it takes with `heads` for `groups`. `kept` is the mask [B, H, C] of the last forward; copies and
    pickles of the layer lack it.
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, heads=4, bias=True, padding_mode="zeros",
        device=None, dtype=None, *, context_channels=None, attention=False, reduction=4,
    ):
        if heads < 1:
            raise ValueError(f"{heads} heads; at least one is needed")
        if out_channels % heads:
            raise ValueError(f"{heads} heads do not divide {out_channels} outputs")
        super().__init__(in_channels * heads, out_channels, kernel_size, stride, padding, dilation, heads, bias, padding_mode, device, dtype)
        self.heads, self.reduction, self.shared, self.kept = heads, reduction, None, None
        self.maskgen = MaskGen(context_channels, in_channels, heads, reduction) if context_channels else None
        self.attgen = AttGen(context_channels, in_channels, heads, reduction) if context_channels and attention else None
        self.to(device, dtype)

    def __getstate__(self):
        return self.__dict__ | {"kept": None}  # may have a gradient, which no copy can take

    def forward(self, x, mask=None, attention=None, *, context=None):
        if mask is None:
            if self.maskgen is None:
                raise ValueError("no mask given, and the layer has no generator: pass one, or make it with context_channels")
            if context is None:
                context = self.shared.pooled if self.shared else pool(x)
            mask = self.maskgen(context)
            attention = self.attgen(context) if self.attgen else None
        self.kept = mask
        plain = self.kernel_size == (1, 1) and self.stride == (1, 1) and self.padding in ((0, 0), "same", "valid")
        if self.training and plain and self.out_channels < self.heads * x.shape[2] * x.shape[3]:
            return self._with_masked_weights(x, mask if attention is None else mask * attention)
        return super().forward(masked_copies(x, mask, attention))

    def _with_masked_weights(self, x, factors):
        """The same by a weight for each sample, W[n, c] * factors[b, h(n), c]: less to store than copies where N < H * pixels."""
        batch, channels, height, width = x.shape
        weight = self.weight.view(1, self.heads, -1, channels) * factors[:, :, None, :]  # [B, H, N / H, C]
        rows = x.permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        y = torch.bmm(rows, weight.view(batch, self.out_channels, channels).transpose(1, 2))  # [B, H' W', N]
        y = y if self.bias is None else y + self.bias
        return y.view(batch, height, width, self.out_channels).permute(0, 3, 1, 2)
