"""Fully learnable group convolution: FLGC (Wang et al., CVPR 2019, arXiv:1904.00346).

M = B(softmax(T)) B(softmax(S))^T for logits S [C, G] of the inputs and T [N, G] of the outputs; B marks the maximum of
each row.
"""

import torch
from torch import nn

from ..checks import check_choice, check_flag, check_integer, check_number, named_options
from .coclustering import cocluster
from .masked import MaskedConv2d

ESTIMATORS = ("weights", "winner", "fixed")


def binarise(shares):
    """1 where a row of shares [channels, G] equals its maximum, else 0.

    Equal maxima, including those that are equal only after rounding, all become 1.
    """
    return (shares == shares.amax(dim=1, keepdim=True)).to(shares.dtype)


class _Winner(torch.autograd.Function):
    """Binarises; the gradient passes only at the winning entries."""

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
def _move_maximum(logits, groups):
    """Swaps the maximum of every row of logits [channels, G] with the entry of its group in `groups` [channels]."""
    rows, largest = torch.arange(len(logits), device=logits.device), logits.argmax(1)
    high, low = logits[rows, largest].clone(), logits[rows, groups].clone()
    logits[rows, largest] = low
    logits[rows, groups] = high


class FLGCConv2d(MaskedConv2d):
    """A convolution y = conv(x, W * M) with M = B(softmax(T)) B(softmax(S))^T: `groups` groups of learned channels.

    S [C, G] assigns the inputs to groups, T [N, G] the outputs; B sets the maximum of each row to 1 and the rest to 0.
    M [N, C] is 1 where input and output are in the same group. If logits tie, a channel is in several groups, and M
    counts the groups that input and output share. Groups may have any size and may be empty. In evaluation the result
    is that of github.com/Daniil-Osokin/fully-learnable-group-convolution.pytorch.

    `estimator` says how groups are learned:
    - "weights" (default): without gradients. `assign_groups` computes the groups from trained weights; `GroupSchedule`
      calls it at the right time. Until then they stay as they were drawn.
    - "winner", as published: S and T get gradients through B, at the winning entry of a row only, through the exact
      Jacobian of the softmax. A row learns whether to stay or to leave its group, but not where to go.
    - "fixed": not at all. The groups stay as they were drawn.

    Logits are drawn from N(0, 1). With `balanced` (default) they are then permuted within rows so that the sizes of the
    initial groups differ by one at most, for inputs and for outputs, and no group is empty. With `balanced=False`, as
    published, the sizes are uneven, and in a narrow layer some groups have no inputs or no outputs.

    `fade`, from 0 to 1, scales the connections outside the groups: W * (M + (1 - fade)(1 - M)). It is an attribute, 1
    by default, which is FLGC; a training that raises it from 0 trains the weights before it closes connections.

    The other arguments are those of `nn.Conv2d`, but `groups` (8 by default) need not divide the channels. It is at
    most the smaller number of channels. Raises TypeError or ValueError for anything else.
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
        groups=8,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
        *,
        estimator="weights",
        balanced=True,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, bias, padding_mode, device, dtype
        )
        check_integer("groups", groups, 1)
        if groups > min(in_channels, out_channels):
            channels = f"{in_channels} inputs and {out_channels} outputs"
            raise ValueError(f"groups must be at most {min(in_channels, out_channels)} for {channels}, got {groups}")
        check_choice("estimator", estimator, ESTIMATORS)
        check_flag("balanced", balanced)
        self.estimator, self._fade = estimator, 1.0
        self.input_logits = nn.Parameter(torch.randn(in_channels, groups, device=device, dtype=dtype))
        self.output_logits = nn.Parameter(torch.randn(out_channels, groups, device=device, dtype=dtype))
        if balanced:
            for logits in (self.input_logits, self.output_logits):
                _move_maximum(logits, torch.randperm(len(logits), device=logits.device) % groups)
        if estimator != "winner":
            self.freeze_groups()

    @property
    def fade(self):
        """How far connections outside the groups are closed: from 0 (dense) to 1 (closed)."""
        return self._fade

    @fade.setter
    def fade(self, value):
        check_number("fade", value, 0, 1)
        self._fade = float(value)

    def freeze_groups(self):
        """Stops the learning of groups; weights still learn."""
        self.input_logits.requires_grad_(False)
        self.output_logits.requires_grad_(False)

    @torch.no_grad()
    def assign_groups(self, seed=0):
        """Computes the groups from the weights: those of equal sizes that keep the largest sum of squared weights.

        See `cocluster`; `seed` determines where its search starts. Raises ValueError if a weight is not finite.
        """
        check_integer("seed", seed, 0)
        if not self.weight.isfinite().all():
            raise ValueError(
                "groups are computed from finite weights, but a weight is not finite: lower the learning rate"
            )
        strength = self.weight.cpu().double().square().flatten(2).sum(2).numpy()
        for logits, groups in zip(
            (self.output_logits, self.input_logits), cocluster(strength, self.input_logits.shape[1], seed), strict=True
        ):
            logits.zero_().scatter_(1, torch.from_numpy(groups).to(logits.device)[:, None], 1)

    @property
    def group_mask(self):
        """M [N, C], without regard to `fade`."""
        outputs, inputs = (self._assign(logits.softmax(1)) for logits in (self.output_logits, self.input_logits))
        return outputs @ inputs.t()

    @property
    def mask(self):
        """What W is multiplied by, [N, C]: M, or M + (1 - fade)(1 - M) if `fade` is below 1."""
        mask = self.group_mask
        return mask if self.fade == 1 else mask + (1 - self.fade) * (1 - mask)

    def _assign(self, shares):
        return _Winner.apply(shares) if shares.requires_grad else binarise(shares)

    def extra_repr(self):
        """The arguments, as `print` shows them."""
        return f"{super().extra_repr()}, groups={self.input_logits.shape[1]}, estimator={self.estimator}"


def flgc_layers(model):
    """The FLGC convolutions of a network."""
    return [module for module in model.modules() if isinstance(module, FLGCConv2d)]
