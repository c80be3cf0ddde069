"""One drawing function a class: it writes the shapes of one breed with a pen."""
