import numpy as np
import pytest

from thesiscode.data.toyland.classes import TARGETS
from thesiscode.data.toyland.contexts import (
    CONTEXTS,
    HORIZON,
    P_CONTEXT,
    class_given_context,
    context_given_class,
    draw_background,
)


def test_table_is_a_distribution_for_each_target():
    assert set(P_CONTEXT) == set(TARGETS) and len(P_CONTEXT) == 12
    assert set(HORIZON) == set(CONTEXTS)
    for name in P_CONTEXT:
        row = context_given_class(name)
        assert row.shape == (5,) and np.isclose(row.sum(), 1) and row.min() >= 0.02


@pytest.mark.parametrize(
    ("name", "context"),
    [("aeroplane", "sky"), ("boat", "sea"), ("car", "street"), ("sheep", "meadow"), ("chair", "room")],
)
def test_classes_are_mostly_where_they_belong(name, context):
    assert CONTEXTS[np.argmax(context_given_class(name))] == context
    assert context_given_class(name).max() > 0.5


def test_bayes_rule_gives_back_the_table():
    p_context = np.mean([context_given_class(name) for name in P_CONTEXT], axis=0)
    joint = np.stack([class_given_context(context) for context in CONTEXTS], axis=1) * p_context
    assert np.allclose(joint.sum(axis=1), 1 / 12)
    assert np.allclose(joint * 12, np.array(list(P_CONTEXT.values())))


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("size", [(144, 108), (96, 144), (16, 16), (301, 77)])
def test_background_fills_the_frame_and_follows_its_generator(context, size):
    one, same, other = (draw_background(context, *size, np.random.default_rng(k)) for k in (0, 0, 1))
    assert one.shape == (size[1], size[0], 3)
    assert np.array_equal(one, same) and not np.array_equal(one, other)
    assert one.std() > 5


def test_a_mean_colour_does_not_tell_the_place():
    # Each place comes in nearly all colours, so that a classifier of scenes cannot live on the background's colour.
    def colour(context, k):
        return draw_background(context, 144, 108, np.random.default_rng(k)).reshape(-1, 3).mean(0)

    def colours(seeds):
        return np.array([[colour(context, k) for k in seeds] for context in CONTEXTS])

    centres, held_out = colours(range(40)).mean(1), colours(range(100, 140))
    nearest = np.linalg.norm(held_out[:, :, None] - centres, axis=-1).argmin(-1)
    assert (nearest == np.arange(5)[:, None]).mean() < 0.5  # chance is 0.2


def test_errors_name_what_came():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="context is 'moon'; expected one of sky, sea"):
        draw_background("moon", 144, 108, rng)
    with pytest.raises(ValueError, match="'moon'"):
        class_given_context("moon")
    with pytest.raises(ValueError, match="15 x 108"):
        draw_background("sky", 15, 108, rng)
    with pytest.raises(ValueError, match="name is 'unicorn'; expected one of the target classes"):
        context_given_class("unicorn")
