"""What the pages draw: figures, frame sliders, tables and diagrams."""

from .diagrams import arrow, box, brace, canvas, matrix, tensor
from .explore import Frames, explore
from .glue import glue
from .graphs import draw_graph
from .images import show_images
from .sortable import Picture, SortableTable, sortable_table
from .style import COLORS, CYCLE, tint, use_style
from .table import Table, table

__all__ = [
    "COLORS",
    "CYCLE",
    "Frames",
    "Picture",
    "SortableTable",
    "Table",
    "arrow",
    "box",
    "brace",
    "canvas",
    "draw_graph",
    "explore",
    "glue",
    "matrix",
    "show_images",
    "sortable_table",
    "table",
    "tensor",
    "tint",
    "use_style",
]
