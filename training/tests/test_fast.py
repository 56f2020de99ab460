"""The network that trains fast, its whitening and its optimizer."""

import pytest
import torch
from tiny_recipe import TINY

from groupwise_train import FastNet, FLGCConv2d, MSGCConv2d, count_macs, from_conv
from groupwise_train.cifar10.muon import Muon, orthogonalise
from groupwise_train.cifar10.optimizers import make_optimizers, rate_factor
from groupwise_train.cifar10.recipe import Recipe


def test_whitened_patches_are_uncorrelated_with_unit_variance():
    pictures = torch.randn(40, 3, 32, 32)
    pictures = pictures + 2 * torch.nn.functional.avg_pool2d(pictures, 3, 1, 1) + pictures.mean(1, keepdim=True)
    network = FastNet(0.25)
    network.whiten(pictures)
    responses = torch.nn.functional.conv2d(pictures, network.stem.weight[:12]).transpose(0, 1).flatten(1).double()
    covariance = responses @ responses.T / responses.shape[1]
    torch.testing.assert_close(covariance, torch.eye(12, dtype=torch.float64), atol=0.02, rtol=0)
    assert torch.equal(network.stem.weight[12:], -network.stem.weight[:12])
    assert not network.stem.weight.requires_grad and network.stem.bias.requires_grad


def test_width_and_depth_set_the_channels_and_the_convolutions():
    wide = FastNet(width=0.75, depth=2, classes=7)
    assert wide(torch.randn(2, 3, 32, 32)).shape == (2, 7)
    assert [stage.enter[0].out_channels for stage in wide.stages] == [48, 96, 192]
    assert [len(stage.residuals) for stage in wide.stages] == [2, 2, 2]
    pixels, stages = (31, 15, 7, 3), ((24, 48), (48, 96), (96, 192))
    macs = 12 * 24 * 31**2 + 192 * 7
    for index, (inputs, outputs) in enumerate(stages):
        macs += 9 * inputs * outputs * pixels[index] ** 2 + 2 * 9 * outputs**2 * pixels[index + 1] ** 2
    assert count_macs(wide) == macs


@pytest.mark.parametrize(("rows", "columns"), [(8, 40), (40, 8), (16, 16)])
def test_steps_of_muon_have_singular_values_near_one(rows, columns):
    torch.manual_seed(rows)
    x = torch.randn(3, rows, columns)
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    made = orthogonalise(x)
    values = torch.einsum("gni,gnk,gik->gi", u, made, v)
    torch.testing.assert_close(u @ torch.diag_embed(values) @ v, made, atol=1e-4, rtol=1e-3)  # the same vectors
    assert values[:, : min(rows, columns) // 2].sub(1).abs().max() < 0.5


def test_muon_takes_the_groups_of_a_convolution_one_by_one():
    torch.manual_seed(2)
    grouped = torch.nn.Conv2d(8, 12, 3, groups=2, bias=False)
    halves = [torch.nn.Conv2d(4, 6, 3, bias=False) for _ in range(2)]
    gradient = torch.randn_like(grouped.weight)
    for index, conv in enumerate([grouped, *halves]):
        conv.weight.grad = gradient.clone() if index == 0 else gradient[6 * index - 6 : 6 * index].clone()
    before = grouped.weight.detach().clone()
    Muon([grouped], lr=0.1).step()
    expected = torch.cat([orthogonalise(1.6 * half.weight.grad.reshape(1, 6, -1))[0] for half in halves])
    start = before * 12**0.5 / before.norm()
    torch.testing.assert_close(grouped.weight, start - 0.1 * expected.view_as(start), atol=1e-5, rtol=1e-4)
    assert Muon([from_conv(torch.nn.Conv2d(4, 8, 3), MSGCConv2d, heads=4)], lr=0.1).param_groups[0]["matrices"] == 1


def test_muon_trains_convolutions_and_sgd_the_rest():
    network = FastNet(0.25)
    network.stages[1].enter[0] = from_conv(network.stages[1].enter[0], FLGCConv2d, groups=2)
    sgd, muon = make_optimizers(network, TINY)
    by_muon = {value for group in muon.param_groups for value in group["params"]}
    by_sgd = {value for group in sgd.param_groups for value in group["params"]}
    assert by_muon == {module.weight for module in network.stages.modules() if isinstance(module, torch.nn.Conv2d)}
    assert by_muon | by_sgd == {value for value in network.parameters() if value.requires_grad}
    assert not by_muon & by_sgd


def test_one_cycle_rises_to_the_peak_and_falls_to_zero():
    recipe = Recipe(warm_up=0.25)
    factors = [rate_factor(recipe, progress) for progress in (0.0, 0.125, 0.25, 0.625, 1.0)]
    assert factors == pytest.approx([0.05, 0.525, 1.0, 0.5, 0.0])
