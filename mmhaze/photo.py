"""The former address of :mod:`mmhaze.io.photo`, which scripts of users import."""
from .io.photo import from_unit_rgb, photo_of, read_photo, to_unit_rgb

__all__ = ['from_unit_rgb', 'photo_of', 'read_photo', 'to_unit_rgb']
