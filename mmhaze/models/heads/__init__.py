from .network_constraint import NetworkConstraintHead
from .ordinal_head import OrdinalNLLHead
from .visibility_head import VisibilityHead

__all__ = ['NetworkConstraintHead', 'OrdinalNLLHead', 'VisibilityHead']
