"""The experiments of Chapter 2: `thesis run history/NAME`."""

from thesiscode.engine import Experiment

from .pipelines_zoo import JointSettings, SegmentationSettings, joints, segmentation
from .pretexts import PretextSettings, pretexts
from .reading import ReaderSettings, read_digits

EXPERIMENTS = {
    "digit-strings": Experiment(
        settings=ReaderSettings,
        run=read_digits,
        scales={"smoke": ReaderSettings()},
        title="Strings of digits, read without being told where one digit ends",
    ),
    "joints": Experiment(
        settings=JointSettings,
        run=joints,
        scales={"smoke": JointSettings(), "colab": JointSettings(n_train=10_000, epochs=30)},
        title="Joints as coordinates and as heat maps (Figures 2-42 to 2-47)",
    ),
    "pretexts": Experiment(
        settings=PretextSettings,
        run=pretexts,
        scales={
            "smoke": PretextSettings(),
            "colab": PretextSettings(n_images=12_000, steps=5000, whole_steps=1000, draws=6, n_test=1000),
        },
        title="What is a free task worth? Context, colours, labels and nothing (Figures 2-57 and 2-58)",
    ),
    "segmentation": Experiment(
        settings=SegmentationSettings,
        run=segmentation,
        scales={"smoke": SegmentationSettings(), "colab": SegmentationSettings(n_train=4000, epochs=20)},
        title="A class for every pixel, with skips and without (Figure 2-40)",
    ),
}
