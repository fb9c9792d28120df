from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config

from mmhaze.runtime.training import set_training

from .test_checkpoints import write


@pytest.mark.parametrize('said', [dict(resume='newest'), {}], ids=['by the command', 'by the config'])
@pytest.mark.parametrize('begun', [True, False])
def test_a_run_goes_on_where_it_was_and_begins_where_its_config_says(said, begun, tmp_path):
    newest = write(tmp_path / 'epoch_1.pth') if begun else None
    config = Config(dict(work_dir=str(tmp_path), load_from=None, resume=not said))
    set_training(config, **said)
    assert (config.load_from, config.resume) == (str(newest) if begun else None, begun)


@pytest.mark.parametrize('begun', [True, False])
def test_the_weights_that_a_config_begins_with_are_kept_where_there_is_no_run_to_go_on_with(begun, tmp_path):
    newest = write(tmp_path / 'epoch_1.pth') if begun else None
    config = Config(dict(work_dir=str(tmp_path), load_from='pretrained.pth'))
    set_training(config, 'newest')
    assert Path(config.load_from) == (newest or Path('pretrained.pth')) and config.resume == begun
