"""Records are written whole, found by name, and say where they were made."""

import re
from pathlib import Path

import numpy as np
import pytest

from thesiscode import engine, zoo

ZOO = Path(zoo.__file__).parent
PATH = re.compile(r"(?<![\w.])(?:~?/[\w.]|[A-Z]:\\)")


def test_a_record_comes_back_with_its_environment(tmp_path):
    path = zoo.save_result("some/where", {"metrics": {"accuracy": 0.5}}, folder=tmp_path)
    assert path == tmp_path / "some" / "where.json"
    record = zoo.load_result("some/where", folder=tmp_path)
    assert record["name"] == "some/where" and record["metrics"] == {"accuracy": 0.5}
    where = record["environment"]
    assert {"python", "packages", "machine", "cores", "device"} <= set(where)
    assert {"numpy", "torch", "torchvision", "accelerate"} <= set(where["packages"])
    assert (where["device"] == "cpu") == (engine.device().type == "cpu")
    assert [p.name for p in tmp_path.rglob("*.draft")] == []


def test_an_unknown_name_is_told_what_there_is(tmp_path):
    zoo.save_result("a/b", {}, folder=tmp_path)
    with pytest.raises(ValueError, match=r"name: expected one of \['a/b'\], got 'c'"):
        zoo.load_result("c", folder=tmp_path)


def test_the_recorded_benchmark_holds_what_its_page_shows():
    for run in zoo.load_result("scratch/convolution")["runs"]:
        assert [layer["name"] for layer in run["layers"]] == ["conv1", "conv2", "conv3", "conv4", "conv5"]
        assert all(layer["memory_offsets_batch_8"] <= 1.3 for layer in run["layers"])
        assert run["loops_over_gemm"] >= 100


def test_toyland_is_neither_trivial_nor_impossible():
    record = zoo.load_result("data/learnability")
    assert len(record["breeds"]["runs"]) == len(record["linear"]["runs"]) == 3
    assert all(run["accuracy"] >= 0.85 and run["minutes"] < 6 for run in record["breeds"]["runs"])
    assert all(abs(run["mean_ap"] - run["frequency"]) <= 0.1 for run in record["linear"]["runs"])


@pytest.mark.parametrize("file", sorted(ZOO.rglob("*.json")), ids=lambda file: file.stem)
def test_no_record_or_card_names_a_folder_of_the_machine_that_made_it(file):
    assert not PATH.findall(file.read_text())


@pytest.mark.parametrize("text", ["/home/x", "~/runs", "--folder=/data", '"/.data/voc"', "(/home/x)", "C:\\data"])
def test_what_counts_as_a_folder_of_a_machine(text):
    assert PATH.findall(text) and not PATH.findall("transfer/objects, images/s, 3 / 4, thesis run a/b --x 1/8")


def test_pre_training_is_worth_what_chapter_3_says():
    """Eight points with intervals apart: of the largest source set, over six draws of annotated scenes."""
    found = zoo.load_result("transfer/draws-smoke")["intervals"]
    enlarged, nothing = (found[f"rows/{name}/mAP"] for name in ("enlarged", "no pretrain"))
    assert enlarged["mean"] - nothing["mean"] >= 0.08 and enlarged["low"] > nothing["high"] and enlarged["n"] >= 3


def test_cached_features_are_worth_their_while():
    runs = zoo.load_result("transfer/speed")["runs"]
    assert all(runs[name]["in_the_loop_over_cached"] >= 10 for name in ("toyland", "photographs"))
    assert runs["test images"]["images_per_second"] > 1


@pytest.mark.parametrize(
    "name", sorted(str(p.relative_to(ZOO / "results").with_suffix("")) for p in ZOO.rglob("results/*/*.json"))
)
def test_a_record_says_where_it_comes_from(name):
    """So that no draft ships: an experiment's record has the command that makes it, and one row a seed."""
    record = zoo.load_result(name)
    assert record["name"] == name and record["environment"]["packages"]
    if "experiment" in record:
        assert record["command"].startswith(f"thesis run {record['experiment']}")
        assert [row["seed"] for row in record["runs"]] == record["seeds"] and record["scale"] in name
    else:
        assert name.endswith("/speed") or name.partition("/")[0] in ("data", "scratch")


def test_two_sample_tests_are_as_fast_as_their_page_says():
    speed = zoo.load_result("twosample/speed")["runs"]
    assert speed["neighbours"]["ours_over_scikit_learn"] <= 1
    assert speed["linear MMD"]["seconds"] < 2 and speed["linear MMD"]["points"] == 1_000_000
    assert speed["linear MMD"]["peak_mib"] < speed["linear MMD"]["data_mib"] / 2
    assert speed["networks"]["one_by_one_over_together"] >= 10


def test_pixels_give_every_generator_of_the_zoo_away_and_features_do_not():
    for which in ("faces", "bedrooms"):
        (run,) = zoo.load_result(f"twosample/{which}-smoke")["runs"]
        rows = run["metrics"]["rows"]
        assert len(rows) == 36 and not any(row["diverged"] for row in rows)
        assert min(row["pixels"]["discriminator"]["statistic"] for row in rows) > 0.99
        assert min(row["features"]["toyland"]["knn"]["statistic"] for row in rows) < 0.9


def test_a_critic_with_a_penalty_follows_the_distance():
    for run in zoo.load_result("gan/critics-smoke")["runs"]:
        found, exact = run["metrics"], np.array(run["metrics"]["exact"])
        assert len(exact) == len(found["pairs"]) == 10
        for weight in ("0.1", "1", "10"):
            one = found[f"penalty {weight}"]
            correlation = np.corrcoef(exact, one["estimates"])[0, 1]
            assert correlation == pytest.approx(one["pearson"]) and correlation > 0.9


def test_a_step_of_a_dcgan_is_no_slower_than_the_plain_transcription():
    assert zoo.load_result("gan/speed")["runs"]["DCGAN"]["ours_over_plain"] <= 1
