"""Networks that take haze out of a photo: a file each, one contract, :class:`BaseDehazer`."""
from .aod_net import AODNet
from .base import BaseDehazer
from .dark_channel_prior import DarkChannelPrior
from .gunet import GUNet
from .haze_map_dehazer import HazeMapDehazer
from .mix_dehaze_net import MixDehazeNet
from .progressive import ProgressiveDehazer
from .scattering_net import ScatteringNet

__all__ = ['AODNet', 'BaseDehazer', 'DarkChannelPrior', 'GUNet', 'HazeMapDehazer', 'MixDehazeNet',
           'ProgressiveDehazer', 'ScatteringNet']
