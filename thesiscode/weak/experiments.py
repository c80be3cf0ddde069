"""The experiments of Chapter 4: `thesis run weak/NAME`."""

from thesiscode.data.names import VOC_CLASSES
from thesiscode.engine import Experiment

from .coco import COCOSettings, weak_coco
from .photographs import PhotographSettings, weak_photographs
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
    "photographs": Experiment(
        settings=PhotographSettings,
        run=weak_photographs,
        scales={
            "smoke": PhotographSettings(),
            "colab": PhotographSettings(
                classes=VOC_CLASSES, side=500, width=2048, max_epochs=20, patience=3, watch=500
            ),
        },
        title="Where is it, in the photographs of Pascal VOC? (Tables 4.1 to 4.3)",
    ),
    "coco": Experiment(
        settings=COCOSettings,
        run=weak_coco,
        scales={"full": COCOSettings()},
        title="Where is it, among the 80 classes of COCO? (Table 4.2, rows j and k)",
    ),
}
