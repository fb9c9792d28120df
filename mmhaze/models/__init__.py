"""The networks' parts, each a small registered class; a config line puts one in."""
from .backbones import DualChannel, InputAugmentation, LeNet5RGB, NetworkInNetwork
from .heads import NetworkConstraintHead, OrdinalNLLHead
from .losses import FeatureKLLoss, FeatureL2Loss
from .necks import FeatureEnhancement
from .preprocessors import DualChannelPreprocessor

__all__ = ['DualChannel', 'DualChannelPreprocessor', 'FeatureEnhancement', 'FeatureKLLoss', 'FeatureL2Loss',
           'InputAugmentation', 'LeNet5RGB', 'NetworkConstraintHead', 'NetworkInNetwork', 'OrdinalNLLHead']
