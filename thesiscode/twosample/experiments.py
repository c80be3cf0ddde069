"""The experiments of Section 5.3: `thesis run twosample/NAME`."""

from dataclasses import replace

from thesiscode.engine import Experiment

from .calibration import CalibrationSettings, calibration
from .errors import ErrorSettings, two_sample_errors
from .zoo import ZooSettings, gan_zoo

THESIS = ZooSettings(
    size=64,
    widths=(32, 64, 96),
    epochs=(1, 10, 50, 100, 200),
    n_train=100_000,
    n_test=10_000,
    features=("resnet34",),
    critic_width=64,
)
"""The zoo of Appendix C, for a GPU; the features need the weights of ResNet-34."""
COLAB = replace(
    THESIS,
    widths=(32, 64),
    epochs=(1, 5, 20),
    n_train=20_000,
    n_test=5_000,
    features=("toyland",),
    critic_width=32,
)
LFW = ZooSettings(images="lfw", size=64, widths=(16,), epochs=(1, 5, 20), n_train=2176, n_test=500)
"""For the small grey crops of LFW, of which there are 3,198."""

EXPERIMENTS = {
    "faces": Experiment(
        settings=ZooSettings,
        run=gan_zoo,
        scales={"smoke": ZooSettings(), "colab": COLAB, "full": THESIS},
        title="A zoo of GANs of drawn faces, judged by two-sample tests (Table C.2)",
    ),
    "bedrooms": Experiment(
        settings=ZooSettings,
        run=gan_zoo,
        scales={
            name: replace(settings, images="bedrooms")
            for name, settings in (("smoke", ZooSettings()), ("colab", COLAB), ("full", THESIS))
        },
        title="A zoo of GANs of drawn bedrooms, judged by two-sample tests (Table C.1)",
    ),
    "lfw": Experiment(
        settings=ZooSettings,
        run=gan_zoo,
        scales={"smoke": LFW, "full": replace(THESIS, images="lfw", n_train=9_000, n_test=2_000)},
        title="GANs of the photographs of Labeled Faces in the Wild (Table C.2)",
    ),
    "lsun": Experiment(
        settings=ZooSettings,
        run=gan_zoo,
        scales={"full": replace(THESIS, images="lsun", n_train=300_000)},
        title="The zoo of GANs of LSUN's bedrooms (Table C.1)",
    ),
    "errors": Experiment(
        settings=ErrorSettings,
        run=two_sample_errors,
        scales={
            "smoke": ErrorSettings(),
            "colab": ErrorSettings(
                repetitions=500,
                sizes=(50, 100, 200, 500, 1000, 2000, 5000),
                degrees=(1, 2, 3, 5, 10, 20),
                sinusoid_sizes=(50, 100, 200, 500, 1000, 2000),
                quadratic_most=1000,
            ),
            "full": ErrorSettings(
                repetitions=1000,
                sizes=(50, 100, 200, 500, 1000, 2000, 5000, 10000),
                degrees=(1, 2, 3, 5, 10, 15, 20),
                sinusoid_sizes=(50, 100, 200, 500, 1000, 2000, 5000),
                sinusoid_size=1000,
                quadratic_most=2000,
            ),
        },
        title="How often do two-sample tests err?",
    ),
    "calibration": Experiment(
        settings=CalibrationSettings,
        run=calibration,
        scales={
            "smoke": CalibrationSettings(),
            "colab": CalibrationSettings(),
            "full": CalibrationSettings(repetitions=2000, quadratic_most=2000),
        },
        title="Do two-sample tests keep their level?",
    ),
}
