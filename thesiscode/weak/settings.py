"""What the experiments of Chapter 4 have in common: how they search, and how they train."""

from dataclasses import dataclass

from thesiscode.engine import Protocol
from thesiscode.engine.checks import COUNT, NOT_NEGATIVE, check_settings, one_of

from .scales import TEST_SCALES, TRAINING_SCALES


@dataclass(frozen=True)
class SearchSettings:
    """Search over places and scales, in training and in testing. Raises ValueError for values out of range."""

    low: float = TRAINING_SCALES[0]
    """smallest factor by which a mini-batch is resized"""
    high: float = TRAINING_SCALES[1]
    """largest factor"""
    test_scales: tuple[float, ...] = TEST_SCALES
    """factors by which a test image is resized"""
    width: int = 256
    """maps of Ca; 2048 in the thesis"""
    dropout: str = "maps"
    """what dropout drops: maps, batch maps or units; see `sliding_head`"""
    learning_rate: float = 0.01
    """initial learning rate for the mean over a mini-batch; 0.001 for the sum in the thesis, 0.016 for the mean"""
    batch_size: int = 16
    """images in a mini-batch"""
    patience: int = 3
    """epochs without improvement after which the rate is divided"""
    max_epochs: int = 15
    """most epochs at one learning rate"""
    watch: int = 200
    """images on which the loss is watched"""
    tolerance: float = 18
    """pixels by which a point may miss a box; 18 in the thesis, in images of 500"""

    def __post_init__(self) -> None:
        check_settings(
            self,
            low=(lambda x: 0 < x <= self.high, "a factor above 0, at most `high`"),
            test_scales=(lambda x: 0 < x < float("inf"), "finite factors above 0"),
            width=COUNT,
            dropout=one_of("maps", "batch maps", "units"),
            tolerance=NOT_NEGATIVE,
        )
        if not self.test_scales:
            raise ValueError("test_scales: expected at least one factor, got none")
        self.protocol()

    def protocol(self) -> Protocol:
        """Stochastic gradient descent as in thesis Section 4.5.1, until it is stable, then at a tenth of the rate.

        Weight decay and the end of training are those of Chapter 3; Chapter 4 does not name its own.
        """
        return Protocol(
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            patience=self.patience,
            max_epochs=self.max_epochs,
            drops=1,
            watch=self.watch,
        )
