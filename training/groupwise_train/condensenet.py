"""CondenseNet (Huang et al., CVPR 2018), with the names of modules of github.com/ShichenLiu/CondenseNet."""

import torch
from torch import nn

from .condense import LearnedGroupConv


class DenseLayer(nn.Module):
    """A learned 1x1 convolution, a grouped 3x3 one, and the input beside what they make: [B, C, H, W] -> [B, C + growth, H, W]."""

    def __init__(self, inputs, growth, inner, groups, factor, groups_3x3):
        super().__init__()
        self.conv_1 = LearnedGroupConv(inputs, inner, groups, factor)
        self.conv_2 = nn.Sequential()
        self.conv_2.add_module("norm", nn.BatchNorm2d(inner))
        self.conv_2.add_module("relu", nn.ReLU())
        self.conv_2.add_module("conv", nn.Conv2d(inner, growth, 3, padding=1, groups=groups_3x3, bias=False))

    def forward(self, x):
        return torch.cat([x, self.conv_2(self.conv_1(x))], 1)


class CondenseNet(nn.Module):
    """Pictures [B, 3, H, W] -> logits [B, classes].

    `stages` layers of `growth` outputs in each dense block, blocks joined by 2x2 averages; each layer is `bottleneck` times its growth wide inside.
    `groups` and `factor` are those of the learned convolutions, `groups_3x3` those of the others. `stride` is 1 for CIFAR, 2 for ImageNet.
    """

    def __init__(self, stages, growth, classes=10, stride=1, *, bottleneck=4, groups=4, factor=None, groups_3x3=4):
        super().__init__()
        channels = 2 * growth[0]
        self.features = nn.Sequential()
        self.features.add_module("init_conv", nn.Conv2d(3, channels, 3, stride, 1, bias=False))
        for index, (count, width) in enumerate(zip(stages, growth, strict=True), 1):
            if index > 1:
                self.features.add_module(f"transition_{index - 1}", nn.AvgPool2d(2))
            block = nn.Sequential()
            for layer in range(1, count + 1):
                block.add_module(f"denselayer_{layer}", DenseLayer(channels, width, bottleneck * width, groups, factor, groups_3x3))
                channels += width
            self.features.add_module(f"denseblock_{index}", block)
        self.features.add_module("norm_last", nn.BatchNorm2d(channels))
        self.features.add_module("relu_last", nn.ReLU())
        self.features.add_module("pool_last", nn.AdaptiveAvgPool2d(1))
        self.classifier = nn.Linear(channels, classes)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))
