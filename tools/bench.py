"""`make bench`: run the benchmarks, and write the records of the speed of what the chapters compute.

NumPy's BLAS picks its kernels by processor model and may not know that a newer one has AVX-512. Where the processor
has it and BLAS did not choose it, the benchmarks run twice: as NumPy comes, and with AVX-512 kernels asked for.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build" / "bench"
AVX512 = "SkylakeX"  # OpenBLAS' name for its AVX-512 kernels


def blas_kernels(extra: dict[str, str]) -> str:
    """The kernels that NumPy's BLAS chooses in a new process with the environment `extra`."""
    code = (
        "import numpy, threadpoolctl as t;"
        "blas = [i for i in t.threadpool_info() if i['user_api'] == 'blas'];"
        "print(blas[0].get('architecture', 'unknown') if blas else 'unknown')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | extra, check=True, capture_output=True, text=True
    ).stdout.strip()


def settings() -> list[dict[str, str]]:
    """Environments to run in: as it is, and with AVX-512 kernels where that makes a difference."""
    cpuinfo = Path("/proc/cpuinfo")
    has_avx512 = cpuinfo.is_file() and "avx512vl" in cpuinfo.read_text()
    told = {"OPENBLAS_CORETYPE": AVX512}
    return [{}, told] if has_avx512 and blas_kernels({}) != blas_kernels(told) else [{}]


def benchmarks(test: str, name: str, extra: dict[str, str]) -> list[dict]:
    """Runs one file of benchmarks in the environment `extra`; returns what pytest-benchmark measured."""
    output = BUILD / f"{name}.json"
    command = [sys.executable, "-m", "pytest", f"tests/bench/{test}", "-q", "-p", "no:xdist"]
    command += ["--benchmark-only", "--benchmark-columns=min,median,max", "--benchmark-sort=name"]
    command += [f"--benchmark-json={output}"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"JAXTYPING_DISABLE": "1"} | extra, check=True)
    return json.loads(output.read_text())["benchmarks"]


def run(extra: dict[str, str]) -> dict:
    """Times the convolutions once and returns their ratios."""
    kernels = blas_kernels(extra)
    found = {"blas_kernels": kernels, "chosen_by": "environment" if extra else "NumPy"}
    return found | summary(benchmarks("test_convolution.py", kernels, extra))


def runs(test: str, name: str) -> dict[str, dict]:
    """What the benchmarks of one file found, by the names that they give themselves."""
    info = [bench["extra_info"] for bench in benchmarks(test, name, {})]
    return {one["name"]: {key: value for key, value in one.items() if key != "name"} for one in info}


def transfer() -> dict:
    """Times Chapter 3: an epoch on cached features beside one with the network in the loop, and images a second."""
    what = "an epoch of adaptation, the watched loss included; features of test images; medians"
    return {"what": what, "runs": runs("test_transfer.py", "transfer")}


def sliding() -> dict:
    """Times Chapter 4: one pass over an image beside a pass a window, or all windows in one batch."""
    what = "the small AlexNet on an image of 144 x 144 pixels, 121 windows 8 pixels apart; ratios of medians"
    return {"what": what, "runs": runs("test_sliding.py", "sliding")}


def two_samples() -> dict:
    """Times Chapter 5's two-sample tests: neighbours, a million points, many networks."""
    what = "C2ST-KNN beside scikit-learn, the linear MMD of a million points, C2ST-NN many at once; medians"
    return {"what": what, "runs": runs("test_twosample.py", "twosample")}


def gan() -> dict:
    """Times a training step of Chapter 5's GANs beside the published code."""
    return {
        "what": "steps of a DCGAN beside a plain transcription of the published code; medians",
        "runs": runs("test_gan.py", "gan"),
    }


def causal() -> dict:
    """Times Chapter 5's ensembles of conditional GANs beside one model at a time, and shots of its marionettes."""
    what = "conditional GANs, 200 as one program beside one at a time; shots of marionettes; rates from medians"
    return {"what": what, "runs": runs("test_causal.py", "causal") | runs("test_marionettes.py", "marionettes")}


def distances() -> dict:
    """Times Chapter 5's transport on grids beside the exact solver and beside the dense algorithm."""
    what = "Sinkhorn on grids by FFT, beside POT's exact solver and the dense algorithm; seconds of the processor"
    return {"what": what, "runs": runs("test_distances.py", "distances")}


def summary(benchmarks: list[dict]) -> dict:
    """Medians in ms, ratios between them, and memory, from pytest-benchmark's JSON."""
    info = [bench["extra_info"] for bench in benchmarks]
    median = {(i["layer"], i["what"]): 1e3 * b["stats"]["median"] for i, b in zip(info, benchmarks, strict=True)}
    memory = {(i["layer"], i["what"], i["batch"]): i["memory"] for i in info if "memory" in i}
    names = sorted({layer for layer, what in median if what == "torch"})
    layers = [
        {
            "name": name,
            "gemm_ms": median[name, "gemm"],
            "torch_ms": median[name, "torch"],
            "gemm_over_torch": median[name, "gemm"] / median[name, "torch"],
        }
        | {f"{what}_batch_{batch}": value for (layer, what, batch), value in memory.items() if layer == name}
        for name in names
    ]
    total = {what: sum(median[name, what] for name in names) for what in ("gemm", "torch")}
    return {
        "layers": layers,
        "gemm_over_torch": total["gemm"] / total["torch"],
        "loops_over_gemm": median["small", "loops"] / median["small", "gemm"],
        "cells_over_gemm": median["small", "cells"] / median["small", "gemm"],
        "offsets_over_gemm": median["small", "offsets"] / median["small", "gemm"],
    }


def main() -> None:
    sys.path.insert(0, str(ROOT))
    from thesiscode.zoo import save_result

    BUILD.mkdir(parents=True, exist_ok=True)
    found = [run(extra) for extra in settings()]
    record = {
        "what": "AlexNet's five convolution layers, ungrouped, batch 8, float32, forward plus backward; medians",
        "memory": "(input + peak allocated by the forward call) / (input + output), in bytes",
        "small_layer": "16 maps of 16 x 16, 16 kernels of 3 x 3, batch 1, forward",
        "runs": found,
    }
    path = save_result("scratch/convolution", record)
    for result in found:
        print(f"BLAS kernels {result['blas_kernels']}: gemm / torch {result['gemm_over_torch']:.2f},", end=" ")
        print(f"loops / gemm {result['loops_over_gemm']:.0f}")
    print(f"recorded in {path.relative_to(ROOT)}")
    speed = transfer()
    for name in ("toyland", "photographs"):
        ratio = speed["runs"][name]["in_the_loop_over_cached"]
        print(f"{name}: adaptation with the network in the loop / on cached features: {ratio:.0f}")
    print(f"recorded in {save_result('transfer/speed', speed).relative_to(ROOT)}")
    speed = sliding()
    for name, one in speed["runs"].items():
        print(f"patches of 64 pixels, {name}: patch by patch / sliding: {one['patch_by_patch_over_sliding']:.0f}")
    print(f"recorded in {save_result('weak/speed', speed).relative_to(ROOT)}")
    speed = two_samples()
    found = speed["runs"]
    print(f"C2ST-KNN / scikit-learn: {found['neighbours']['ours_over_scikit_learn']:.2f},", end=" ")
    print(f"networks one by one / together: {found['networks']['one_by_one_over_together']:.0f}")
    print(f"recorded in {save_result('twosample/speed', speed).relative_to(ROOT)}")
    speed = gan()
    print(f"DCGAN step / plain transcription: {speed['runs']['DCGAN']['ours_over_plain']:.2f}")
    print(f"recorded in {save_result('gan/speed', speed).relative_to(ROOT)}")
    speed = causal()
    found = speed["runs"]
    print(f"replicas together / one at a time: {found['replicas']['together_over_one_at_a_time']:.0f},", end=" ")
    print(f"10,000 marionettes: {found['marionettes']['seconds_for_10_000']:.0f} s")
    print(f"recorded in {save_result('causal/speed', speed).relative_to(ROOT)}")
    speed = distances()
    found = speed["runs"]
    print(f"exact transport / FFT: {found['128 x 128']['exact_over_fft']:.0f},", end=" ")
    print(f"dense Sinkhorn / FFT: {found['64 x 64']['dense_over_fft']:.0f}")
    print(f"recorded in {save_result('distances/speed', speed).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
