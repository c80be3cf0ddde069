"""The experiments of Section 5.2: `thesis run gan/NAME`."""

from thesiscode.engine import Experiment

from .critic_study import CriticSettings, critics
from .faces import FaceSettings, faces

EXPERIMENTS = {
    "critics": Experiment(
        settings=CriticSettings,
        run=critics,
        scales={
            "smoke": CriticSettings(),
            "colab": CriticSettings(n_points=1000, steps=4000, width=128),
        },
        title="Does a critic measure a distance? Clipping and the gradient penalty against exact transport (Eq. 5.19)",
    ),
    "faces": Experiment(
        settings=FaceSettings,
        run=faces,
        scales={"smoke": FaceSettings(), "colab": FaceSettings(width=64, epochs=60, n_train=20_000, n_labelled=20_000)},
        title="Ways to draw faces: GANs, a conditional one, autoencoders (Figures 5-1, 5-3 to 5-6)",
    ),
}
