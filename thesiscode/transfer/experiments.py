"""The experiments of Chapter 3: `thesis run transfer/NAME`."""

from dataclasses import replace

from thesiscode.data.names import VOC_CLASSES
from thesiscode.engine import Experiment

from .action_task import ActionSettings, actions
from .imagenet import ImageNetSettings, imagenet
from .objects import ObjectSettings, objects
from .photograph_task import objects_in_photographs
from .photographs import PhotographSettings
from .sources import SourceSettings, pretrain

LARGER = SourceSettings(n_images=120_000, batch_size=128, max_epochs=15)
"""Pre-training on ten times as many drawn images: minutes on a GPU."""

EXPERIMENTS = {
    "pretrain": Experiment(
        settings=SourceSettings,
        run=pretrain,
        scales={"smoke": SourceSettings(), "colab": LARGER},
        title="The source task: breeds of Toyland (thesis Section 3.3)",
    ),
    "objects": Experiment(
        settings=ObjectSettings,
        run=objects,
        scales={"smoke": ObjectSettings(), "colab": ObjectSettings(source=LARGER, n_scenes=300, n_test=1000)},
        title="Objects in scenes, with and without pre-training (Tables 3.1 and 3.2)",
    ),
    "draws": Experiment(
        settings=ObjectSettings,
        run=objects,
        scales={
            "smoke": ObjectSettings(
                sets=("related", "enlarged"), fractions=(), layers=(2,), powers=(5,), other_scenes=(), source_seeds=3
            )
        },
        title="Other draws of annotated scenes, with and without pre-training (Table 3.2)",
    ),
    "actions": Experiment(
        settings=ActionSettings,
        run=actions,
        scales={
            "smoke": ActionSettings(),
            "colab": ActionSettings(
                source=replace(LARGER, which="enlarged", n_images=180_000), n_scenes=2000, n_test=2000
            ),
        },
        title="What people do (Table 3.3)",
    ),
    "photographs": Experiment(
        settings=PhotographSettings,
        run=objects_in_photographs,
        scales={
            "smoke": PhotographSettings(),
            "colab": PhotographSettings(
                classes=VOC_CLASSES, size=224, width=2048, no_pretrain="none", keep_test_features=False
            ),
            "full": PhotographSettings(
                year=2012,
                train_split="train",
                test_split="val",
                classes=VOC_CLASSES,
                network="thesis",
                size=224,
                overlap=0.66,
                width=2048,
                batch_size=128,
                keep_test_features=False,
                no_pretrain="identical",
                no_pretrain_epochs=30,
                no_pretrain_patches=1_000_000,
                workers=16,
            ),
        },
        title="Objects in the photographs of Pascal VOC (Tables 3.1 and 3.2)",
    ),
    "imagenet": Experiment(
        settings=ImageNetSettings,
        run=imagenet,
        scales={"full": ImageNetSettings()},
        title="The source task at the thesis' scale: AlexNet on ImageNet (Section 3.3)",
    ),
}
