"""The former address of what finds and builds networks, which scripts of users import."""
from ..models.trained import build_network
from ..runtime.shipped import find_config

__all__ = ['build_network', 'find_config']
