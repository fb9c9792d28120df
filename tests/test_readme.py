"""What the pages show works: their Python runs, and the files they name are there."""
from __future__ import annotations

import doctest
import re
from itertools import product
from pathlib import Path

import cv2
import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpretrain.registry import DATASETS

from mmhaze.cli.main import main
from tests.conftest import ROOT
from tests.ucm.photos import wall

README = (ROOT / 'README.md').read_text(encoding='utf-8')
PYTHON = re.findall(r'```python\n(.*?)```', README, re.DOTALL)
PAGES = [path for path in ROOT.rglob('*.md') if not any(part.startswith('.') for part in path.relative_to(ROOT).parts)
         and path.relative_to(ROOT).parts[0] not in ('data', 'work_dirs', 'demo_out', 'build')]


def test_the_first_example_answers_as_shown(monkeypatch):
    assert README.index('```pycon') < README.index('```python')
    monkeypatch.chdir(ROOT)
    shown, = re.findall(r'```pycon\n(.*?)```', README, re.DOTALL)
    said: list[str] = []
    example = doctest.DocTestParser().get_doctest(shown, {}, 'README', 'README.md', 0)
    doctest.DocTestRunner().run(example, out=said.append)
    assert not said, ''.join(said)


@pytest.mark.parametrize('page', ['README.md', 'docs/predict.md'])
def test_the_table_of_levels_is_the_one_that_is_printed(page, capsys):
    text = (ROOT / page).read_text(encoding='utf-8')
    shown, = re.findall(r'^level +sure +haze +photo\n(?:\d .*\n)+', text, re.MULTILINE)
    assert main(['haze', str(ROOT / 'docs' / 'images' / 'street.jpg')]) == 0
    assert capsys.readouterr().out == shown


def test_the_example_finds_the_haze_of_a_photo(tmp_path, monkeypatch, capsys):
    example, = (code for code in PYTHON if 'segment_haze' in code)
    monkeypatch.chdir(tmp_path)
    cv2.imwrite('photo.jpg', wall(beta=0.05), [cv2.IMWRITE_JPEG_QUALITY, 100])
    exec(example, {})
    assert re.match(r'\d+% of the photo is haze', capsys.readouterr().out)
    assert cv2.imread('haze.png').shape == (240, 320, 3) and cv2.imread('segment.png') is not None


@pytest.fixture
def own_config(tmp_path, monkeypatch) -> Path:
    """Beside photos of one's own in four levels and three parts, the config that the README shows for them."""
    monkeypatch.chdir(tmp_path)
    Path('my_photos').mkdir()
    rows = ['file,level,split']
    for number, (part, level) in enumerate(product(('train', 'val', 'test'), range(4))):
        cv2.imwrite(f'my_photos/{number}.png', wall(beta=0.02 * level)[:80, :100])
        rows.append(f'{number}.png,{level},{part}')
    Path('my_photos/levels.csv').write_text('\n'.join(rows) + '\n')
    shown, = (code for code in PYTHON if 'HazeLevelDataset' in code)
    path = tmp_path / 'mine.py'
    path.write_text(shown)
    return path


def test_the_config_for_photos_of_ones_own_reads_each_part(own_config):
    config = Config.fromfile(own_config)
    init_default_scope('mmpretrain')
    for place, part in enumerate(('train', 'val', 'test')):
        data = DATASETS.build(config[f'{part}_dataloader'].dataset)
        assert [Path(data.get_data_info(index)['img_path']).stem for index in range(len(data))] == [
            str(4 * place + level) for level in range(4)]
        assert data[3]['inputs'].shape == (3, 64, 64) and data[3]['data_samples'].gt_label.tolist() == [3]
    assert config.model.head.num_classes == 4


@pytest.mark.slow
def test_the_config_for_photos_of_ones_own_is_whole_it_trains_and_is_tested(own_config):
    options = ['--cfg-options', *(f'{part}_dataloader.{each}' for part in ('train', 'val', 'test')
                                  for each in ('num_workers=0', 'persistent_workers=False'))]
    assert main(['train', 'mine.py', '--work-dir', 'run', *options, 'train_cfg.max_epochs=1']) == 0
    assert main(['test', 'mine.py', 'run/epoch_1.pth', '--out', 'tested.pkl', *options]) == 0


@pytest.mark.parametrize('page', PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_that_a_page_names_are_there(page):
    text = page.read_text(encoding='utf-8')
    links = [page.parent / link for link in re.findall(r'\]\(([^)#:\s]+)\)', text)]
    commands = [ROOT / name for name in re.findall(r'(?:^|\s)((?:configs|tools|benchmarks)/[\w./-]+\.(?:py|sh))', text)]
    commands += [ROOT / f'{name.replace(".", "/")}.py'
                 for name in re.findall(r'python -m ((?:benchmarks|docs)\.[\w.]+)', text)]
    missing = [str(path) for path in links + commands if not path.exists()]
    assert not missing
