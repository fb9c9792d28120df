"""The networks' parts, each a small registered class; a config line puts one in."""
from .backbones import DualChannel, InputAugmentation, LeNet5RGB, NetworkInNetwork
from .dehazers import AODNet, BaseDehazer, DarkChannelPrior, GUNet, MixDehazeNet
from .heads import NetworkConstraintHead, OrdinalNLLHead
from .losses import DehazeL1Loss, FeatureKLLoss, FeatureL2Loss
from .necks import FeatureEnhancement
from .preprocessors import DehazePreprocessor, DualChannelPreprocessor

__all__ = ['AODNet', 'BaseDehazer', 'DarkChannelPrior', 'DehazeL1Loss', 'DehazePreprocessor', 'DualChannel',
           'DualChannelPreprocessor', 'FeatureEnhancement', 'FeatureKLLoss', 'FeatureL2Loss', 'GUNet',
           'InputAugmentation', 'LeNet5RGB', 'MixDehazeNet', 'NetworkConstraintHead', 'NetworkInNetwork',
           'OrdinalNLLHead']
