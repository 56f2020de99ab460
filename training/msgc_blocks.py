"""Residual blocks with MSGC, as github.com/hellozhuo/msgc (models/*.py) builds them. `closed` names heads that keep nothing."""

import torch
from torch import nn

from groupwise_train import AttGen, MaskGen, MSGCConv2d


class Inverted(nn.Module):
    """MobileNetV2's block with MSGC in the projection."""

    def __init__(self, channels, hidden, heads, attention=False, closed=()):
        super().__init__()
        self.expand = nn.Sequential(nn.Conv2d(channels, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6())
        self.deep = nn.Sequential(nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6())
        self.maskgen = MaskGen(channels, hidden, heads)
        self.attgen = AttGen(channels, hidden, heads) if attention else None
        self.project = MSGCConv2d(hidden, channels, 1, heads=heads, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.closed = closed

    def forward(self, x):  # [B, C, H, W] -> [B, C, H, W]
        context = nn.functional.adaptive_avg_pool2d(x, 1)
        attention = self.attgen(context) if self.attgen else None
        return x + self.norm(self.project(self.deep(self.expand(x)), self.maskgen(context), attention))


class Basic(nn.Module):
    """ResNet's basic block with MSGC: one head before the first convolution, several before the second."""

    def __init__(self, channels, heads, attention=False, closed=()):
        super().__init__()
        self.maskgen1, self.maskgen2 = MaskGen(channels, channels, 1), MaskGen(channels, channels, heads)
        self.attgen1 = AttGen(channels, channels, 1) if attention else None
        self.attgen2 = AttGen(channels, channels, heads) if attention else None
        self.conv1, self.norm1 = MSGCConv2d(channels, channels, 3, padding=1, heads=1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.norm2 = MSGCConv2d(channels, channels, 3, padding=1, heads=heads, bias=False), nn.BatchNorm2d(channels)
        self.closed = closed

    def forward(self, x):  # [B, C, H, W] -> [B, C, H, W]
        context = nn.functional.adaptive_avg_pool2d(x, 1)
        first, second = [gen(context) if gen else None for gen in (self.attgen1, self.attgen2)]
        y = torch.relu(self.norm1(self.conv1(x, self.maskgen1(context), first)))
        return torch.relu(x + self.norm2(self.conv2(y, self.maskgen2(context), second)))


class Bottleneck(nn.Module):
    """ResNet's bottleneck with MSGC: one head before either 1x1, several before the 3x3."""

    def __init__(self, channels, width, heads, attention=False, closed=()):
        super().__init__()
        self.maskgen1, self.maskgen2 = MaskGen(channels, channels, 1, 8), MaskGen(channels, width, heads, 8)
        self.maskgen3 = MaskGen(channels, width, 1, 8)
        self.attgen2 = AttGen(channels, width, heads, 8) if attention else None
        self.conv1, self.norm1 = MSGCConv2d(channels, width, 1, heads=1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.norm2 = MSGCConv2d(width, width, 3, padding=1, heads=heads, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.norm3 = MSGCConv2d(width, channels, 1, heads=1, bias=False), nn.BatchNorm2d(channels)
        self.closed = closed

    def forward(self, x):  # [B, C, H, W] -> [B, C, H, W]
        context = nn.functional.adaptive_avg_pool2d(x, 1)
        attention = self.attgen2(context) if self.attgen2 else None
        y = torch.relu(self.norm1(self.conv1(x, self.maskgen1(context))))
        y = torch.relu(self.norm2(self.conv2(y, self.maskgen2(context), attention)))
        return torch.relu(x + self.norm3(self.conv3(y, self.maskgen3(context))))
