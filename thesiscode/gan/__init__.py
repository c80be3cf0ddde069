"""Generative adversarial networks: the game, its training, and what a latent space knows (thesis Section 5.2)."""

from .autoencoders import Autoencoder, Encoded, autoencoder_loss, gradient_energy
from .critics import CriticDistance, critic_distance, critic_distances, critic_slopes
from .game import DCGAN, R3GAN, WGAN, WGAN_GP, Game, Round
from .latent import attribute_code, coverage, interpolate, nearest_images
from .objectives import (
    OBJECTIVES,
    clip_weights,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    zero_centred_penalty,
)
from .training import train_gan

__all__ = [
    "DCGAN",
    "OBJECTIVES",
    "R3GAN",
    "WGAN",
    "WGAN_GP",
    "Autoencoder",
    "CriticDistance",
    "Encoded",
    "Game",
    "Round",
    "attribute_code",
    "autoencoder_loss",
    "clip_weights",
    "coverage",
    "critic_distance",
    "critic_distances",
    "critic_slopes",
    "discriminator_loss",
    "generator_loss",
    "gradient_energy",
    "gradient_penalty",
    "interpolate",
    "nearest_images",
    "train_gan",
    "zero_centred_penalty",
]
