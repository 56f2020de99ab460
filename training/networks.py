"""The networks of test/fixtures/groups."""

from dataclasses import dataclass, field

import torch
from torch import nn

from groupwise_train import AttGen, CondensedConv, DGConv2d, FLGCConv2d, LearnedGroupConv, MaskGen, blocks_of
from msgc_blocks import Basic, Bottleneck, Inverted


@dataclass
class Network:
    """A model, the shape of a sample, and how it is exported: `handmade` are forms of handmade.py.

    `blocks` are the blocks that conversion must find, layer by layer, in the order of the network.
    """

    name: str
    model: nn.Module
    shape: list
    seed: int
    exporters: tuple = ("traced", "dynamo")
    handmade: tuple = ()
    batches: tuple = (1, 2)
    blocks: list = field(default_factory=list)


def settle(model):
    """Random statistics and affine parameters for batch normalisation; evaluation mode."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.6, 1.4)
            nn.init.uniform_(module.bias, -0.4, 0.4)
            nn.init.uniform_(module.running_mean, -0.4, 0.4)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval()


def stem(channels):
    return [nn.Conv2d(3, channels, 3, padding=1), nn.ReLU()]


def head(channels, classes=10):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def assign(logits, groups):
    """Makes the logits [channels, G] choose the given groups; several of one channel tie."""
    nn.init.uniform_(logits, -1, 0)
    for channel, chosen in enumerate(groups):
        logits.data[channel, chosen] = 1.0


def flgc_layers():
    """Uneven groups of three layers; some without inputs, some without outputs, some of one channel."""
    first = FLGCConv2d(24, 32, 1, groups=5)
    assign(first.input_logits, [[0]] * 11 + [[1]] * 7 + [[2]] * 5 + [[3]])
    assign(first.output_logits, [[[0], [1], [2], [4]][n % 4] if n else [3] for n in range(32)])  # 4 has no inputs
    second = FLGCConv2d(32, 17, 3, stride=2, padding=1, groups=4, bias=False)
    assign(second.input_logits, [[[0], [1], [2], [0]][(n * 7) % 4] for n in range(32)])
    assign(second.output_logits, [[0]] * 3 + [[2]] * 14)  # 1 has no outputs, 3 is empty
    third = FLGCConv2d(17, 24, 1, groups=9)
    return first, second, third


def flgc():
    torch.manual_seed(1)
    first, second, third = flgc_layers()
    middle = [nn.BatchNorm2d(32), nn.ReLU6(), second, nn.BatchNorm2d(17), nn.ReLU(), third, nn.ReLU()]
    model = settle(nn.Sequential(*stem(24), first, *middle, *head(24)))
    blocks = [blocks_of(layer.mask()) for layer in (first, second, third)]
    return Network("flgc", model, [3, 9, 8], 100, handmade=("zeros", "branches", "split"), blocks=blocks)


def ties():
    """Channels in two groups: factors of 2, and groups that overlap."""
    torch.manual_seed(2)
    layer = FLGCConv2d(16, 24, 1, groups=3)
    assign(layer.input_logits, [[0, 1] if c < 3 else [c % 3] for c in range(16)])
    assign(layer.output_logits, [[0, 1] if n % 8 == 0 else [n * 3 // 24] for n in range(24)])
    assert layer.mask().max() == 2
    model = settle(nn.Sequential(*stem(16), layer, nn.BatchNorm2d(24), nn.ReLU(), *head(24)))
    return Network("flgc-ties", model, [3, 6, 6], 200)


def even():
    """Two layers of even groups."""
    torch.manual_seed(3)
    first, second = FLGCConv2d(24, 32, 1, groups=4), FLGCConv2d(32, 16, 3, padding=1, groups=2)
    for layer, groups in ((first, 4), (second, 2)):
        outputs, inputs = layer.weight.shape[:2]
        assign(layer.input_logits, [[c * 5 % groups] for c in torch.randperm(inputs).tolist()])
        assign(layer.output_logits, [[n % groups] for n in torch.randperm(outputs).tolist()])
    model = settle(nn.Sequential(*stem(24), first, nn.BatchNorm2d(32), nn.ReLU6(), second, nn.ReLU(), *head(16)))
    blocks = [blocks_of(layer.mask()) for layer in (first, second)]
    return Network("even", model, [3, 7, 7], 300, exporters=(), handmade=("zeros", "branches", "split", "grouped"), blocks=blocks)


class Dense(nn.Module):
    """Its input and what its layer makes of it, side by side."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):  # [B, C, H, W] -> [B, C + N, H, W]
        return torch.cat([x, self.layer(x)], dim=1)


def condense(name, seed, factors):
    """Masked, converted with any batch, and converted with a batch that is written into the shapes."""
    torch.manual_seed(seed)
    sizes = [(16, 16, 4), (32, 24, 4), (24, 32, 2)]
    layers = [LearnedGroupConv(*size, factor) for size, factor in zip(sizes, factors)]
    for layer in layers:
        layer.conv.condense()
    masked = settle(nn.Sequential(*stem(16), Dense(layers[0]), *layers[1:], nn.ReLU(), *head(32)))
    converted = [CondensedConv(layer) for layer in layers]
    model = nn.Sequential(*masked[:2], Dense(converted[0]), *converted[1:], *masked[5:]).eval()
    blocks = [blocks_of(layer.mask) for layer in layers]
    return [
        Network(f"{name}-masked", masked, [3, 6, 7], seed, blocks=blocks),
        Network(f"{name}-converted", model, [3, 6, 7], seed, blocks=blocks),
        Network(f"{name}-fixed", model, [3, 6, 7], seed, batches=(2,), blocks=blocks),
    ]


def condense_few():
    """Groups that together read fewer inputs than there are."""
    _, converted, _ = condense("condense-few", 450, (4, 8, 4))
    converted.blocks = []
    return converted


class ShuffleUnit(nn.Module):
    """ShuffleNet's unit: grouped 1x1, shuffle, depthwise 3x3, grouped 1x1, and the input."""

    def __init__(self, channels, groups):
        super().__init__()
        self.groups = groups
        self.reduce = nn.Sequential(nn.Conv2d(channels, channels, 1, groups=groups, bias=False), nn.BatchNorm2d(channels), nn.ReLU())
        self.deep = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False), nn.BatchNorm2d(channels))
        self.expand = nn.Sequential(nn.Conv2d(channels, channels, 1, groups=groups, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):  # [B, C, H, W] -> [B, C, H, W]
        batch, channels, height, width = x.shape
        y = self.reduce(x).view(batch, self.groups, channels // self.groups, height, width).transpose(1, 2)
        y = self.deep(y.reshape(batch, channels, height, width))
        return torch.relu(x + self.expand(y))


def shuffle():
    torch.manual_seed(5)
    model = settle(nn.Sequential(*stem(24), ShuffleUnit(24, 3), ShuffleUnit(24, 2), *head(24)))
    return Network("shuffle-unit", model, [3, 6, 6], 500)


def dgconv():
    torch.manual_seed(6)
    layers = [DGConv2d(16, 16, 3, padding=1, bias=False), DGConv2d(32, 32, 1), DGConv2d(32, 32, 1, stride=2, bias=False)]
    for layer, gates in zip(layers, ([1, -1, 1, -1], [-1, 1, -1, 1, 1], [-1, -1, 1, -1, 1])):
        layer.gates.data = torch.tensor(gates, dtype=torch.float32)
    first, *others = layers
    model = settle(nn.Sequential(*stem(16), first, nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 1), *others, nn.ReLU(), *head(32)))
    return Network("dgconv", model, [3, 8, 8], 600, blocks=[blocks_of(layer.mask()) for layer in layers])


def open_half(generator, closed=()):
    """Makes a mask generator keep about half of the channels, always channel 0 (z is exactly 0), and none of the heads `closed`."""
    last = generator.conv[3]
    nn.init.normal_(last.weight, std=3)
    nn.init.normal_(last.bias, std=0.2)
    for start in range(0, len(last.bias), generator.channels):
        last.weight.data[start] = 0
        last.bias.data[start] = 0
    for index in closed:
        last.bias.data[index * generator.channels : (index + 1) * generator.channels] = -100


def closed_heads(closed, key):
    """The heads that a block's generator closes: those listed, or the only one if its own name is."""
    if key == "maskgen1":
        return (0,) if key in closed else ()
    return tuple(head for head in closed if head != "maskgen1") if key != "maskgen3" else ()


def msgc(name, seed, blocks, channels, batches=(1, 2)):
    torch.manual_seed(seed)
    model = settle(nn.Sequential(*stem(channels), *[block() for block in blocks], *head(channels)))
    for block in model:
        for key, generator in getattr(block, "named_children", lambda: [])():
            if isinstance(generator, MaskGen):
                open_half(generator, closed_heads(block.closed, key))
            elif isinstance(generator, AttGen):
                nn.init.normal_(generator.conv[3].weight, std=0.5)
    return Network(name, model, [3, 6, 6], seed, batches=batches)


def networks():
    """All of them."""
    inverted = [lambda: Inverted(16, 32, 4), lambda: Inverted(16, 24, 4, closed=(2,))]
    attentive = [lambda: Inverted(16, 24, 4, attention=True), lambda: Inverted(16, 24, 2, attention=True, closed=(0,))]
    basic = [lambda: Basic(8, 4), lambda: Basic(8, 2, attention=True, closed=(1,))]
    bottleneck = [lambda: Bottleneck(16, 8, 4), lambda: Bottleneck(16, 12, 4, attention=True)]
    return [
        flgc(),
        ties(),
        even(),
        *condense("condense", 400, (4, 4, 2)),
        condense_few(),
        shuffle(),
        dgconv(),
        msgc("msgc-mobilenet", 700, inverted, 16),
        msgc("msgc-mobilenet-attention", 710, attentive, 16),
        msgc("msgc-mobilenet-fixed", 720, inverted[:1], 16, batches=(2,)),
        msgc("msgc-basic", 730, basic, 8),
        msgc("msgc-bottleneck", 740, bottleneck, 16),
        msgc("msgc-nothing", 750, [lambda: Basic(8, 4, closed=(0, "maskgen1"))], 8),
    ]
