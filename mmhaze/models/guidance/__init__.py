"""Dehazers that are told in words what is in a photo: where the words come from, and how they come in."""
from .attention import CalipAttention, ParameterFreeAttention
from .film import ClassEmbedding, NoFusion, TextFiLM
from .guided_dehazer import GuidedDehazer
from .pa_fusion import PAFusion
from .text import ClipText, LearnedText, PrecomputedText, RandomText, TextFeatures
from .words import Fusion, Words

__all__ = ['CalipAttention', 'ClassEmbedding', 'ClipText', 'Fusion', 'GuidedDehazer', 'LearnedText', 'NoFusion',
           'PAFusion', 'ParameterFreeAttention', 'PrecomputedText', 'RandomText', 'TextFeatures', 'TextFiLM', 'Words']
