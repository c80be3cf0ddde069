"""Generative adversarial networks: the game, its training, and what a latent space knows (thesis Section 5.2)."""

from .objectives import OBJECTIVES, clip_weights, discriminator_loss, generator_loss, gradient_penalty

__all__ = ["OBJECTIVES", "clip_weights", "discriminator_loss", "generator_loss", "gradient_penalty"]
