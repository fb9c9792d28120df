"""What comes beside the code: configs, tools and the index of models, which the host is told of."""
from __future__ import annotations

from functools import lru_cache
from pathlib import Path

INDEX = 'model-index.yml'
PACKAGE = Path(__file__).parents[1]
# of an installed package, where MIM looks for it, or of a checkout
SHIPPED = next((folder for folder in (PACKAGE / '.mim', PACKAGE.parent) if (folder / INDEX).is_file()),
               PACKAGE / '.mim')
CONFIGS = SHIPPED / 'configs'


def find_config(name: str | Path) -> Path:
    """The config file of this path, or of this name among mmhaze's own.

    Raises:
        FileNotFoundError: there is none.
    """
    path = Path(name)
    if path.is_file():
        return path
    stem = path.name.removesuffix('.py')
    found = [] if path.parent != Path() else [
        file for file in sorted(CONFIGS.rglob('*.py')) if file.stem == stem and '_base_' not in file.parts]
    if not found:
        raise FileNotFoundError(f'There is no config {name}: wanted a file, or the name of one in configs/ such as '
                                'magnet-fe-s_resnet18_hazel-level.')
    return found[0]


@lru_cache(maxsize=1)
def register_models() -> None:
    """Adds mmhaze's models to those of ``mmpretrain.list_models`` and ``mmpretrain.get_model``, once."""
    from mmpretrain.apis.model import ModelHub
    if (SHIPPED / INDEX).is_file():
        ModelHub.register_model_index(SHIPPED / INDEX, config_prefix=SHIPPED)
