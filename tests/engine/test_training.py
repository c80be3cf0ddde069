"""Training by the protocol: it learns, it is reproducible, it resumes, and it stops when numbers go bad."""

import copy
import itertools
import math

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from torch import nn

from thesiscode import engine
from thesiscode.engine.devices import Alone

cross_entropy = nn.functional.cross_entropy


@pytest.fixture(autouse=True)
def accelerate_starts_anew():
    """Accelerate keeps its settings for the life of a process."""
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


def train(net, data, protocol, **options):
    return engine.fit(net, data, cross_entropy, protocol, **({"seed": 1, "progress": False} | options))


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


class Interrupted(Exception):
    """Stands for whatever ends a training early."""


def interrupting(step):
    """Cross-entropy that raises in its `step`-th training step (evaluation has no gradients)."""
    count = 0

    def loss(scores, labels):
        nonlocal count
        count += scores.requires_grad
        if count == step and scores.requires_grad:
            raise Interrupted
        return cross_entropy(scores, labels)

    return loss


def test_it_learns_and_says_how(make_net, examples, short):
    net = make_net(0.0)
    history = train(net, examples, short, validation=examples)
    assert history["epoch"] == list(range(1, len(history) + 1)) and len(history) == 9
    assert history["learning_rate"] == pytest.approx([0.01] * 3 + [0.001] * 3 + [0.0001] * 3)
    assert history["watched_loss"][-1] < 0.7 * history["watched_loss"][0]
    assert not net.training
    with torch.no_grad():
        assert history["validation_loss"][-1] == pytest.approx(
            cross_entropy(net(examples.inputs), examples.targets).item(), rel=1e-5
        )
    with pytest.raises(ValueError, match="name: expected one of"):
        history["loss"]


def test_it_is_the_plain_loop_of_sgd(make_net, examples):
    """Against torch's optimizer, in the order that the sampler gives, without dropout; the rate drops once."""
    net, plain = make_net(0.0), make_net(0.0)
    protocol = engine.Protocol(batch_size=50, max_epochs=1, drops=1)
    history = train(net, examples, protocol)
    sgd = torch.optim.SGD(plain.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    sampler = engine.ShuffledSampler(len(examples), seed=1)
    for epoch, sgd.param_groups[0]["lr"] in ((1, 0.01), (2, 0.001)):
        sampler.set_epoch(epoch)
        total = 0.0
        for rows in torch.tensor(list(sampler)).split(50):
            loss = cross_entropy(plain(examples.inputs[rows]), examples.targets[rows])
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            total += loss.item() * len(rows)
        assert history["training_loss"][epoch - 1] == pytest.approx(total / len(examples), rel=1e-6)
    assert same(net, plain)


def test_the_watched_loss_is_that_of_a_fixed_subset(make_net, examples):
    """A rate of almost 0 changes nothing, so a fixed subset gives the same loss each epoch."""
    protocol = engine.Protocol(learning_rate=1e-12, weight_decay=0.0, batch_size=32, watch=50, max_epochs=3, drops=0)
    history = train(make_net(), examples, protocol)
    assert len(set(history["watched_loss"])) == 1
    whole = train(make_net(), examples, engine.Protocol(learning_rate=1e-12, weight_decay=0.0, max_epochs=1, drops=0))
    with torch.no_grad():
        expected = cross_entropy(make_net().eval()(examples.inputs), examples.targets).item()
    assert whole["watched_loss"] == pytest.approx([expected], rel=1e-5)
    assert history["watched_loss"][0] != pytest.approx(expected, rel=1e-5)


def test_a_sampler_decides_what_is_seen_and_watched(make_net, examples, short):
    seen = set()

    def loss(scores, labels):
        seen.update(labels.tolist())
        return cross_entropy(scores, labels)

    class Zeros(engine.ShuffledSampler):
        def __iter__(self):
            yield from (i for i in super().__iter__() if examples.targets[i] == 0)

    engine.fit(make_net(), examples, loss, short, seed=1, sampler=Zeros(len(examples), 1), progress=False)
    assert seen == {0}


def test_the_same_seed_gives_the_same_bytes_and_the_global_generator_is_left_alone(make_net, examples, short):
    nets = [make_net() for _ in range(3)]
    jitter = {"augment": lambda x, draw: x + 0.1 * torch.randn(x.shape, generator=draw)}
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    histories = [train(net, examples, short, seed=seed, **jitter) for net, seed in zip(nets, (1, 1, 2), strict=True)]
    assert torch.equal(torch.random.get_rng_state(), before)
    assert same(nets[0], nets[1]) and histories[0] == histories[1]
    assert not same(nets[0], nets[2])


def test_workers_change_nothing(make_net, examples):
    protocol = engine.Protocol(batch_size=64, max_epochs=1, drops=0)
    a, b = make_net(), make_net()
    train(a, examples, protocol)
    train(b, examples, protocol, workers=1)
    assert same(a, b)


def test_dropout_and_jitter_differ_from_step_to_step(examples):
    masks, jitters = [], []

    class Spy(nn.Linear):
        def forward(self, x):
            if self.training:
                masks.append(x == 0)
            return super().forward(x)

    def augment(x, draw):
        jitters.append(torch.rand(1, generator=draw).item())
        return torch.ones_like(x)

    net = nn.Sequential(nn.Dropout(0.5), Spy(6, 2))
    train(net, examples, engine.Protocol(batch_size=80, max_epochs=2, drops=0), augment=augment)
    assert len(masks) == len(set(jitters)) == 6
    assert not any(torch.equal(a, b) for a, b in itertools.pairwise(masks))
    assert 0.4 < torch.cat(masks).float().mean() < 0.6


def test_inputs_are_prepared_in_training_and_in_evaluation(make_net, examples, short):
    """Bytes with `prepare` are the same as floats without."""
    whole = engine.Tensors((examples.inputs * 40 + 128).clamp(0, 255).byte(), examples.targets)
    floats = engine.Tensors(whole.inputs.float() / 255, whole.targets)
    a, b = make_net(), make_net()
    first = train(a, whole, short, prepare=lambda x: x.float() / 255, validation=whole)
    assert first == train(b, floats, short, validation=floats) and same(a, b)


def test_frozen_parameters_and_their_statistics_stay(examples, short):
    net = nn.Sequential(
        nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Linear(8, 2)
    )
    net[:2].requires_grad_(False)
    before = copy.deepcopy(net)
    train(net, examples, short)
    assert same(net[:2], before[:2])
    assert not torch.equal(net[3].weight, before[3].weight)
    assert not torch.equal(net[4].running_mean, before[4].running_mean)


def test_a_resumed_training_equals_an_uninterrupted_one_byte_for_byte(make_net, examples, short, tmp_path):
    """With momentum, dropout and jitter, stopped in the middle of the fifth epoch, after the first drop of the rate."""
    options = {
        "seed": 1,
        "progress": False,
        "validation": examples,
        "augment": lambda x, draw: x + 0.1 * torch.randn(x.shape, generator=draw),
    }
    whole, broken, resumed = make_net(), make_net(), make_net()
    with pytest.raises(Interrupted):
        engine.fit(broken, examples, interrupting(4 * 8 + 3), short, **options, folder=tmp_path)
    with torch.no_grad():
        resumed[0].weight.fill_(7.0)  # whatever the network holds, the checkpoint replaces it
    history = engine.fit(resumed, examples, cross_entropy, short, **options, folder=tmp_path, resume=True)
    assert history == engine.fit(whole, examples, cross_entropy, short, **options)
    assert same(resumed, whole) and not same(broken, whole)


def test_a_finished_training_is_only_loaded(make_net, examples, short, tmp_path):
    net, again = make_net(), make_net()
    history = train(net, examples, short, folder=tmp_path)
    loss = interrupting(1)
    assert engine.fit(again, examples, loss, short, seed=1, progress=False, folder=tmp_path, resume=True) == history
    assert same(net, again) and not again.training


def test_resume_without_a_checkpoint_starts(make_net, examples, short, tmp_path):
    a, b = make_net(), make_net()
    assert train(a, examples, short, folder=tmp_path / "new", resume=True) == train(b, examples, short)
    assert same(a, b)


@pytest.mark.parametrize("precision", ["no", "bf16"])
def test_accelerate_in_one_process(make_net, examples, short, precision, tmp_path):
    a, b = make_net(), make_net()
    plain = train(a, examples, short)
    accelerated = train(
        b, examples, short, accelerator=Accelerator(cpu=True, mixed_precision=precision), folder=tmp_path
    )
    assert b(examples.inputs).dtype == torch.float32
    if precision == "no":
        assert same(a, b) and accelerated == plain
    else:
        assert accelerated["watched_loss"] == pytest.approx(plain["watched_loss"], rel=0.02)
        assert accelerated["watched_loss"] != plain["watched_loss"]


def test_the_bar_is_shown_where_it_is_wanted(make_net, examples, capsys):
    protocol = engine.Protocol(batch_size=64, max_epochs=1, drops=0)
    train(make_net(), examples, protocol, progress=False)
    assert capsys.readouterr().err == ""
    train(make_net(), examples, protocol, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 1, rate 0.01" in shown


def test_only_the_main_process_writes_and_prints(make_net, examples, short, tmp_path, capsys):
    other = Alone()
    other.is_main_process = False
    history = train(make_net(), examples, short, accelerator=other, folder=tmp_path, progress=True)
    assert len(history) == 9 and capsys.readouterr().err == "" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_bad_inputs_stop_it_before_they_reach_a_weight(make_net, examples, bad):
    data = engine.Tensors(examples.inputs.clone(), examples.targets)
    sampler = engine.ShuffledSampler(len(data), seed=1)
    sampler.set_epoch(1)
    data.inputs[list(sampler)[70]] = bad
    net, stopped = make_net(), make_net()
    with pytest.raises(engine.Diverged, match="epoch 1, step 3: the inputs hold nan or infinite values"):
        train(stopped, data, engine.Protocol(batch_size=32, watch=1))
    # Two good steps were made, as they would have been alone.
    first = engine.Tensors(examples.inputs[list(sampler)[:64]], examples.targets[list(sampler)[:64]])

    class InOrder(engine.ShuffledSampler):
        def __iter__(self):
            yield from range(64)

    train(net, first, engine.Protocol(batch_size=32, max_epochs=1, drops=0), sampler=InOrder(64, 1))
    assert same(net, stopped)


def test_a_bad_loss_stops_it_and_the_last_good_checkpoint_stays(make_net, examples, short, tmp_path):
    """The loss turns to nan in the second step of the third epoch; then training goes on from the end of the second."""
    count = 0

    def loss(scores, labels):
        nonlocal count
        count += scores.requires_grad
        return cross_entropy(scores, labels) * (math.nan if count == 2 * 8 + 2 else 1.0)

    with pytest.raises(engine.Diverged, match="epoch 3, step 2: the loss is nan"):
        engine.fit(make_net(), examples, loss, short, seed=1, progress=False, folder=tmp_path)
    whole, resumed = make_net(), make_net()
    history = train(resumed, examples, short, folder=tmp_path, resume=True)
    assert history == train(whole, examples, short) and same(resumed, whole)


def test_a_step_that_is_too_large_is_no_checkpoint(make_net, examples, tmp_path):
    """The losses of the only step are finite; the weights after it are not."""
    protocol = engine.Protocol(learning_rate=1e38, batch_size=240, momentum=0.0)
    with pytest.raises(engine.Diverged, match="epoch 1: the watched loss is nan"):
        train(make_net(), examples, protocol, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_starts_anew_keeps_the_checkpoint_of_the_one_before(make_net, examples, short, tmp_path):
    """Under another name: a later resumption must not take it for its own."""
    train(make_net(), examples, short, folder=tmp_path)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    bad = engine.Tensors(torch.full_like(examples.inputs, math.nan), examples.targets)
    with pytest.raises(engine.Diverged):
        train(make_net(), bad, short, folder=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.previous.safetensors"]
    assert (tmp_path / "checkpoint.previous.safetensors").read_bytes() == before


class Scaler:
    """What training asks of the scaler of half precision."""

    def __init__(self):
        self.scale = 65536.0

    def state_dict(self):
        return {"scale": self.scale}

    def load_state_dict(self, state):
        self.scale = state["scale"]


def test_the_scale_of_half_precision_is_kept_in_checkpoints_and_does_not_pass_to_the_next_training(
    make_net, examples, short, tmp_path
):
    team = Alone()
    team.scaler, seen = Scaler(), []

    def backward(loss):
        loss.backward()
        seen.append(team.scaler.scale)
        team.scaler.scale /= 2

    team.backward = backward
    one = engine.Protocol(batch_size=240, max_epochs=1, drops=0)
    train(make_net(), examples, one, accelerator=team)
    train(make_net(), examples, one, accelerator=team, folder=tmp_path)
    assert seen == [65536.0, 65536.0] and team.scaler.scale == 65536.0
    assert engine.read_tensors(tmp_path / "checkpoint.safetensors")[1]["scaler"] == {"scale": 32768.0}


class NoIndices:
    """A sampler that yields nothing."""

    def set_epoch(self, epoch):
        pass

    def __iter__(self):
        return iter(())


def test_bad_arguments(make_net, examples, short):
    empty = engine.Tensors(examples.inputs[:0], examples.targets[:0])
    with pytest.raises(ValueError, match="net: expected a parameter that requires gradients"):
        train(make_net().requires_grad_(False), examples, short)
    with pytest.raises(ValueError, match="data: expected at least one example"):
        train(make_net(), empty, short)
    with pytest.raises(ValueError, match="validation: expected at least one example"):
        train(make_net(), examples, short, validation=empty)
    with pytest.raises(ValueError, match="sampler: expected at least one index"):
        train(make_net(), examples, short, sampler=NoIndices())
    with pytest.raises(ValueError, match="folder: expected the folder to resume from"):
        train(make_net(), examples, short, resume=True)
