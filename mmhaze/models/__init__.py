"""The networks' parts, each a small registered class; a config line puts one in."""
from . import dehazers
from .backbones import DualChannel, InputAugmentation, LeNet5RGB, NetworkInNetwork
from .dehazers import *  # noqa: F403  listed there alone
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
from .haze_map import HazeMapNet
from .heads import NetworkConstraintHead, OrdinalNLLHead, VisibilityHead
from .losses import (
                     ContrastRegularization,
                     DehazeL1Loss,
                     FeatureKLLoss,
                     FeatureL2Loss,
                     InterContrastiveLoss,
                     IntraContrastiveLoss,
                     visibility_loss,
)
from .necks import FeatureEnhancement
from .preprocessors import DehazePreprocessor, DualChannelPreprocessor

__all__ = ['CalipAttention', 'ClassEmbedding', 'ClipText', 'ContrastRegularization', 'DehazeL1Loss',
           'DehazePreprocessor', 'DualChannel', 'DualChannelPreprocessor', 'FeatureEnhancement', 'FeatureKLLoss',
           'FeatureL2Loss', 'GuidedDehazer', 'HazeMapNet', 'InputAugmentation', 'InterContrastiveLoss',
           'IntraContrastiveLoss', 'LeNet5RGB', 'LearnedText', 'NetworkConstraintHead', 'NetworkInNetwork', 'NoFusion',
           'OrdinalNLLHead', 'PAFusion', 'ParameterFreeAttention', 'PrecomputedText', 'RandomText', 'TextFiLM',
           'TinyExtractor', 'TorchvisionExtractor', 'VisibilityHead', 'visibility_loss']
__all__ += dehazers.__all__
