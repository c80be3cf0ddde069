"""Is the drawn world neither trivial nor impossible? Two measurements, recorded as "data/learnability".

A linear classifier on raw pixels of scenes should do little better than guess; a small convolutional network should
learn the breeds of source images within minutes. `make learn` runs this on two cores and prints both.
"""

import time

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.nn import functional as F

from thesiscode.data.toyland.classes import TARGETS
from thesiscode.data.toyland.datasets import Scenes
from thesiscode.data.toyland.source import SourceImages
from thesiscode.zoo import save_result


def drawn(dataset) -> tuple[torch.Tensor, torch.Tensor]:
    """All items of a dataset, drawn by two processes: images as one tensor, labels as another."""
    loader = torch.utils.data.DataLoader(dataset, batch_size=200, num_workers=2)
    images, labels = zip(*loader, strict=True)
    return torch.cat(images), torch.cat(labels)


def small_network(n_classes: int) -> nn.Sequential:
    """Four strided convolutions with batch normalisation and ReLU, average pooling, one linear layer."""
    layers: list[nn.Module] = []
    for n_in, n_out, size in [(3, 32, 5), (32, 64, 3), (64, 128, 3), (128, 192, 3)]:
        convolution = nn.Conv2d(n_in, n_out, size, stride=2, padding=size // 2, bias=False)
        layers += [convolution, nn.BatchNorm2d(n_out), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * 192, n_classes))


def breeds(*, seed: int, n_train: int = 6_000, n_test: int = 1_200, epochs: int = 6) -> dict[str, float]:
    """Test accuracy of the small network on the breeds of `related`; other seeds of images for training and test."""
    torch.manual_seed(seed)
    train_set = SourceImages("related", n_train, seed=2 * seed)
    x, y = drawn(train_set)
    x_test, y_test = drawn(SourceImages("related", n_test, seed=2 * seed + 1))
    net = small_network(len(train_set.breeds))
    start = time.perf_counter()
    batch, n_steps = 96, epochs * (n_train // 96)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=n_steps)
    for _ in range(epochs):
        for chosen in torch.randperm(n_train)[: n_train // batch * batch].split(batch):
            loss = F.cross_entropy(net(x[chosen].float() / 127.5 - 1), y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    minutes = (time.perf_counter() - start) / 60
    net.eval()
    with torch.no_grad():
        answers = torch.cat([net(part.float() / 127.5 - 1).argmax(dim=1) for part in x_test.split(400)])
    accuracy = (answers == y_test).double().mean().item()
    return {
        "seed": seed,
        "accuracy": accuracy,
        "minutes": minutes,
        "chance": 1 / len(train_set.breeds),
        "n_classes": len(train_set.breeds),
        "n_train": n_train,
    }


def linear(*, seed: int, n_train: int = 2_000, n_test: int = 1_000, side: int = 32) -> dict[str, float]:
    """Mean AP over the 12 classes of a logistic regression on the pixels of scenes, and the mean class frequency."""

    def raw(image: torch.Tensor) -> torch.Tensor:
        return F.interpolate(image[None].float(), (side, side), mode="bilinear", antialias=True)[0].flatten() / 255

    x, y = drawn(Scenes(n_train, seed, target="labels", transform=raw))
    x_test, y_test = drawn(Scenes(n_test, seed, start=n_train, target="labels", transform=raw))
    scale = StandardScaler().fit(x)
    scores, frequencies = [], []
    for k in range(len(TARGETS)):
        known, known_test = y[:, k] != 0, y_test[:, k] != 0  # only difficult objects: left out, as VOC does
        model = LogisticRegression(C=1e-3, max_iter=300).fit(scale.transform(x[known]), y[known, k] > 0)
        decision = model.decision_function(scale.transform(x_test[known_test]))
        scores.append(average_precision_score(y_test[known_test, k] > 0, decision))
        frequencies.append((y_test[known_test, k] > 0).double().mean().item())
    return {"seed": seed, "mean_ap": float(np.mean(scores)), "frequency": float(np.mean(frequencies))}


def middle(runs: list[dict[str, float]], key: str) -> dict[str, float]:
    """The run with the median value of `key`."""
    return sorted(runs, key=lambda run: run[key])[len(runs) // 2]


def main(seeds: int = 3) -> None:
    torch.set_num_threads(2)
    linear_runs = [linear(seed=seed) for seed in range(seeds)]
    for run in linear_runs:
        print(f"linear, raw pixels: mAP {run['mean_ap']:.3f}, class frequency {run['frequency']:.3f}", flush=True)
    breed_runs = []
    for seed in range(seeds):
        breed_runs.append(breeds(seed=seed))
        print(f"breeds: accuracy {breed_runs[-1]['accuracy']:.3f} in {breed_runs[-1]['minutes']:.1f} min", flush=True)
    record = {
        "breeds": middle(breed_runs, "accuracy") | {"runs": breed_runs},
        "linear": middle(linear_runs, "mean_ap") | {"runs": linear_runs},
    }
    print(f"recorded in {save_result('data/learnability', record)}")


if __name__ == "__main__":
    main()
