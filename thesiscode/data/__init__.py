"""Data that is drawn, and readers for the data that is downloaded. Nothing is fetched unless it is asked for by name.

Drawn, with no network:

- `toyland`: objects, source images, scenes with boxes and masks, actions;
- `faces`, `bedrooms`: 64 x 64 images with known attributes.

Read from files: `voc`, `coco`, `imagenet`, `mnist`, `lfw`, `lsun`, `tuebingen`, and `weights` of pre-trained networks.
`registry` knows where public data comes from, `download` gets it, `verify` checks it, `folders` says where it lives.
Import what you need from its module: torch is loaded only by the modules that return tensors.
"""
