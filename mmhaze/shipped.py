"""What comes beside the code: configs, tools and the index of models, which the host is told of."""
from __future__ import annotations

from pathlib import Path

from mmpretrain.apis.model import ModelHub

INDEX = 'model-index.yml'
PACKAGE = Path(__file__).parent
# of an installed package, where MIM looks for it, or of a checkout
SHIPPED = next((folder for folder in (PACKAGE / '.mim', PACKAGE.parent) if (folder / INDEX).is_file()),
               PACKAGE / '.mim')
CONFIGS = SHIPPED / 'configs'


def register_models() -> None:
    """Adds mmhaze's models to those of ``mmpretrain.list_models`` and ``mmpretrain.get_model``."""
    if (SHIPPED / INDEX).is_file():
        ModelHub.register_model_index(SHIPPED / INDEX, config_prefix=SHIPPED)
