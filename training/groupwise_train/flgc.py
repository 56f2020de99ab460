"""Fully learnable group convolution: FLGC (Wang et al., CVPR 2019)."""

import torch
from torch import nn


def binarise(shares):
    """1 where a row of shares [channels, G] equals its maximum, else 0.

    Equal maxima, also those that only rounding makes equal, are all 1.
    """
    return (shares == shares.amax(dim=1, keepdim=True)).to(shares.dtype)


class _Winner(torch.autograd.Function):
    """Binarises; a gradient passes only at the winning entries."""

    @staticmethod
    def forward(ctx, shares):
        hot = binarise(shares)
        ctx.save_for_backward(hot)
        return hot

    @staticmethod
    def backward(ctx, gradient):
        (hot,) = ctx.saved_tensors
        return gradient * hot


@torch.no_grad()
def _move_largest(logits, places):
    """Exchanges, in every row of logits [channels, G], the largest with the one at its place [channels]."""
    rows, largest = torch.arange(len(logits), device=logits.device), logits.argmax(1)
    high, low = logits[rows, largest].clone(), logits[rows, places].clone()
    logits[rows, largest] = low
    logits[rows, places] = high


class FLGCConv2d(nn.Conv2d):
    """A convolution y = conv(x, W * M) with M = B(softmax(T)) B(softmax(S))^T: `groups` groups of learned channels.

    S [C, G] assigns inputs to groups, T [N, G] assigns filters; B keeps the maximum of a row. M [N, C] is 1 where both are in
    one group, and counts the groups that they share where ties put a channel into several. Groups have any size and may be
    empty. The forward of evaluation is that of github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch.

    `estimator` says how gradients reach S and T through B:
    - "winner", as published: only the winning entry of a row gets one, through the exact Jacobian of the softmax. A row learns to
      stay or to leave; when it leaves, it knows nothing about where to.
    - "straight": every entry gets the gradient that its own group would have, as if B were the softmax (straight-through).
    - "fixed": none; the groups stay as they were drawn.

    Logits are drawn from N(0, 1), which makes groups of uneven sizes and leaves some of a narrow layer without inputs or without filters. `balanced` draws
    groups whose sizes differ by one at most, of inputs and of filters (none is empty where `groups` are not more than the channels); where they go from there is up to the estimator.

    `fade`, from 0 to 1, says how far connections outside the groups are closed: W * (M + (1 - fade)(1 - M)). 1, the default, is FLGC; a
    recipe that raises it from 0 lets weights train before the groups that will hold them are chosen.

    Arguments are those of `nn.Conv2d`, except that `groups` need not divide the channels. Raises ValueError for no groups and other estimators.
    Shapes: x [B, C, H, W] -> [B, N, H', W'].
    """

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=8, bias=True, padding_mode="zeros",
        device=None, dtype=None, *, estimator="straight", balanced=False,
    ):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, 1, bias, padding_mode, device, dtype)
        if groups < 1:
            raise ValueError(f"{groups} groups; at least one is needed")
        if estimator not in ("winner", "straight", "fixed"):
            raise ValueError(f'estimator "{estimator}"; expected "winner", "straight" or "fixed"')
        self.estimator, self.fade = estimator, 1.0
        self.input_logits = nn.Parameter(torch.randn(in_channels, groups, device=device, dtype=dtype))
        self.output_logits = nn.Parameter(torch.randn(out_channels, groups, device=device, dtype=dtype))
        if balanced:
            for logits in (self.input_logits, self.output_logits):
                _move_largest(logits, torch.randperm(len(logits), device=logits.device) % groups)
        if estimator == "fixed":
            self.freeze_groups()

    def freeze_groups(self):
        """Keeps the groups as they are from here on."""
        self.input_logits.requires_grad_(False)
        self.output_logits.requires_grad_(False)

    def shares(self):
        """softmax(T) [N, G] and softmax(S) [C, G]."""
        return self.output_logits.softmax(1), self.input_logits.softmax(1)

    def groups_mask(self):
        """M [N, C]."""
        outputs, inputs = (self._assign(shares) for shares in self.shares())
        return outputs @ inputs.t()

    def mask(self):
        """What W is multiplied by, [N, C]: M, or M + (1 - fade)(1 - M) where connections outside the groups are not closed."""
        mask = self.groups_mask()
        return mask if self.fade == 1 else mask + (1 - self.fade) * (1 - mask)

    def _assign(self, shares):
        if not shares.requires_grad:
            return binarise(shares)
        if self.estimator == "winner":
            return _Winner.apply(shares)
        return binarise(shares.detach()) + (shares - shares.detach())

    def forward(self, x):
        return self._conv_forward(x, self.weight * self.mask()[:, :, None, None], self.bias)

    def extra_repr(self):
        return f"{super().extra_repr()}, groups={self.input_logits.shape[1]}, estimator={self.estimator}"


def flgc_layers(model):
    """The FLGC convolutions of a network."""
    return [module for module in model.modules() if isinstance(module, FLGCConv2d)]
