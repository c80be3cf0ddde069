"""Distances between distributions: divergences, transport and what they prefer (thesis Section 5.5, Appendix D)."""

from .closed_forms import gaussian_kl, gaussian_w2, uniform_js, uniform_kl, uniform_w
from .divergences import JSTerms, js, js_terms, kl
from .fits import (
    ParameterGrid,
    RectangleFit,
    fit_discrete_emd,
    fit_emd,
    fit_js,
    fit_kl,
    fit_likelihood,
    fit_masses,
    js_values,
    smallest_cover,
)
from .grid_transport import sinkhorn_grid
from .grids import Grid, simpson_weights
from .ica import best_angle, excess_kurtosis, fastica_angle, kurtosis_angle
from .images import all_distances, feature_distance, fooled, pixel_distance, translated, transport_distance
from .least_work import Search, ground_cost, least_work
from .mixture_fits import OBJECTIVES, Fit, Mixture, fit_gaussian, normal_points
from .neural import (
    NeuralDistance,
    best_discriminator,
    divergence_reached,
    f_divergence,
    neural_distance,
    neural_distances,
)
from .parzen import cell_centres, parabola_density, parzen, parzen_masses, sample_parabola
from .potentials import Agreement, Potential, agreement, euclidean, exact_potential, lipschitz_constant
from .profiles import profiles
from .rectangle import Candidates, Rectangle, directions, rectangle_masses
from .sinkhorn import sinkhorn, sinkhorn_divergence
from .transport import NotConverged, Transport, c_transform, emd, ground_distance, kantorovich, wasserstein

__all__ = [
    "OBJECTIVES",
    "Agreement",
    "Candidates",
    "Fit",
    "Grid",
    "JSTerms",
    "Mixture",
    "NeuralDistance",
    "NotConverged",
    "ParameterGrid",
    "Potential",
    "Rectangle",
    "RectangleFit",
    "Search",
    "Transport",
    "agreement",
    "all_distances",
    "best_angle",
    "best_discriminator",
    "c_transform",
    "cell_centres",
    "directions",
    "divergence_reached",
    "emd",
    "euclidean",
    "exact_potential",
    "excess_kurtosis",
    "f_divergence",
    "fastica_angle",
    "feature_distance",
    "fit_discrete_emd",
    "fit_emd",
    "fit_gaussian",
    "fit_js",
    "fit_kl",
    "fit_likelihood",
    "fit_masses",
    "fooled",
    "gaussian_kl",
    "gaussian_w2",
    "ground_cost",
    "ground_distance",
    "js",
    "js_terms",
    "js_values",
    "kantorovich",
    "kl",
    "kurtosis_angle",
    "least_work",
    "lipschitz_constant",
    "neural_distance",
    "neural_distances",
    "normal_points",
    "parabola_density",
    "parzen",
    "parzen_masses",
    "pixel_distance",
    "profiles",
    "rectangle_masses",
    "sample_parabola",
    "simpson_weights",
    "sinkhorn",
    "sinkhorn_divergence",
    "sinkhorn_grid",
    "smallest_cover",
    "translated",
    "transport_distance",
    "uniform_js",
    "uniform_kl",
    "uniform_w",
    "wasserstein",
]
