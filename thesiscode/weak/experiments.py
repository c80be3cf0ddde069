"""The experiments of Chapter 4: `thesis run weak/NAME`."""

from thesiscode.engine import Experiment

from .tables import weak
from .toyland import WeakSettings

EXPERIMENTS = {
    "toyland": Experiment(
        settings=WeakSettings,
        run=weak,
        scales={
            "smoke": WeakSettings(),
            "colab": WeakSettings(n_train=4000, n_test=1500, max_epochs=30, watch=1000),
        },
        title="Where is it? Training on image labels alone (Tables 4.1 to 4.3)",
    ),
}
