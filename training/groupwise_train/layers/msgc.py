"""Middle spectrum grouped convolution: MSGC (Su et al., TNNLS 2024, arXiv:2304.06305), masks for each sample.

Follows github.com/hellozhuo/msgc (models/utils.py and models/*.py).
"""

import torch
from torch import nn

from ..checks import check_convolution, check_flag, check_instance, check_integer, check_maps, named_options

TEMPERATURE = 2 / 3  # of the relaxed gates in training


def average_pool(x):
    """The average over pixels: [B, C, H, W] -> [B, C, 1, 1]."""
    return x.mean((2, 3), keepdim=True)


def bottleneck(inputs, outputs, reduction):
    """1x1 convolution to inputs / reduction channels, BN, ReLU, 1x1 convolution."""
    inner = max(1, inputs // reduction)
    return nn.Sequential(
        nn.Conv2d(inputs, inner, 1, bias=False), nn.BatchNorm2d(inner), nn.ReLU(), nn.Conv2d(inner, outputs, 1)
    )


def binary_gate(z, training):
    """1 where z >= 0, else 0.

    In training, logistic noise e = log u - log(1 - u) is added to z, and the gradient is that of sigmoid((z + e) /
    (2/3)).
    """
    if not training:
        return (z >= 0).to(z.dtype)
    dtype, z = z.dtype, z.to(torch.promote_types(z.dtype, torch.float32))  # noise in bfloat16 would be too coarse
    u = torch.rand_like(z)
    soft = torch.sigmoid((z + torch.log(u + 1e-8) - torch.log(1 - u + 1e-8)) / TEMPERATURE)
    return ((soft >= 0.5).to(z.dtype) + (soft - soft.detach())).to(dtype)


class HeadGenerator(nn.Module):
    """One number for each head and channel, from a context: [B, C_in, 1, 1] -> [B, H, C].

    Channel h * C + c of the last convolution is the number of head h and channel c.
    """

    @named_options
    def __init__(self, inputs, channels, heads, reduction=4):
        super().__init__()
        for name, value in (("inputs", inputs), ("channels", channels), ("heads", heads), ("reduction", reduction)):
            check_integer(name, value, 1)
        self.heads, self.channels = heads, channels
        self.conv = bottleneck(inputs, channels * heads, reduction)

    def forward(self, context):
        """[B, C_in, 1, 1] -> [B, H, C]."""
        check_maps("context", context, self.conv[0].in_channels)
        return self.conv(context).reshape(context.shape[0], self.heads, self.channels)


class MaskGen(HeadGenerator):
    """The channels that each head keeps: context [B, C_in, 1, 1] -> [B, H, C] of 0 and 1; initially most."""

    @named_options
    def __init__(self, inputs, channels, heads, reduction=4):
        super().__init__(inputs, channels, heads, reduction)
        nn.init.constant_(self.conv[3].bias, 2.0)  # keeps most channels at first

    def forward(self, context):
        """[B, C_in, 1, 1] -> [B, H, C]."""
        return binary_gate(super().forward(context), self.training)


class AttGen(HeadGenerator):
    """A linear factor for each head and channel: context [B, C_in, 1, 1] -> [B, H, C], initially 1."""

    @named_options
    def __init__(self, inputs, channels, heads, reduction=4):
        super().__init__(inputs, channels, heads, reduction)
        nn.init.zeros_(self.conv[3].weight)
        nn.init.ones_(self.conv[3].bias)


def masked_copies(x, mask, attention=None):
    """A copy of x [B, C, H, W] for each head of mask [B, heads, C], times mask and attention: [B, heads * C, H, W]."""
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
    y[b, n] = sum over c of W[n, c] * x[b, c] * m[b, h, c] * a[b, h, c], with h = floor(n * H / N). A head whose mask
    keeps nothing gives 0 (or its bias). With one head it is an ordinary convolution of masked inputs.

    There are two ways to get the mask:
    - From the caller, as in `y = conv(x, mask, attention)`, when several layers of a block share a context.
    - From generators of the layer (`maskgen`, and `attgen` with `attention`), if `context_channels` is set. They see a
      pooled context: what the caller passes as `context` [B, context_channels, 1, 1], else that of `shared` (a
      `BlockContext`), else the average of the layer's own input. Then the layer replaces an `nn.Conv2d` without other
      changes.

    `kept` is the mask [B, H, C] of the last forward; copies and pickles of the layer lack it. `heads` (4 by default)
    replaces the argument `groups` of `nn.Conv2d` and must divide the outputs; the other arguments are the same.
    Generators have context_channels / `reduction` inner channels. Raises TypeError or ValueError for anything else.
    Shapes: x [B, C, H, W] -> [B, N, H', W'].
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
        heads=4,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
        *,
        context_channels=None,
        attention=False,
        reduction=4,
    ):
        check_convolution(in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, dtype)
        check_integer("heads", heads, 1)
        check_flag("attention", attention)
        check_integer("reduction", reduction, 1)
        if context_channels is not None:
            check_integer("context_channels", context_channels, 1)
        elif attention:
            raise ValueError("attention=True needs generators: pass context_channels")
        if out_channels % heads:
            raise ValueError(f"{heads} heads do not divide {out_channels} outputs")
        super().__init__(
            in_channels * heads,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            heads,
            bias,
            padding_mode,
            device,
            dtype,
        )
        self.heads, self.reduction, self.shared, self.kept = heads, reduction, None, None
        sizes = in_channels, heads, reduction
        self.maskgen = None if context_channels is None else MaskGen(context_channels, *sizes)
        self.attgen = AttGen(context_channels, *sizes) if attention else None
        self.to(device, dtype)

    def __getstate__(self):
        return self.__dict__ | {"kept": None}  # may have a gradient, which cannot be copied

    def forward(self, x, mask=None, attention=None, *, context=None):
        """x [B, C, H, W], mask and attention [B, H, C], context [B, context_channels, 1, 1] -> [B, N, H', W']."""
        check_maps("x", x, self.in_channels // self.heads)
        if mask is None:
            mask, attention = self._generate(x, attention, context)
        else:
            self._check_mask(mask, context)
        self.kept = mask
        is_pointwise = (
            self.kernel_size == (1, 1) and self.stride == (1, 1) and self.padding in ((0, 0), "same", "valid")
        )
        if self.training and is_pointwise and self.out_channels < self.heads * x.shape[2] * x.shape[3]:
            return self._with_masked_weights(x, mask if attention is None else mask * attention)
        if self.training and self.padding_mode == "zeros":
            return self._head_by_head(x, mask if attention is None else mask * attention)
        return super().forward(masked_copies(x, mask, attention))

    def _check_mask(self, mask, context):
        """Raises TypeError or ValueError for a mask that does not suit the layer, and if there is a context as well."""
        check_instance("mask", mask, torch.Tensor, "a tensor [batch, heads, channels]")
        expected = self.heads, self.in_channels // self.heads
        if not torch.jit.is_tracing() and tuple(mask.shape[1:]) != expected:  # shapes are tensors while tracing
            raise ValueError(f"mask must be of the shape [batch, {expected[0]}, {expected[1]}], got {list(mask.shape)}")
        if context is not None:
            raise ValueError("pass either a mask or a context")

    def _generate(self, x, attention, context):
        """Mask and attention of the layer's generators."""
        if self.maskgen is None:
            raise ValueError("the layer has no mask generator: pass a mask, or construct it with context_channels")
        if attention is not None:
            raise ValueError("attention needs a mask: pass both or neither")
        if context is None:
            context = self.shared.pooled if self.shared else average_pool(x)
        return self.maskgen(context), self.attgen(context) if self.attgen else None

    def _with_masked_weights(self, x, factors):
        """The same result from weights of each sample, W[n, c] * factors[b, h(n), c].

        Needs less memory than copies of the input if N < H * pixels.
        """
        batch, channels, height, width = x.shape
        weight = self.weight.view(1, self.heads, -1, channels) * factors[:, :, None, :]  # [B, H, N / H, C]
        rows = x.permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        y = torch.bmm(rows, weight.view(batch, self.out_channels, channels).transpose(1, 2))  # [B, H' W', N]
        y = y if self.bias is None else y + self.bias
        return y.view(batch, height, width, self.out_channels).permute(0, 3, 1, 2)

    def _head_by_head(self, x, factors):
        """The same result from an ordinary convolution for each head.

        With the shapes of `FastNet` a core computes them and their gradients twice as fast as a grouped convolution.
        """
        window = self.stride, self.padding, self.dilation
        weights = self.weight.chunk(self.heads)
        biases = [None] * self.heads if self.bias is None else self.bias.chunk(self.heads)
        outputs = [
            nn.functional.conv2d(x * factors[:, head, :, None, None].to(x.dtype), weights[head], biases[head], *window)
            for head in range(self.heads)
        ]
        return torch.cat(outputs, 1)
