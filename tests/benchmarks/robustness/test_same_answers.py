from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.robustness import same_answers
from benchmarks.robustness.sample_answers import SAMPLES


def write_answers(folder: Path, pixel: int = 7, weight: float = 0.5, share: float = 0.25, seconds: float = 1.0) -> Path:
    """What a tool may leave: a table, a picture's bytes, JSON, a checkpoint, and a log."""
    folder.mkdir(parents=True)
    (folder / 'haze.csv').write_text(f'file,share,seconds\na.png,{share},{seconds}\n')
    (folder / 'a.png').write_bytes(bytes([1, 2, pixel]))
    run = folder / f'20260101_12000{int(seconds)}'
    run.mkdir()
    (run / 'scalars.json').write_text('\n'.join(json.dumps(dict(loss=share, time=seconds, step=step))
                                                for step in (1, 2)))
    (run / 'run.log').write_text(f'it took {seconds} s')
    torch.save(dict(state_dict=dict(w=torch.tensor([weight])), meta=dict(time=seconds)), folder / 'epoch_1.pth')
    return folder


def test_answers_that_differ_in_their_times_alone_are_the_same(tmp_path):
    one, other = write_answers(tmp_path / 'one'), write_answers(tmp_path / 'other', seconds=2.0)
    assert same_answers.compare(one, other) == (4, [])


@pytest.mark.parametrize(('change', 'file'), [
    (dict(pixel=8), 'a.png'), (dict(weight=float(np.nextafter(np.float32(0.5), np.float32(1)))), 'epoch_1.pth')])
def test_a_byte_or_a_bit_that_differs_is_told(tmp_path, change, file):
    one, other = write_answers(tmp_path / 'one'), write_answers(tmp_path / 'other', **change)
    assert same_answers.compare(one, other) == (4, [f'{file} differs'])


def test_a_number_in_a_table_or_a_loss_that_differs_and_a_file_that_is_gone_are_told(tmp_path):
    one, other = write_answers(tmp_path / 'one'), write_answers(tmp_path / 'other', share=0.2500001, seconds=3.0)
    (other / 'a.png').unlink()
    assert same_answers.compare(one, other)[1] == ['a.png is gone', '/scalars.json differs', 'haze.csv differs']


def test_a_sample_alone_is_run_with_what_it_reads_of_others():
    assert same_answers.with_needed(['ucm']) == ['ucm']
    assert same_answers.with_needed(['dehaze']) == ['demo', 'train', 'haze-wild', 'train-dehazer', 'dehaze']
    assert same_answers.with_needed(['python']) == ['demo', 'train', 'python']
    assert same_answers.with_needed(['load-baselines']) == ['baselines', 'load-baselines']
    assert same_answers.with_needed(list(SAMPLES)) == list(SAMPLES)
