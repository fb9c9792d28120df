"""The networks' parts, each a small registered class; a config line puts one in."""
from .backbones import DualChannel, InputAugmentation, LeNet5RGB, NetworkInNetwork
from .dehazers import AODNet, BaseDehazer, DarkChannelPrior, GUNet, MixDehazeNet, ProgressiveDehazer, ScatteringNet
from .extractors import TinyExtractor, TorchvisionExtractor
from .heads import NetworkConstraintHead, OrdinalNLLHead
from .losses import (
                     ContrastRegularization,
                     DehazeL1Loss,
                     FeatureKLLoss,
                     FeatureL2Loss,
                     InterContrastiveLoss,
                     IntraContrastiveLoss,
)
from .necks import FeatureEnhancement
from .preprocessors import DehazePreprocessor, DualChannelPreprocessor

__all__ = ['AODNet', 'BaseDehazer', 'ContrastRegularization', 'DarkChannelPrior', 'DehazeL1Loss', 'DehazePreprocessor',
           'DualChannel', 'DualChannelPreprocessor', 'FeatureEnhancement', 'FeatureKLLoss', 'FeatureL2Loss', 'GUNet',
           'InputAugmentation', 'InterContrastiveLoss', 'IntraContrastiveLoss', 'LeNet5RGB', 'MixDehazeNet',
           'NetworkConstraintHead', 'NetworkInNetwork', 'OrdinalNLLHead', 'ProgressiveDehazer', 'ScatteringNet',
           'TinyExtractor', 'TorchvisionExtractor']
