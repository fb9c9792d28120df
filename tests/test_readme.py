"""What the pages show works: their Python runs, and the files they name are there."""
from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmpretrain.registry import DATASETS

from tests.conftest import ROOT
from tests.ucm.photos import wall

README = (ROOT / 'README.md').read_text(encoding='utf-8')
PYTHON = re.findall(r'```python\n(.*?)```', README, re.DOTALL)
PAGES = [path for path in ROOT.rglob('*.md') if not any(part.startswith('.') for part in path.relative_to(ROOT).parts)
         and path.relative_to(ROOT).parts[0] not in ('data', 'work_dirs', 'demo_out', 'build')]


def test_the_example_finds_the_haze_of_a_photo(tmp_path, monkeypatch, capsys):
    example, = (code for code in PYTHON if 'segment_haze' in code)
    monkeypatch.chdir(tmp_path)
    cv2.imwrite('photo.jpg', wall(beta=0.05), [cv2.IMWRITE_JPEG_QUALITY, 100])
    exec(example, {})
    assert re.match(r'\d+% of the photo is haze', capsys.readouterr().out)
    assert cv2.imread('haze.png').shape == (240, 320, 3) and cv2.imread('segment.png') is not None


def test_the_example_reads_photos_of_ones_own(tmp_path, monkeypatch):
    example, = (code for code in PYTHON if 'HazeLevelDataset' in code)
    monkeypatch.chdir(tmp_path)
    Path('my_photos').mkdir()
    cv2.imwrite('my_photos/a.png', np.zeros((80, 100, 3), np.uint8))
    Path('my_photos/levels.csv').write_text('file,level\na.png,3\n')
    config: dict = {}
    exec(example, config)
    init_default_scope('mmpretrain')
    sample = DATASETS.build(config['train_dataloader']['dataset'])[0]
    assert sample['inputs'].shape == (3, 64, 64) and sample['data_samples'].gt_label.tolist() == [3]


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_that_a_page_names_are_there(page):
    text = page.read_text(encoding='utf-8')
    links = [page.parent / link for link in re.findall(r'\]\(([^)#:\s]+)\)', text)]
    commands = [ROOT / name for name in re.findall(r'(?:^|\s)((?:configs|tools|benchmarks)/[\w./-]+\.(?:py|sh))', text)]
    commands += [ROOT / f'{name.replace(".", "/")}.py'
                 for name in re.findall(r'python -m ((?:benchmarks|docs)\.[\w.]+)', text)]
    missing = [str(path) for path in links + commands if not path.exists()]
    assert not missing
