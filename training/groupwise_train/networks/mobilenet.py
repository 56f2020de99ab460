"""MobileNetV2 (Sandler et al., CVPR 2018) for pictures of 32 x 32."""

from torch import nn

from ..checks import check_integer, check_number, named_options
from ..layers.msgc import MSGCConv2d, average_pool

# expansion, outputs at width 1, blocks, stride of the first; the CIFAR-10 form of github.com/kuangliu/pytorch-cifar
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 1),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def scale_channels(channels, width):
    """channels * width, rounded to a multiple of 8, at least 8."""
    return max(8, int(channels * width + 4) // 8 * 8)


def conv_unit(inputs, outputs, kernel=1, stride=1, groups=1, clip=True):
    """Convolution, BN and, with `clip`, ReLU6."""
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers = [conv, nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, nn.ReLU6(inplace=True)) if clip else nn.Sequential(*layers)


class InvertedResidual(nn.Module):
    """Expansion 1x1 (none for a factor of 1), depthwise 3x3, projection 1x1, and a shortcut if the stride is 1.

    The shortcut is the input, or a 1x1 convolution of it if the numbers of channels differ. An MSGC projection gets the
    average of the block's input as the context of its masks.
    """

    def __init__(self, inputs, outputs, expansion, stride):
        super().__init__()
        hidden = inputs * expansion
        self.expand = conv_unit(inputs, hidden) if expansion > 1 else nn.Identity()
        self.depthwise = conv_unit(hidden, hidden, 3, stride, hidden)
        self.project = conv_unit(hidden, outputs, clip=False)
        self.shortcut = None
        if stride == 1:
            self.shortcut = nn.Identity() if inputs == outputs else conv_unit(inputs, outputs, clip=False)

    def forward(self, x):
        """[B, C, H, W] -> [B, N, H', W']."""
        y = self.depthwise(self.expand(x))
        conv, norm = self.project
        y = norm(conv(y, context=average_pool(x)) if isinstance(conv, MSGCConv2d) else conv(y))
        return y if self.shortcut is None else y + self.shortcut(x)


class MobileNetV2(nn.Module):
    """Pictures [B, 3, 32, 32] -> logits [B, classes].

    `width` scales the channels, including the last 1280. `early_stride` is the stride of the second stage: 1 as
    published for CIFAR-10, or 2 as for ImageNet, which takes a third of the MACs. Raises TypeError or ValueError for
    other arguments.
    """

    @named_options
    def __init__(self, width=1.0, classes=10, early_stride=1):
        super().__init__()
        check_number("width", width, 0.01)
        check_integer("classes", classes, 1)
        check_integer("early_stride", early_stride, 1, 2)
        channels = scale_channels(32, width)
        self.stem = conv_unit(3, channels, 3)
        blocks = []
        for stage, (expansion, base, count, stride) in enumerate(STAGES):
            first = early_stride if stage == 1 else stride
            for index in range(count):
                outputs = scale_channels(base, width)
                blocks.append(InvertedResidual(channels, outputs, expansion, first if index == 0 else 1))
                channels = outputs
        self.blocks = nn.Sequential(*blocks)
        last = scale_channels(1280, width)
        self.last = conv_unit(channels, last)
        self.classifier = nn.Linear(last, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, 0, 0.01)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        """[B, 3, 32, 32] -> [B, classes]."""
        return self.classifier(self.last(self.blocks(self.stem(x))).mean((2, 3)))
