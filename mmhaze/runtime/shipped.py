"""What comes beside the code: configs, tools and the index of models, which the host is told of."""
from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path

INDEX = 'model-index.yml'
SCOPE = 'mmhaze::'
PACKAGE = Path(__file__).parents[1]
# of an installed package, where MIM looks for it, or of a checkout
SHIPPED = next((folder for folder in (PACKAGE / '.mim', PACKAGE.parent) if (folder / INDEX).is_file()),
               PACKAGE / '.mim')
CONFIGS = SHIPPED / 'configs'


def find_config(name: str | Path) -> Path:
    """The config file of this path, or of this name among mmhaze's own.

    A name is that of the file, or its path in ``configs/`` after ``mmhaze::``, as mmengine has it for other packages;
    both with ``.py`` or without.

    Raises:
        FileNotFoundError: there is none; the message says the nearest name.
    """
    path = Path(name)
    if path.is_file():
        return path
    shipped = str(name).removeprefix(SCOPE).removesuffix('.py')
    if str(name).startswith(SCOPE) and (CONFIGS / f'{shipped}.py').is_file():
        return CONFIGS / f'{shipped}.py'
    known = {file.stem: file for file in reversed(list_configs())} if Path(shipped).parent == Path() else {}
    if shipped in known:
        return known[shipped]
    near = difflib.get_close_matches(shipped, known, n=1)
    lacking = f'{name} is a folder' if path.is_dir() else f'There is no config {name}'
    raise FileNotFoundError(f'{lacking}: wanted a file, or the name of one in configs/ such as '
                            f'{near[0] if near else "magnet-fe-s_resnet18_hazel-level"}.')


def list_configs() -> list[Path]:
    """The config files that come with mmhaze, without those that others build on."""
    return [file for file in sorted(CONFIGS.rglob('*.py')) if '_base_' not in file.parts]


@lru_cache(maxsize=1)
def register_models() -> None:
    """Adds mmhaze's models to those of ``mmpretrain.list_models`` and ``mmpretrain.get_model``, once."""
    from mmpretrain.apis.model import ModelHub
    if (SHIPPED / INDEX).is_file():
        ModelHub.register_model_index(SHIPPED / INDEX, config_prefix=SHIPPED)
