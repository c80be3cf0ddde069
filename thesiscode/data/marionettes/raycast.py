"""A ray caster in torch for capsules and boxes above a floor: no OpenGL, the same pixels on every machine's CPU.

Every pixel is a sum of products of its own ray and the solids' places, written out and never left to a matrix product:
a library of matrix products may round differently when the batch has another size.
"""

from numbers import Integral
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float32, UInt8
from numpy.typing import ArrayLike

from .camera import Camera
from .primitives import Looks, Places

LIGHT = (-0.25, -0.65, 1.0)
"""Where the light comes from."""
SHADOW = 0.72
"""Brightness of the floor in a shadow."""
FAR = 9.0
"""Where the floor ends, in metres from the camera."""
FRAMES_AT_ONCE = 32
"""At most; fewer where they would have more rays than `RAYS_AT_ONCE`, which bounds the memory."""
RAYS_AT_ONCE = FRAMES_AT_ONCE * 128**2
"""As many as 32 images of 64 pixels have, with 2 x 2 rays a pixel."""


def dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Scalar products over the last axis, of length 3."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def hit_capsule(
    origin: Float32[torch.Tensor, "3"],
    rays: Float32[torch.Tensor, "h w 3"],
    start: Float32[torch.Tensor, "n 3"],
    end: Float32[torch.Tensor, "n 3"],
    radius: Float32[torch.Tensor, ""],
) -> Float32[torch.Tensor, "n h w"]:
    """Distance along unit rays from `origin` to one capsule in each of `n` frames; infinity where a ray misses it.

    The origin is outside. A ray hits the capsule where it enters the infinite cylinder, if that is between the ends;
    else where it enters the sphere around the nearer end.
    """

    def of_ray(vectors: torch.Tensor) -> torch.Tensor:
        return dot(rays, vectors[:, None, None])

    def of_frame(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return dot(a, b)[:, None, None]

    axis, to_origin = end - start, origin - start
    length2, along = of_frame(axis, axis), of_frame(axis, to_origin)
    away = of_frame(to_origin, to_origin) - radius * radius
    ray_away = of_ray(to_origin)
    if float(length2.max()) < 1e-8:  # spheres
        inside = ray_away * ray_away - away
        distance = -ray_away - inside.clamp_min(0).sqrt()
        return torch.where((inside > 0) & (distance > 0), distance, torch.inf)
    ray_axis = of_ray(axis)
    # The quadratic a t^2 + 2 b t + c = 0 of the cylinder, times the squared length of its axis.
    a = (length2 - ray_axis * ray_axis).clamp_min(1e-9)
    b = length2 * ray_away - along * ray_axis
    c = length2 * away - along * along
    inside = b * b - a * c
    distance = (-b - inside.clamp_min(0).sqrt()) / a
    height = along + distance * ray_axis
    before = height <= 0
    between = ~before & (height < length2)
    to_far_end = origin - end
    b = torch.where(before, ray_away, of_ray(to_far_end))
    c = torch.where(before, away, of_frame(to_far_end, to_far_end) - radius * radius)
    inside_end = b * b - c
    distance = torch.where(between, distance, -b - inside_end.clamp_min(0).sqrt())
    seen = (inside > 0) & (between | (inside_end > 0)) & (distance > 0)
    return torch.where(seen, distance, torch.inf)


def hit_box(
    origin: Float32[torch.Tensor, "3"],
    rays: Float32[torch.Tensor, "h w 3"],
    centre: Float32[torch.Tensor, "n 3"],
    axes: Float32[torch.Tensor, "n 3 3"],
    half: Float32[torch.Tensor, "3"],
) -> Float32[torch.Tensor, "n h w"]:
    """Distance along unit rays from `origin` to one box in each of `n` frames; infinity where a ray misses it.

    A ray is inside the box where it is between all three pairs of parallel faces.
    """
    enter, leave = None, None
    for k in range(3):
        axis = axes[:, :, k]
        slope = dot(rays, axis[:, None, None])
        slope = torch.where(slope.abs() < 1e-9, 1e-9, slope)
        middle = dot(centre - origin, axis)[:, None, None] / slope
        reach = half[k] / slope.abs()
        enter = middle - reach if enter is None else torch.maximum(enter, middle - reach)
        leave = middle + reach if leave is None else torch.minimum(leave, middle + reach)
    return torch.where((enter < leave) & (enter > 0), enter, torch.inf)


class RayCaster:
    """Draws states of a scene as uint8 images [n, 3, size, size], with `samples` x `samples` rays for a pixel.

    `floor` is the height of the floor in metres. Images do not depend on what else is in the batch. They may differ by
    single grey levels between kinds of `device`. Raises ValueError for sizes below 8 or above 2048, or no samples.
    """

    def __init__(
        self,
        looks: Looks,
        camera: Camera,
        *,
        floor: float,
        size: int = 64,
        samples: int = 2,
        device: torch.device | str = "cpu",
    ) -> None:
        if not _whole(size) or not 8 <= size <= 2048:
            raise ValueError(f"size is {size}; expected a whole number of pixels from 8 to 2048")
        if not _whole(samples) or samples < 1:
            raise ValueError(f"samples is {samples}; expected a whole number from 1")
        self.size, self.samples, self.device = size, samples, torch.device(device)
        self.camera, self.floor = camera, floor
        self.frames_at_once = min(FRAMES_AT_ONCE, max(1, RAYS_AT_ONCE // (size * samples) ** 2))
        self.origin = self._tensor(camera.position)
        self.rays = self._tensor(camera.rays(size * samples))
        self.radii, self.half_sizes = self._tensor(looks.radii), self._tensor(looks.half_sizes)
        self.colours = self._tensor(looks.colours)
        self.light = self._tensor(np.asarray(LIGHT) / np.linalg.norm(LIGHT))
        self._draw_background()

    def _tensor(self, array: ArrayLike) -> torch.Tensor:
        return torch.as_tensor(np.asarray(array, np.float32), device=self.device)

    def _draw_background(self) -> None:
        """The floor's checks, the sky, the distance to the floor, and where the floor's points cast along the light."""
        down = self.rays[..., 2]
        distance = (self.floor - self.origin[2]) / down
        ground = self.origin + distance[..., None] * self.rays
        self.is_floor = (distance > 0) & (distance < FAR)
        self.floor_distance = torch.where(self.is_floor, distance, torch.inf)
        grey = 0.42 + 0.08 * ((ground[..., 0].floor() + ground[..., 1].floor()) % 2)
        sky = self._tensor([0.66, 0.75, 0.88]) + (down[..., None] + 0.3) * self._tensor([0.25, 0.2, 0.12])
        self.background = torch.where(self.is_floor[..., None], grey[..., None], sky).clamp(0, 1)
        self.ground = ground[..., :2]

    @torch.no_grad()
    def __call__(self, places: Places) -> UInt8[torch.Tensor, "n 3 size size"]:
        n, k = len(places.centres), self.frames_at_once
        images = [self._draw(*(self._tensor(part[i : i + k]) for part in places)) for i in range(0, n, k)]
        return torch.cat(images)

    def _draw(
        self, starts: torch.Tensor, ends: torch.Tensor, centres: torch.Tensor, axes: torch.Tensor
    ) -> UInt8[torch.Tensor, "n 3 size size"]:
        n, n_capsules = starts.shape[:2]
        distance = self.floor_distance.repeat(n, 1, 1)
        nearest = torch.full(distance.shape, -1, device=self.device)
        corners = _corners(centres, axes, self.half_sizes)
        for k in range(n_capsules + centres.shape[1]):
            if k < n_capsules:
                window = self._window(torch.stack([starts[:, k], ends[:, k]], 1), float(self.radii[k]))
                hit = hit_capsule(self.origin, self.rays[window], starts[:, k], ends[:, k], self.radii[k])
            else:
                j = k - n_capsules
                window = self._window(corners[:, j], 0.0)
                hit = hit_box(self.origin, self.rays[window], centres[:, j], axes[:, j], self.half_sizes[j])
            view = distance[:, *window]
            nearest[:, *window].masked_fill_(hit < view, k)
            view.copy_(torch.minimum(view, hit))
        image = self.background * (1 - (1 - SHADOW) * self._shadows(starts, ends, centres, axes, corners)[..., None])
        frame, row, column = torch.nonzero(nearest >= 0, as_tuple=True)
        solid = nearest[frame, row, column]
        points = self.origin + distance[frame, row, column][:, None] * self.rays[row, column]
        normals = self._normals(points, frame, solid, starts, ends, centres, axes)
        bright = 0.5 + 0.22 * normals[:, 2] + 0.45 * dot(normals, self.light).clamp_min(0)
        image[frame, row, column] = (self.colours[solid] * bright[:, None]).clamp(0, 1)
        return self._to_pixels(image)

    def _to_pixels(self, image: Float32[torch.Tensor, "n H W 3"]) -> UInt8[torch.Tensor, "n 3 size size"]:
        """Mean over the rays of each pixel, as whole grey levels."""
        s = self.samples
        total = sum(image[:, i::s, j::s] for i in range(s) for j in range(s))
        return (total * (255 / s**2) + 0.5).to(torch.uint8).permute(0, 3, 1, 2).contiguous()

    def _normals(
        self,
        points: Float32[torch.Tensor, "m 3"],
        frame: torch.Tensor,
        solid: torch.Tensor,
        starts: torch.Tensor,
        ends: torch.Tensor,
        centres: torch.Tensor,
        axes: torch.Tensor,
    ) -> Float32[torch.Tensor, "m 3"]:
        """Unit vectors that stand on the surfaces of solids at `points`."""
        normals, is_round = torch.empty_like(points), solid < starts.shape[1]
        f, k = frame[is_round], solid[is_round]
        start = starts[f, k]
        axis, to_point = ends[f, k] - start, points[is_round] - start
        along = (dot(to_point, axis) / dot(axis, axis).clamp_min(1e-9)).clamp(0, 1)
        normals[is_round] = (to_point - along[:, None] * axis) / self.radii[k][:, None]
        f, k = frame[~is_round], solid[~is_round] - starts.shape[1]
        to_point, turn = points[~is_round] - centres[f, k], axes[f, k]
        inside = torch.stack([dot(to_point, turn[..., j]) for j in range(3)], -1)
        face = (inside / self.half_sizes[k]).abs().argmax(1)
        rows = torch.arange(len(face), device=self.device)
        normals[~is_round] = turn[rows, :, face] * inside[rows, face].sign()[:, None]
        return normals

    def _window(self, points: Float32[torch.Tensor, "n k 3"], radius: float) -> tuple[slice, slice]:
        """Rows and columns of rays that hold balls of `radius` around points, in all frames."""
        rays = self.size * self.samples
        offset = points - self.origin
        right, up, back = (dot(offset, self._tensor(self.camera.axes[:, k])) for k in range(3))
        scale = rays / 2 / ((-back).clamp_min(0.1) * self.camera.tangent)
        margin = 1.15 * radius * scale + 1
        column, row = rays / 2 + right * scale, rays / 2 - up * scale
        return _span(row, margin, rays), _span(column, margin, rays)

    def _shadows(
        self,
        starts: torch.Tensor,
        ends: torch.Tensor,
        centres: torch.Tensor,
        axes: torch.Tensor,
        corners: torch.Tensor,
    ) -> Bool[torch.Tensor, "n H W"]:
        """Where the floor does not see the light: along the light, all solids fall on to the floor as flat shapes."""
        dark = torch.zeros((len(starts), *self.is_floor.shape), dtype=torch.bool, device=self.device)
        slant = self.light[:2] / self.light[2]

        def fall(points: torch.Tensor) -> torch.Tensor:
            return points[..., :2] - (points[..., 2:] - self.floor) * slant

        # A ball falls as an ellipse, longest along the slant; in squeezed coordinates it is a disk again.
        squeeze = _squeeze(slant)
        ground = _apply(squeeze, self.ground)
        for k in range(starts.shape[1]):
            ends_here = torch.stack([starts[:, k], ends[:, k]], 1)
            window = self._window(self._on_floor(fall(ends_here)), 1.6 * float(self.radii[k]))
            a, b = _apply(squeeze, fall(starts[:, k])), _apply(squeeze, fall(ends[:, k]))
            axis, to_point = (b - a)[:, None, None], ground[window] - a[:, None, None]
            length2 = (axis[..., 0] ** 2 + axis[..., 1] ** 2).clamp_min(1e-9)
            along = ((to_point[..., 0] * axis[..., 0] + to_point[..., 1] * axis[..., 1]) / length2).clamp(0, 1)
            x, y = to_point[..., 0] - along * axis[..., 0], to_point[..., 1] - along * axis[..., 1]
            dark[:, *window] |= x * x + y * y < self.radii[k] ** 2
        for k in range(centres.shape[1]):
            window = self._window(self._on_floor(fall(corners[:, k])), 0.0)
            to_point = self.ground[window] - fall(centres[:, k])[:, None, None]
            edges = [self.half_sizes[k, j] * (axes[:, k, :2, j] - axes[:, k, 2:, j] * slant) for j in range(3)]
            inside = None
            for edge in edges:
                across = [torch.abs(other[:, 0] * edge[:, 1] - other[:, 1] * edge[:, 0]) for other in edges]
                width = (across[0] + across[1] + across[2])[:, None, None]
                offset = to_point[..., 0] * edge[:, 1, None, None] - to_point[..., 1] * edge[:, 0, None, None]
                between = offset.abs() < width
                inside = between if inside is None else inside & between
            dark[:, *window] |= inside
        return dark & self.is_floor

    def _on_floor(self, points: Float32[torch.Tensor, "n k 2"]) -> Float32[torch.Tensor, "n k 3"]:
        return torch.cat([points, torch.full_like(points[..., :1], self.floor)], -1)


def _whole(n: Any) -> bool:
    return isinstance(n, Integral) and not isinstance(n, bool)


def _corners(
    centres: Float32[torch.Tensor, "n k 3"], axes: Float32[torch.Tensor, "n k 3 3"], half: Float32[torch.Tensor, "k 3"]
) -> Float32[torch.Tensor, "n k 8 3"]:
    """The eight corners of boxes."""
    signs = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], device=half.device)] * 3)
    reach = signs * half[:, None]
    return centres[:, :, None] + sum(reach[None, ..., j, None] * axes[:, :, None, :, j] for j in range(3))


def _span(middle: torch.Tensor, margin: torch.Tensor, end: int) -> slice:
    """From the smallest to the largest of `middle` with a margin, within 0..end."""
    low, high = int((middle - margin).min().floor()), int((middle + margin).max().ceil())
    return slice(min(max(low, 0), end), min(max(high, 0), end))


def _squeeze(slant: Float32[torch.Tensor, "2"]) -> Float32[torch.Tensor, "2 2"]:
    """Shortens the direction of `slant` by as much as slanting light lengthens the shadow of a ball."""
    length = torch.sqrt(slant[0] ** 2 + slant[1] ** 2)
    way = slant / length
    shorter = 1 / torch.sqrt(1 + length**2) - 1
    return torch.eye(2, device=slant.device) + shorter * way[:, None] * way


def _apply(
    matrix: Float32[torch.Tensor, "2 2"], points: Float32[torch.Tensor, "*n 2"]
) -> Float32[torch.Tensor, "*n 2"]:
    x, y = points[..., 0], points[..., 1]
    return torch.stack([matrix[0, 0] * x + matrix[0, 1] * y, matrix[1, 0] * x + matrix[1, 1] * y], -1)
