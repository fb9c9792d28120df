from .network_constraint import NetworkConstraintHead
from .ordinal_head import OrdinalNLLHead

__all__ = ['NetworkConstraintHead', 'OrdinalNLLHead']
