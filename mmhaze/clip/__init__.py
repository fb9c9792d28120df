"""CLIP: what a photo shows, in words. The packages of its networks are imported when one is built, and not before."""
from .backends import ClipBackend, OpenClip, TransformersClip
from .calip import CalipClassifier, calip_logits
from .domains import Domains, read_domains, write_domains
from .labelling import TEMPLATE, label_photos
from .zero_shot import domain_probabilities

__all__ = ['TEMPLATE', 'CalipClassifier', 'ClipBackend', 'Domains', 'OpenClip', 'TransformersClip', 'calip_logits',
           'domain_probabilities', 'label_photos', 'read_domains', 'write_domains']
