"""The ray caster against marching with signed distances, against silhouettes that are known, and against itself."""

import numpy as np
import pytest
import torch

from thesiscode.data.marionettes import Marionettes, Pendulums, RayCaster
from thesiscode.data.marionettes.camera import Camera
from thesiscode.data.marionettes.primitives import Looks, Places, looks, place
from thesiscode.data.marionettes.raycast import SHADOW, hit_box, hit_capsule

pytest.importorskip("mujoco")


@pytest.fixture(scope="module", params=[Marionettes, Pendulums], ids=["marionette", "pendulums"])
def shots(request):
    return request.param(6, seed=4, speed=2.0, shots_per_run=2)


def capsule_distance(points, start, end, radius):
    """Signed distance from points [m, 3] to a capsule."""
    axis, to_point = end - start, points - start
    along = np.clip(to_point @ axis / max(axis @ axis, 1e-12), 0, 1)
    return np.linalg.norm(to_point - along[:, None] * axis, axis=1) - radius


def box_distance(points, centre, axes, half):
    """Signed distance from points [m, 3] to a box."""
    q = np.abs((points - centre) @ axes) - half
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)


def march(distance, origin, rays, far=20.0):
    """Sphere tracing: walk along each ray by the distance to the nearest surface, until it is reached or far away."""
    walked = np.zeros(len(rays))
    for _ in range(400):
        step = distance(origin + walked[:, None] * rays)
        walked = np.where(walked < far, walked + step, walked)
    return np.where(np.abs(distance(origin + walked[:, None] * rays)) < 1e-4, walked, np.inf)


def random_rays(rng, aim, n):
    rays = aim + rng.normal(scale=0.12, size=(n, 3))
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)


def as_tensors(*arrays):
    return [torch.as_tensor(np.asarray(array), dtype=torch.float32) for array in arrays]


def assert_same_hits(found, marched, name):
    """Equal distances, but for the few rays that graze the rim."""
    both = np.isfinite(found) & np.isfinite(marched)
    assert both.sum() > 15, name
    assert (np.isfinite(found) != np.isfinite(marched)).mean() < 0.02, name
    np.testing.assert_allclose(found[both], marched[both], atol=2e-3, err_msg=name)


@pytest.mark.parametrize("length", [0.0, 0.3, 1.5])
def test_capsules_and_spheres_against_marching(length):
    rng = np.random.default_rng(0)
    for _ in range(5):
        origin = np.array([0.0, -4.0, 0.5])
        start, way = rng.normal(scale=0.3, size=3), rng.normal(size=3)
        end, radius = start + length * way / np.linalg.norm(way), 0.25
        rays = random_rays(rng, (start + end) / 2 / 4 - origin / 4, 300)
        o, r, a, b, size = as_tensors(origin, rays[:, None], start[None], end[None], radius)
        found = hit_capsule(o, r, a, b, size)[0, :, 0].numpy()
        marched = march(lambda p, a=start, b=end: capsule_distance(p, a, b, 0.25), origin, rays)
        assert_same_hits(found, marched, f"capsule of length {length}")


def test_boxes_against_marching():
    rng = np.random.default_rng(1)
    for _ in range(5):
        origin = np.array([1.0, -4.0, 0.5])
        centre, half = rng.normal(scale=0.2, size=3), np.array([0.6, 0.3, 0.1])
        axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
        rays = random_rays(rng, -origin / 4, 400)
        o, r, c, m, h = as_tensors(origin, rays[:, None], centre[None], axes[None], half)
        found = hit_box(o, r, c, m, h)[0, :, 0].numpy()
        marched = march(lambda p, c=centre, m=axes: box_distance(p, c, m, np.array([0.6, 0.3, 0.1])), origin, rays)
        assert_same_hits(found, marched, "box")


def test_what_lies_behind_the_camera_is_not_seen():
    origin, rays, centre, axes, half = as_tensors([0, 0, 0], [[[0, 1, 0]]], [[0, -3, 0]], [np.eye(3)], [1, 1, 1])
    assert torch.isinf(hit_box(origin, rays, centre, axes, half)).all()
    assert torch.isinf(hit_capsule(origin, rays, centre - half, centre, half[0])).all()
    assert torch.isinf(hit_capsule(origin, rays, centre, centre, half[0])).all()


def test_images_show_the_nearest_solid(shots):
    """On whole frames: the solid at each pixel is the one that marching through all of them meets first."""
    style, (places, _) = looks(shots.mechanics), place(shots.mechanics, shots.states.positions)
    size, n_capsules = 24, len(style.radii)
    flat = Looks(style.radii, style.half_sizes, style.colours, style.names)
    caster = RayCaster(flat, shots.camera, floor=-50.0, size=size, samples=1)  # no floor
    rays = shots.camera.rays(size).reshape(-1, 3)
    for i in range(2):

        def distances(points, i=i):
            round_ = [
                capsule_distance(points, places.starts[i, k], places.ends[i, k], style.radii[k])
                for k in range(n_capsules)
            ]
            boxes = [
                box_distance(points, places.centres[i, k], places.axes[i, k], style.half_sizes[k])
                for k in range(len(style.half_sizes))
            ]
            return np.stack(round_ + boxes)

        walked = march(lambda p, d=distances: d(p).min(axis=0), shots.camera.position, rays)
        seen = np.isfinite(walked)
        points = shots.camera.position + np.where(seen, walked, 0)[:, None] * rays
        nearest = distances(points).argmin(axis=0)
        image = caster(Places(*(part[i : i + 1] for part in places)))[0].permute(1, 2, 0).reshape(-1, 3).numpy()
        empty = caster(Places(*(part[i : i + 1] + (1e3 if part.ndim == 3 else 0) for part in places)))[0]
        drawn = (image != empty.permute(1, 2, 0).reshape(-1, 3).numpy()).any(axis=1)
        assert (drawn != seen).mean() < 0.01
        # Shading scales a colour: pixels have the direction of their solid's colour.
        both = drawn & seen
        colours = style.colours[nearest[both]]
        pixels = image[both].astype(float)
        cosine = (colours * pixels).sum(1) / np.linalg.norm(colours, axis=1) / np.linalg.norm(pixels, axis=1)
        assert (cosine > 0.98).mean() > 0.95


def test_the_silhouette_of_a_sphere_is_a_disk():
    """A sphere of radius r on the axis, d away, covers a disk of tangent r / sqrt(d^2 - r^2)."""
    camera = Camera(np.zeros(3), np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), 0.5)
    style = Looks(np.float32([0.6]), np.zeros((0, 3), np.float32), np.float32([[1, 0, 0]]), ("ball",))
    ball = np.float32([[[0, 3, 0]]])
    places = Places(ball, ball, np.zeros((1, 0, 3), np.float32), np.zeros((1, 0, 3, 3), np.float32))
    image = RayCaster(style, camera, floor=-100.0, size=200, samples=1)(places)[0]
    red = (image[0] > 30) & (image[2] < 5)
    tangent = 0.6 / np.sqrt(3**2 - 0.6**2)
    assert red.sum().item() == pytest.approx(np.pi * (tangent / 0.5 * 100) ** 2, rel=0.01)
    rows, columns = torch.nonzero(red, as_tuple=True)
    assert rows.float().mean() == pytest.approx(99.5, abs=0.1)
    assert columns.float().mean() == pytest.approx(99.5, abs=0.1)


def test_shadows_are_where_the_light_is_hidden(shots):
    """A floor's point is dark exactly where marching from it towards the light meets a solid."""
    style, (places, _) = looks(shots.mechanics), place(shots.mechanics, shots.states.positions)
    floor, size = shots.mechanics.scene.floor, 32
    caster = RayCaster(style, shots.camera, floor=floor, size=size, samples=1)
    one = Places(*(torch.as_tensor(part[:1]) for part in places))
    corners = one.centres[:, :, None] + torch.zeros(1, 1, 8, 1)
    signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3)
    reach = signs * torch.as_tensor(style.half_sizes)[:, None]
    corners = corners + torch.einsum("kcj,nkij->nkci", reach, one.axes)
    dark = caster._shadows(one.starts, one.ends, one.centres, one.axes, corners)[0].numpy()
    ground = caster.origin + caster.floor_distance[..., None] * caster.rays
    points = ground[caster.is_floor].numpy().astype(float)
    light = caster.light.numpy().astype(float)

    def distance(p):
        solids = [
            capsule_distance(p, a, b, r)
            for a, b, r in zip(one.starts[0].numpy(), one.ends[0].numpy(), style.radii, strict=True)
        ]
        boxes = zip(one.centres[0].numpy(), one.axes[0].numpy(), style.half_sizes, strict=True)
        return np.stack(solids + [box_distance(p, *box) for box in boxes]).min(axis=0)

    hidden = np.isfinite(march(distance, points, np.tile(light, (len(points), 1)), far=8.0))
    assert 0.02 < hidden.mean() < 0.7
    assert (hidden != dark[caster.is_floor.numpy()]).mean() < 0.01
    assert not dark[~caster.is_floor.numpy()].any()
    assert 0 < SHADOW < 1


def test_images_do_not_depend_on_the_batch(shots):
    places, _ = place(shots.mechanics, shots.states.positions)
    alone = [shots.caster(Places(*(part[i : i + 1] for part in places))) for i in range(len(shots))]
    assert torch.equal(torch.cat(alone), shots.images)
    many = Places(*(np.concatenate([part[::-1]] * 7) for part in places))
    assert torch.equal(shots.caster(many)[:6].flip(0), shots.images)


@pytest.mark.parametrize(("size", "samples", "frames"), [(8, 1, 32), (64, 2, 32), (128, 2, 8), (64, 4, 8), (512, 2, 1)])
def test_large_images_are_drawn_a_few_at_a_time(shots, size, samples, frames):
    caster = shots.ray_caster(size, samples=samples)
    drawn = []
    caster._draw = lambda *parts: drawn.append(len(parts[0])) or torch.zeros(len(parts[0]), 3, 8, 8, dtype=torch.uint8)
    many = Places(*(np.repeat(part[:1], 33, axis=0) for part in place(shots.mechanics, shots.states.positions)[0]))
    assert caster(many).shape[0] == 33 == sum(drawn)
    assert max(drawn) == frames


def test_smaller_images_are_means_of_larger_ones(shots):
    places, _ = place(shots.mechanics, shots.states.positions)
    small = shots.ray_caster(32, samples=4)(places).float()
    large = shots.ray_caster(64, samples=2)(places).float()
    assert (small - torch.nn.functional.avg_pool2d(large, 2)).abs().max() <= 1.0


def test_points_appear_where_the_image_shows_them(shots):
    """Take one ball away: the pixels that change surround the place where its centre projects to."""
    style, (places, points) = looks(shots.mechanics), place(shots.mechanics, shots.states.positions)
    size, is_puppet = 128, isinstance(shots, Marionettes)
    caster = shots.ray_caster(size)
    name = "left hand" if is_puppet else "left bob"
    ball = style.names.index(name)
    starts, ends = places.starts.copy(), places.ends.copy()
    starts[:, ball] = ends[:, ball] = [0, 50, 0]  # beyond the end of the floor
    changed = (caster(places) != caster(places._replace(starts=starts, ends=ends))).any(dim=1)
    pixels = shots.camera.project(points[:, shots.point_names.index(name)], size)
    for i, (column, row) in enumerate(pixels):
        rows, columns = torch.nonzero(changed[i], as_tuple=True)
        near = (rows - row).abs() + (columns - column).abs() < 14  # the shadow changes too, elsewhere
        if near.sum() < 20:  # hidden behind something
            continue
        assert abs(float(columns[near].float().mean()) + 0.5 - column) < 2.5
        assert abs(float(rows[near].float().mean()) + 0.5 - row) < 2.5
    assert (shots.camera.project(points, size) > 0).all()


def test_rays_and_projection_are_inverse(shots):
    size = 10
    points = shots.camera.position + 3 * shots.camera.rays(size)
    row, column = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    np.testing.assert_allclose(shots.camera.project(points, size), np.stack([column, row], -1) + 0.5, atol=1e-9)


@pytest.mark.parametrize("size", [0, 7, -64, 4096])
def test_sizes_out_of_range(size):
    with pytest.raises(ValueError, match=f"size is {size}; expected a whole number of pixels from 8"):
        Pendulums(2, size=size)


def test_samples_out_of_range(shots):
    with pytest.raises(ValueError, match="samples is 0; expected a whole number from 1"):
        shots.ray_caster(64, samples=0)


def test_positions_that_are_not_finite(shots):
    positions = shots.states.positions.copy()
    positions[3, 2] = np.nan
    with pytest.raises(ValueError, match="positions of state 3 are not finite"):
        place(shots.mechanics, positions)
