"""Whether a checkpoint fits the network of a config, before it is tested or a training begins with it or goes on."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from torch import nn

from ..runtime.checkpoints import check_goes_on, load_checkpoint, weights_of
from .dehazers.published import own_names
from .trained import build_network

SHOWN = 3


def check_start(config: Config, *, testing: bool = False) -> dict[str, Any] | None:
    """What the checkpoint of a config holds, which fits; None where the config names none.

    To test, or to go on with a training, all weights have to fit, and to go on the state of the optimizer, too. A new
    training may begin with some of them; which begin anew is said on the screen.

    Args:
        config: with ``model``, and with ``load_from`` and ``resume`` for the checkpoint.
        testing: whether the checkpoint is to be tested.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: it may not be loaded, is no checkpoint or does not fit.
    """
    path = config.get('load_from')
    if path is None:
        return None
    state, where = load_checkpoint(path), config.filename or 'the config'
    if config.get('resume'):
        check_goes_on(state, path)
    if testing or config.get('resume'):
        network = build_network(config, weights_of(state), where, path, 'cpu')
        if not testing:
            _check_optimizer(config, network.train(), state['optimizer'],
                             f'{path} cannot go on with the optimizer of {where}')
    else:
        _say_what_fits(build_network(config, None, where, path, 'cpu'), weights_of(state), path)
    return state


def _check_optimizer(config: Config, network: nn.Module, saved: Mapping[str, Any], said: str) -> None:
    """Makes sure that a state is that of the config's optimizer; ``said`` begins the sentence where it is not."""
    settings = {name: config.optim_wrapper[name] for name in ('optimizer', 'constructor', 'paramwise_cfg')
                if name in config.optim_wrapper}
    if 'optimizer' not in settings:  # several, each for a part of the network
        return
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        optimizer = build_optim_wrapper(network, settings).optimizer
    ours, theirs = optimizer.state_dict()['param_groups'], saved.get('param_groups') or [{}]
    # switches come and go with the versions of torch; numbers are what makes an optimizer
    numbers = {name for name, value in ours[0].items() if name != 'params' and value is not None
               and not isinstance(value, bool)}
    if lacking := sorted(numbers - set(theirs[0])):
        reason = f'its optimizer has no {", ".join(lacking)}'
    elif (sizes := [len(group['params']) for group in ours]) != (found := [len(group['params']) for group in theirs]):
        reason = f'its groups of parameters have {found} weights, and those of the config {sizes}'
    else:
        return
    raise ValueError(f'{said}, {type(optimizer).__name__}: {reason}. Give the config that the checkpoint was trained '
                     'with, or begin a new training with load_from in the place of --resume.')


def _say_what_fits(network: nn.Module, weights: Mapping[str, Any], path: str | Path) -> None:
    """Prints which weights of a network a checkpoint lacks."""
    found = {name.removeprefix('module.'): weight.shape for name, weight in weights.items() if hasattr(weight, 'shape')}
    wanted = {name: weight.shape for name, weight in network.state_dict().items()}
    anew = [name for name, shape in wanted.items() if found.get(name) != shape]
    if len(anew) == len(wanted):
        published = own_names(weights) is not weights
        advice = f'mmhaze convert-dehazer {path} OURS.pth gives its weights the names that mmhaze has.' if published \
            else 'Give a checkpoint of such a network as load_from.'
        raise ValueError(f'Nothing in {path} fits the network: it has {", ".join(list(found)[:SHOWN])}, wanted '
                         f'{", ".join(anew[:SHOWN])} and so on. {advice}')
    if anew:
        more = f' and {len(anew) - SHOWN} others' if len(anew) > SHOWN else ''
        print(f'{path} fits but for {", ".join(anew[:SHOWN])}{more}, which begin anew.')
