"""Cause or effect? Methods that look at samples of two variables, and how to judge them (thesis Section 5.4)."""

from thesiscode.data.tuebingen import Pair, load_pairs

from .anm import ANMFit, anm, anm_score, fit_anm
from .cgan import CGANSettings, Trained, train_cgans
from .cgan_c2st import Directions, cgan_c2st, judge_directions, typical_points
from .evaluation import (
    DecisionRates,
    accuracy_by_decision_rate,
    always_forward,
    binomial_accuracy,
    bootstrap_accuracy,
    coin,
    effective_size,
    weighted_accuracy,
)
from .hsic import HSICResult, hsic
from .igci import igci
from .mechanisms import MECHANISMS, make_pairs
from .ncc import NCC
from .rcc import RCC
from .synthetic import training_pairs

__all__ = [
    "MECHANISMS",
    "NCC",
    "RCC",
    "ANMFit",
    "CGANSettings",
    "DecisionRates",
    "Directions",
    "HSICResult",
    "Pair",
    "Trained",
    "accuracy_by_decision_rate",
    "always_forward",
    "anm",
    "anm_score",
    "binomial_accuracy",
    "bootstrap_accuracy",
    "cgan_c2st",
    "coin",
    "effective_size",
    "fit_anm",
    "hsic",
    "igci",
    "judge_directions",
    "load_pairs",
    "make_pairs",
    "train_cgans",
    "training_pairs",
    "typical_points",
    "weighted_accuracy",
]
