"""How many images the generators draw in a second, with two processes. `make learn` records it as "data/throughput"."""

import time
from multiprocessing import get_context
from statistics import median

from thesiscode.data.bedrooms import Bedrooms
from thesiscode.data.faces import Faces
from thesiscode.data.toyland import draw_scene, source_image
from thesiscode.zoo import save_result

FACES, BEDROOMS = Faces(10**6, seed=0), Bedrooms(10**6, seed=0)
DRAW = {
    "scenes": lambda i: draw_scene(0, i).image,
    "source images": lambda i: source_image(0, i)[0],
    "faces": FACES.image,
    "bedrooms": BEDROOMS.image,
}
PROCESSES = 2
WARM_UP = 600  # images that each process draws first: by then most breeds have been drawn once, and are kept
ROUNDS = 8  # the median one counts


def seconds(job: tuple[str, int, int]) -> list[float]:
    """Times to draw `n` images, ROUNDS times one after another, after a warm-up on others."""
    kind, first, n = job
    for i in range(WARM_UP):
        DRAW[kind](10**5 + i)
    times = []
    for k in range(ROUNDS):
        start = time.perf_counter()
        for i in range(n):
            DRAW[kind](first + k * n + i)
        times.append(time.perf_counter() - start)
    return times


def throughput(kind: str, n: int = 200) -> float:
    """Images a second of two processes that draw `n` images each at the same time; the median of ROUNDS rounds."""
    with get_context("fork").Pool(PROCESSES) as pool:
        times = pool.map(seconds, [(kind, k * n * ROUNDS, n) for k in range(PROCESSES)])
    return PROCESSES * n / median(max(together) for together in zip(*times, strict=True))


def main() -> None:
    record = {"processes": PROCESSES, "images_per_second": {kind: throughput(kind) for kind in DRAW}}
    for kind, rate in record["images_per_second"].items():
        print(f"{kind}: {rate:,.0f} images a second on {PROCESSES} processes")
    print(f"recorded in {save_result('data/throughput', record)}")


if __name__ == "__main__":
    main()
