"""The networks' parts, each a small registered class; a config line puts one in."""
from .backbones import DualChannel, InputAugmentation, LeNet5RGB, NetworkInNetwork
from .dehazers import AODNet, BaseDehazer, DarkChannelPrior, GUNet, MixDehazeNet, ProgressiveDehazer, ScatteringNet
from .extractors import TinyExtractor, TorchvisionExtractor
from .guidance import (
                     CalipAttention,
                     ClassEmbedding,
                     ClipText,
                     GuidedDehazer,
                     LearnedText,
                     NoFusion,
                     PAFusion,
                     ParameterFreeAttention,
                     PrecomputedText,
                     RandomText,
                     TextFiLM,
)
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

__all__ = ['AODNet', 'BaseDehazer', 'CalipAttention', 'ClassEmbedding', 'ClipText', 'ContrastRegularization',
           'DarkChannelPrior', 'DehazeL1Loss', 'DehazePreprocessor', 'DualChannel', 'DualChannelPreprocessor',
           'FeatureEnhancement', 'FeatureKLLoss', 'FeatureL2Loss', 'GUNet', 'GuidedDehazer', 'InputAugmentation',
           'InterContrastiveLoss', 'IntraContrastiveLoss', 'LeNet5RGB', 'LearnedText', 'MixDehazeNet',
           'NetworkConstraintHead', 'NetworkInNetwork', 'NoFusion', 'OrdinalNLLHead', 'PAFusion',
           'ParameterFreeAttention', 'PrecomputedText', 'ProgressiveDehazer', 'RandomText', 'ScatteringNet',
           'TextFiLM', 'TinyExtractor', 'TorchvisionExtractor']
