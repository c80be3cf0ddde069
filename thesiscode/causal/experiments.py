"""What `thesis run causal/...` can compute."""

from thesiscode.engine import Experiment

from .benchmark import MethodSettings, methods
from .ncc import NCCSettings, ncc
from .strings import StringsSettings, strings
from .tuebingen import TuebingenSettings, tuebingen

EXPERIMENTS = {
    "strings": Experiment(
        StringsSettings,
        strings,
        {
            "smoke": StringsSettings(),
            "colab": StringsSettings(
                size=64,
                width=32,
                batch_size=64,
                n_train=10_000,
                epochs=(40, 40, 20),
                rate=2.0,
                n_pendulums=5000,
                pose_width=24,
            ),
            "full": StringsSettings(
                size=64,
                width=64,
                batch_size=64,
                n_train=10_000,
                n_test=2000,
                epochs=(25, 25, 12),
                rate=1.0,
                n_pendulums=10_000,
                pendulum_epochs=25,
                pose_width=32,
                pose_epochs=15,
            ),
        },
        "Can a GAN learn the strings? Three trainings on a marionette, one on pendulums (Figures 5-12, 5-14)",
    ),
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
