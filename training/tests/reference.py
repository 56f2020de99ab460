"""References that the tests compare with, written with loops from the definitions."""

import torch


def convolve(x, weight, bias=None, stride=1, padding=0, dilation=1, factors=None):
    """conv(x, W) by loops in double precision: [B, C, H, W] -> [B, N, H', W'].

    `factors` [B, N, C], if any, multiply the weights of each sample.
    """
    x, weight = x.double(), weight.double()
    batch, channels, height, width = x.shape
    outputs, _, kernel, _ = weight.shape
    spread = dilation * (kernel - 1) + 1
    rows, columns = ((size + 2 * padding - spread) // stride + 1 for size in (height, width))
    y = torch.zeros(batch, outputs, rows, columns, dtype=torch.float64)
    for b in range(batch):
        for n in range(outputs):
            for i in range(rows):
                for j in range(columns):
                    total = 0.0 if bias is None else bias[n].item()
                    for c in range(channels):
                        for u in range(kernel):
                            for v in range(kernel):
                                row, column = i * stride + u * dilation - padding, j * stride + v * dilation - padding
                                if 0 <= row < height and 0 <= column < width:
                                    factor = 1.0 if factors is None else factors[b, n, c].item()
                                    total += x[b, c, row, column].item() * weight[n, c, u, v].item() * factor
                    y[b, n, i, j] = total
    return y


def slope(function, point, step=1e-6):
    """The gradient of a scalar function at `point` (double) by central differences."""
    gradient = torch.zeros_like(point)
    for index in range(point.numel()):
        ends = []
        for sign in (1, -1):
            moved = point.clone()
            moved.view(-1)[index] += sign * step
            ends.append(function(moved).item())
        gradient.view(-1)[index] = (ends[0] - ends[1]) / (2 * step)
    return gradient
