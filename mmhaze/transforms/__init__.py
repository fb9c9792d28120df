"""The steps of a data pipeline, thin over the core: they carry results from dict to dict."""
from .loading import LoadPhoto
from .packing import PackDualChannel
from .ucm import UCM

__all__ = ['UCM', 'LoadPhoto', 'PackDualChannel']
