"""CondenseNet (Huang et al., CVPR 2018), with the module names of github.com/ShichenLiu/CondenseNet."""

from collections.abc import Sequence

import torch
from torch import nn

from ..checks import check_instance, check_integer, named_options
from ..layers.condense import LearnedGroupConv


class DenseLayer(nn.Module):
    """A learned 1x1 and a grouped 3x3 convolution, joined with the input: [B, C, H, W] -> [B, C + growth, H, W]."""

    def __init__(self, inputs, growth, inner, groups, factor, groups_3x3):
        super().__init__()
        self.conv_1 = LearnedGroupConv(inputs, inner, groups, factor)
        self.conv_2 = nn.Sequential()
        self.conv_2.add_module("norm", nn.BatchNorm2d(inner))
        self.conv_2.add_module("relu", nn.ReLU())
        self.conv_2.add_module("conv", nn.Conv2d(inner, growth, 3, padding=1, groups=groups_3x3, bias=False))

    def forward(self, x):
        """[B, C, H, W] -> [B, C + growth, H, W]."""
        return torch.cat([x, self.conv_2(self.conv_1(x))], 1)


class CondenseNet(nn.Module):
    """Pictures [B, 3, H, W] -> logits [B, classes].

    Dense block i has stages[i] layers of growth[i] outputs; a 2x2 average pooling joins two blocks. Inside a layer
    there are `bottleneck` times as many channels as it has outputs. `groups` and `factor` are those of the learned 1x1
    convolutions, `groups_3x3` are the groups of the 3x3 ones. `stride` of the first convolution is 1 for CIFAR and 2
    for ImageNet. Raises TypeError or ValueError for other arguments.
    """

    @named_options
    def __init__(self, stages, growth, classes=10, stride=1, *, bottleneck=4, groups=4, factor=None, groups_3x3=4):
        super().__init__()
        for name, values in (("stages", stages), ("growth", growth)):
            check_instance(name, values, Sequence, "a list of integers")
            for index, value in enumerate(values):
                check_integer(f"{name}[{index}]", value, 1)
        if not stages or len(stages) != len(growth):
            raise ValueError(f"stages and growth must be of the same length, got {len(stages)} and {len(growth)}")
        for name, value in (("classes", classes), ("bottleneck", bottleneck), ("groups_3x3", groups_3x3)):
            check_integer(name, value, 1)
        check_integer("stride", stride, 1, 2)
        channels = 2 * growth[0]
        self.features = nn.Sequential()
        self.features.add_module("init_conv", nn.Conv2d(3, channels, 3, stride, 1, bias=False))
        for index, (count, width) in enumerate(zip(stages, growth, strict=True), 1):
            if index > 1:
                self.features.add_module(f"transition_{index - 1}", nn.AvgPool2d(2))
            block = nn.Sequential()
            for number in range(1, count + 1):
                layer = DenseLayer(channels, width, bottleneck * width, groups, factor, groups_3x3)
                block.add_module(f"denselayer_{number}", layer)
                channels += width
            self.features.add_module(f"denseblock_{index}", block)
        self.features.add_module("norm_last", nn.BatchNorm2d(channels))
        self.features.add_module("relu_last", nn.ReLU())
        self.features.add_module("pool_last", nn.AdaptiveAvgPool2d(1))
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        """[B, 3, H, W] -> [B, classes]."""
        return self.classifier(self.features(x).flatten(1))
