"""The experiments of Section 5.5: `thesis run distances/NAME`."""

from thesiscode.engine import Experiment

from .fits import ParameterGrid
from .rectangle_study import RectangleSettings, rectangle

EXPERIMENTS = {
    "rectangle": Experiment(
        settings=RectangleSettings,
        run=rectangle,
        scales={
            "smoke": RectangleSettings(
                draws=2,
                many=3,
                sample_sizes=(20,),
                radii=(),
                costs=("squared",),
                turn=0.0,
                emd_cells=(16, 32),
                js_cells=(32, 64),
                grid=ParameterGrid(side_step=0.2, angle_step=6.0),
            ),
            "full": RectangleSettings(),
        },
        title="A rectangle fitted to points and densities: five distances, twenty samples (Figures 5-20, 5-21)",
        divisible=True,
    ),
}
