"""What the drawings of the game and of critics must say."""

import numpy as np

from thesiscode.viz import gan_critics, gan_game


def texts(figure):
    return " ".join(t.get_text() for ax in figure.axes for t in ax.texts)


def test_the_diagram_names_both_players_and_both_gradients():
    said = texts(gan_game.the_game())
    for word in ("noise z", "generator g", "discriminator d", "g(z)", "real sample", "gradient 1", "gradient 2"):
        assert word in said


def test_the_field_draws_points_and_arrows_of_one_length():
    rng = np.random.default_rng(0)
    fake, push = rng.normal(size=(20, 2)), rng.normal(size=(5, 2)) * 100
    figure = gan_game.field(rng.uniform(size=(9, 9)), 3, rng.normal(size=(30, 2)), fake, push, "step 3")
    (arrows,) = [c for c in figure.axes[0].collections if hasattr(c, "U")]
    np.testing.assert_allclose(np.hypot(arrows.U, arrows.V), 1, rtol=1e-6)
    assert figure.axes[0].get_title(loc="left") == "step 3"


def test_every_setting_has_its_panel():
    curves = {"even": [1, 2, 8], "uneven": [0, 1, 1]}
    figure = gan_game.modes([0, 10, 20], curves, 8)
    assert [ax.get_title(loc="left") for ax in figure.axes] == list(curves)
    figure = gan_game.clouds({name: np.zeros((4, 2)) for name in "abcd"}, np.ones((4, 2)), 3)
    assert [ax.get_title(loc="left") for ax in figure.axes] == list("abcd")


def test_scatter_plots_hold_every_pair_and_seed():
    exact = np.arange(1.0, 7).reshape(2, 3)
    found = {"clip 0.1": 100 * exact, "penalty 10": exact + 0.1}
    figure = gan_critics.estimates(exact, found, {"clip 0.1": 1.0, "penalty 10": 0.5})
    shown = [ax for ax in figure.axes if ax.collections]
    assert [len(ax.collections[0].get_offsets()) for ax in shown] == [6, 6]
    assert [ax.get_title(loc="left") for ax in shown] == ["clip 0.1: 1.00", "penalty 10: 0.50"]
    assert [len(ax.lines) for ax in shown] == [0, 1]  # only a penalty's values have a scale to be equal on


def test_the_guide_of_a_power_starts_in_the_middle():
    limits = [0.01, 0.1, 1.0]
    figure = gan_critics.by_limit(limits, {"a": [1e-4, 0.1, 100.0], "b": [1e-2, 10.0, 1e4]}, 3)
    guide = figure.axes[0].lines[-1].get_ydata()
    np.testing.assert_allclose(guide, [1e-3, 1.0, 1e3])
