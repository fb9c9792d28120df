"""The steps of a data pipeline, thin over the core: they carry results from dict to dict."""
from .add_haze import AddHaze, PrepareHaze
from .domain import LoadDomain
from .haze_channel import HazeChannel
from .loading import LoadDepth, LoadPhoto
from .packing import PackDualChannel
from .pairs import LoadPair, PackDehazing, RandomQuarterTurn
from .scene import PackScene
from .transmission import EstimateTransmission
from .ucm import UCM

__all__ = ['UCM', 'AddHaze', 'EstimateTransmission', 'HazeChannel', 'LoadDepth', 'LoadDomain', 'LoadPair', 'LoadPhoto',
           'PackDehazing', 'PackDualChannel', 'PackScene', 'PrepareHaze', 'RandomQuarterTurn']
