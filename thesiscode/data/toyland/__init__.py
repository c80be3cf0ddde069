"""Toyland: a drawn world that behaves like Pascal VOC and ImageNet, with known boxes, masks and contexts."""

from .actions import ACTIONS, Actions, ActionScene, draw_action
from .classes import CLASSES, DISTINCTIVE, N_BREEDS, PARTS, TARGETS, draw_object, part_masks
from .contexts import CONTEXTS, P_CONTEXT, class_given_context, context_given_class
from .datasets import Scenes, collate, image_labels
from .layout import Modes
from .looks import Look
from .scenes import Scene, SceneObject, draw_scene, visible_parts
from .source import SourceImages, source_breeds, source_image, source_mask
from .writers import write_coco, write_image_folder, write_voc

__all__ = [
    "ACTIONS",
    "CLASSES",
    "CONTEXTS",
    "DISTINCTIVE",
    "N_BREEDS",
    "PARTS",
    "P_CONTEXT",
    "TARGETS",
    "ActionScene",
    "Actions",
    "Look",
    "Modes",
    "Scene",
    "SceneObject",
    "Scenes",
    "SourceImages",
    "class_given_context",
    "collate",
    "context_given_class",
    "draw_action",
    "draw_object",
    "draw_scene",
    "image_labels",
    "part_masks",
    "source_breeds",
    "source_image",
    "source_mask",
    "visible_parts",
    "write_coco",
    "write_image_folder",
    "write_voc",
]
