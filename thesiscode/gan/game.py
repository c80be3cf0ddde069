"""The rules of an adversarial training, as published, and what an epoch of it came to (thesis Section 5.2.1)."""

import math
from dataclasses import dataclass

from thesiscode.engine.checks import COUNT, FROM_0, NOT_NEGATIVE, check_settings, one_of

from .objectives import OBJECTIVES


@dataclass(frozen=True)
class Game:
    """The rules of a training. The defaults are those of Radford et al. (2016), which the thesis' GANs follow."""

    objective: str = "non-saturating"
    """non-saturating, saturating, wasserstein or relativistic; see `gan.generator_loss`"""
    optimizer: str = "adam"
    """adam or rmsprop"""
    learning_rate: float = 2e-4
    """of both players"""
    betas: tuple[float, float] = (0.5, 0.999)
    """of Adam: how much its means remember"""
    batch_size: int = 64
    """real images in a step, and generated ones"""
    epochs: int = 25
    """passes over the real images"""
    critic_steps: int = 1
    """steps of the discriminator for one of the generator"""
    long_steps: int = 0
    """so many for each of the generator's first 25 steps, and for every 500th; 0: `critic_steps` there too"""
    clip: float = 0.0
    """limit of the discriminator's weights; 0: none"""
    penalty: float = 0.0
    """weight of the gradient penalty; 0: none"""
    penalty_at: str = "between"
    """between: slopes of 1 between real and generated images; ends: slopes of 0 at both, the mean of R1 and R2"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            objective=one_of(*OBJECTIVES),
            optimizer=one_of("adam", "rmsprop"),
            learning_rate=(lambda x: 0 < x < math.inf, "a finite number above 0"),
            betas=(lambda x: 0 <= x < 1, "shares in [0, 1)"),
            batch_size=COUNT,
            epochs=COUNT,
            critic_steps=COUNT,
            long_steps=FROM_0,
            clip=NOT_NEGATIVE,
            penalty=NOT_NEGATIVE,
            penalty_at=one_of("between", "ends"),
        )

    def steps_of_critic(self, step: int) -> int:
        """How many steps the discriminator makes before step `step` of the generator, counted from 0."""
        return self.long_steps if self.long_steps and (step < 25 or step % 500 == 0) else self.critic_steps


DCGAN = Game()
"""As in the code of Radford et al. (2016)."""
WGAN = Game("wasserstein", "rmsprop", 5e-5, critic_steps=5, long_steps=100, clip=0.01)
"""As in the code of Arjovsky et al. (2017)."""
WGAN_GP = Game("wasserstein", learning_rate=1e-4, betas=(0.0, 0.9), critic_steps=5, penalty=10.0)
"""As in Gulrajani et al. (2017)."""
R3GAN = Game("relativistic", betas=(0.0, 0.99), penalty=1.0, penalty_at="ends")
"""The loss and the penalties of Huang et al. (2024), without their networks, schedules and averages of weights."""


@dataclass(frozen=True)
class Round:
    """What one epoch came to: the mean losses of both players (nan for a generator that made no step), how many steps
    the generator has made so far, and how many the discriminator has made since the last of them."""

    number: int
    discriminator_loss: float
    generator_loss: float
    steps: int
    waiting: int = 0
