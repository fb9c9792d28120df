from __future__ import annotations

import re
import shutil

import cv2
import numpy as np

from tests.conftest import ROOT

from ..cli.calling import command as command_of

PAGE = (ROOT / 'docs' / 'clip.md').read_text(encoding='utf-8')


def test_what_the_page_shows_runs(folder, tmp_path, monkeypatch, rng):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder, 'models/clip-vit-large-patch14')
    (tmp_path / 'data' / 'RESIDE-6K' / 'train' / 'hazy').mkdir(parents=True)
    for name in ('data/RESIDE-6K/train/hazy/1400_1.png', 'photo.jpg'):
        cv2.imwrite(name, rng.integers(0, 256, (40, 60, 3), np.uint8))
    command, = re.findall(r'```\nmmhaze clip-domains (.*)\n```', PAGE)
    assert command_of('clip-domains')([*command.split(), '--device', 'cpu']) == 0
    reading, asking = re.findall(r'```python\n(.*?)```', PAGE, re.DOTALL)
    names: dict = {}
    exec(reading, names)
    domains = names['domains']
    assert domains.domains == ('indoor', 'outdoor') and domains.of('1400_1.png').shape == (2,)
    exec(f'{asking}\nlevels = classifier.predict([read_photo("photo.jpg")])', names)
    assert names['levels'].shape == (1,) and names['classifier'].num_levels == 3
