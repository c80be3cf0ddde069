"""Colourisation: Lab, bins, weights and the annealed mean."""

import cv2
import numpy as np
import pytest
import torch

from thesiscode.history import (
    ColourNet,
    annealed_mean,
    colour_grid,
    colour_in,
    lightness_input,
    palette,
    quantise,
    rarity_weights,
    to_lab,
    to_rgb,
)

COLOURS = torch.randint(256, (3, 3, 16, 16), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def test_lab_has_its_known_values_and_goes_back():
    white, grey, red = torch.tensor([[255, 255, 255], [119, 119, 119], [255, 0, 0]], dtype=torch.uint8)
    lab = to_lab(torch.stack([white, grey, red])[:, :, None, None])[..., 0, 0]
    np.testing.assert_allclose(lab[0], [100, 0, 0], atol=0.1)
    np.testing.assert_allclose(lab[1, 1:], [0, 0], atol=0.1)
    np.testing.assert_allclose(lab[2], [53.2, 80.1, 67.2], atol=0.3)
    np.testing.assert_allclose(to_rgb(to_lab(COLOURS)), COLOURS / 255, atol=5e-3)
    image = COLOURS[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(
        to_lab(COLOURS)[0].permute(1, 2, 0), cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), atol=1e-4
    )


def test_the_input_knows_lightness_only():
    x = lightness_input(COLOURS)
    assert x.shape == COLOURS.shape and x.min() >= -1 and x.max() <= 1
    assert torch.equal(x[:, 0], x[:, 1]) and torch.equal(x[:, 0], x[:, 2])


def test_true_colours_on_a_full_grid_give_the_image_back():
    full = colour_grid(COLOURS, 16)
    np.testing.assert_allclose(colour_in(COLOURS, full), COLOURS / 255, atol=5e-3)


def test_bins_are_nearest_and_rare_ones_are_dropped():
    colours = torch.tensor([[0.0, 1.0], [16.0, -15.0], [100.0, 100.0]]).repeat_interleave(
        torch.tensor([600, 399, 1]), dim=0
    )
    maps = colours.T.reshape(1, 2, 10, 100)
    centres = palette(maps, share=0.01)
    assert centres.tolist() == [[0, 0], [16, -16]]
    bins = quantise(maps, centres).flatten()
    assert torch.equal(bins[:999], torch.tensor([0, 1]).repeat_interleave(torch.tensor([600, 399])))
    with pytest.raises(ValueError, match=r"share: expected one that some bin reaches, got 0\.9"):
        palette(maps, share=0.9)


def test_weights_have_mean_one_and_favour_rare_bins():
    targets = torch.tensor([0] * 90 + [1] * 10).reshape(1, 10, 10)
    weights = rarity_weights(targets, 3)
    share = torch.tensor([0.9, 0.1, 0.0])
    assert torch.isclose((share * weights).sum(), torch.tensor(1.0))
    assert weights[2] > weights[1] > weights[0]
    torch.testing.assert_close(weights[1] / weights[0], torch.tensor((0.45 + 1 / 6) / (0.05 + 1 / 6)))
    torch.testing.assert_close(rarity_weights(targets, 2, mix=1.0), torch.ones(2))


def test_temperature_goes_from_the_mean_to_the_likeliest():
    centres = torch.tensor([[60.0, 40.0], [20.0, -60.0]])
    scores = torch.tensor([0.6, 0.4]).log()[None, :, None, None] + 3  # scores are known up to a constant
    mean = annealed_mean(scores, centres, temperature=1.0).flatten()
    torch.testing.assert_close(mean, torch.tensor([0.6, 0.4]) @ centres)
    torch.testing.assert_close(annealed_mean(scores, centres, temperature=0.01).flatten(), centres[0])
    with pytest.raises(ValueError, match="temperature: expected a number above 0, got 0"):
        annealed_mean(scores, centres, temperature=0.0)


def test_the_network_gives_a_distribution_for_each_place():
    trunk = torch.nn.Conv2d(3, 5, 3, stride=4)
    net = ColourNet(trunk, 5, torch.zeros(7, 2), generator=torch.Generator().manual_seed(0))
    assert net(torch.zeros(2, 3, 64, 64)).shape == (2, 7, 8, 8)
    assert "centres" in net.state_dict()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: rarity_weights(torch.zeros(1, 2, 2).long(), 3, mix=0.0),
            r"mix: expected a share in \(0, 1\], got 0.0",
        ),
        (
            lambda: rarity_weights(torch.zeros(1, 2, 2).long(), 3, mix=1.5),
            r"mix: expected a share in \(0, 1\], got 1.5",
        ),
        (lambda: rarity_weights(torch.zeros(0, 2, 2).long(), 3), r"targets: expected at least one, each in \[0, 3\)"),
        (lambda: rarity_weights(torch.full((1, 2, 2), 3), 3), r"targets: .* each in \[0, 3\), got \[3\]"),
        (lambda: rarity_weights(torch.full((1, 2, 2), -1), 3), r"targets: .* each in \[0, 3\), got \[-1\]"),
        (lambda: palette(torch.zeros(0, 2, 4, 4)), r"colours: expected at least one, got \(0, 2, 4, 4\)"),
        (lambda: palette(torch.full((1, 2, 1, 1), torch.nan)), "colours: expected finite values, got 2 that are not"),
        (
            lambda: quantise(torch.full((1, 2, 1, 1), torch.inf), torch.zeros(3, 2)),
            "colours: expected finite values, got 2 that are not",
        ),
        (
            lambda: quantise(torch.zeros(1, 2, 1, 1), torch.full((3, 2), torch.nan)),
            "centres: expected finite values, got 6 that are not",
        ),
        (lambda: quantise(torch.zeros(1, 2, 1, 1), torch.zeros(0, 2)), r"centres: expected at least one, got \(0, 2\)"),
    ],
)
def test_bad_input(unchecked, call, message):
    with pytest.raises(ValueError, match=message):
        call()
