"""A small residual network of 3x3 convolutions that trains fast on CPUs, for pictures of 32 x 32."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

from ..checks import check_integer, check_number, named_options
from .mobilenet import scale_channels

STAGES = (64, 128, 256)  # outputs of the stages at width 1
PATCH = 2  # pixels of the edge of a patch that the first convolution reads
EPSILON = 5e-4  # added to the variances of patches, so that noise is not amplified


def conv_norm(inputs, outputs):
    """Convolution 3x3 without bias, and BN."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs))


class ResidualStage(nn.Module):
    """Convolution, max pooling, BN and ReLU; then `depth` times y + ReLU(BN(convolution of y)).

    [B, C, H, W] -> [B, N, H // 2, W // 2]. Pooling comes first, as BN and ReLU then cost a quarter.
    """

    def __init__(self, inputs, outputs, depth):
        super().__init__()
        self.enter = conv_norm(inputs, outputs)
        self.residuals = nn.ModuleList(conv_norm(outputs, outputs) for _ in range(depth))

    def forward(self, x):
        """[B, C, H, W] -> [B, N, H // 2, W // 2]."""
        conv, norm = self.enter
        y = F.relu(norm(F.max_pool2d(conv(x), 2)))
        for residual in self.residuals:
            y = y + F.relu(residual(y))
        return y


class FastNet(nn.Module):
    """Pictures [B, 3, 32, 32] -> logits [B, classes].

    A convolution 2x2 whose filters whiten patches (see `whiten`), three stages of 3x3 convolutions, each with half the
    width and height of the one before, the average over pixels and a linear layer. `width` scales the channels of the
    stages, `depth` is the number of residual convolutions of a stage. The shape and the tricks of its training are
    those of ResNet-9 (David Page, "How to train your ResNet") and of airbench (Keller Jordan, arXiv:2404.00498); at
    width 0.75 a picture takes 39 million MACs. Raises TypeError or ValueError for other arguments.
    """

    @named_options
    def __init__(self, width=1.0, classes=10, depth=1):
        super().__init__()
        check_number("width", width, 0.01)
        check_integer("classes", classes, 1)
        check_integer("depth", depth, 1)
        self.stem = nn.Conv2d(3, 2 * 3 * PATCH**2, PATCH)
        self.stem.weight.requires_grad_(False)
        channels = [self.stem.out_channels, *(scale_channels(count, width) for count in STAGES)]
        self.stages = nn.Sequential(*(ResidualStage(*pair, depth) for pair in pairwise(channels)))
        self.classifier = nn.Linear(channels[-1], classes)
        for module in self.stages.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")

    @torch.no_grad()
    def whiten(self, pictures):
        """Sets the filters of the first convolution from normalised pictures [B, 3, H, W]; training keeps them.

        They are the eigenvectors of the covariance of all 2x2 patches, divided by the standard deviation along them,
        and the same with the other sign, as ReLU follows.
        """
        patches = F.unfold(pictures, PATCH).transpose(1, 2).flatten(0, 1).double()  # [B * patches, 12]
        variances, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
        filters = (vectors / (variances + EPSILON).sqrt()).T.reshape(-1, 3, PATCH, PATCH)
        self.stem.weight.copy_(torch.cat([filters, -filters]))

    def forward(self, x):
        """[B, 3, 32, 32] -> [B, classes]."""
        return self.classifier(self.stages(F.relu(self.stem(x))).mean((2, 3)))
