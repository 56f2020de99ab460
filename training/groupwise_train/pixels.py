"""Pixels as networks read them."""

import torch


def normalise_pixels(pixels, mean, std, divisor=255):
    """uint8 [B, C, H, W] -> float (x / divisor - mean) / std, channels last in memory, with C means and deviations."""
    mean, std = (torch.tensor(values, device=pixels.device).view(1, -1, 1, 1) for values in (mean, std))
    return ((pixels.float() / divisor - mean) / std).contiguous(memory_format=torch.channels_last)
