"""What `thesis run causal/...` can compute."""

from thesiscode.engine import Experiment

from .benchmark import MethodSettings, methods
from .ncc import NCCSettings, ncc
from .tuebingen import TuebingenSettings, tuebingen

EXPERIMENTS = {
    "ncc": Experiment(
        NCCSettings,
        ncc,
        {"smoke": NCCSettings()},
        "A network that tells cause from effect",
    ),
    "methods": Experiment(
        MethodSettings,
        methods,
        {"smoke": MethodSettings(), "full": MethodSettings(pairs="tuebingen")},
        "Methods for cause and effect on pairs",
    ),
    "tuebingen": Experiment(
        TuebingenSettings,
        tuebingen,
        {
            "smoke": TuebingenSettings(replicas=20, pairs_a_mechanism=12),
            "colab": TuebingenSettings("tuebingen", replicas=10),
            "full": TuebingenSettings("tuebingen"),
        },
        "Ensembles of conditional GANs on cause-effect pairs",
        divisible=True,
    ),
}
