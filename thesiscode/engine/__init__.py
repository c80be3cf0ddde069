"""Training and experiments: seeds, devices, the training loop, checkpoints, intervals, experiments and their runs."""

from .batches import BalancedSampler, Sampler, ShuffledSampler, Tensors
from .checkpoints import check_state, load_state, read_tensors, write_file, write_tensors
from .devices import device
from .errors import CheckpointError, Diverged
from .experiments import Experiment, Outcome, Run, Weights, find_experiment, list_experiments
from .history import Epoch, History
from .intervals import Interval, interval
from .protocol import Protocol
from .runs import run_seeds
from .seeds import generator, numpy_generator, stream_seed
from .training import fit

__all__ = [
    "BalancedSampler",
    "CheckpointError",
    "Diverged",
    "Epoch",
    "Experiment",
    "History",
    "Interval",
    "Outcome",
    "Protocol",
    "Run",
    "Sampler",
    "ShuffledSampler",
    "Tensors",
    "Weights",
    "check_state",
    "device",
    "find_experiment",
    "fit",
    "generator",
    "interval",
    "list_experiments",
    "load_state",
    "numpy_generator",
    "read_tensors",
    "run_seeds",
    "stream_seed",
    "write_file",
    "write_tensors",
]
