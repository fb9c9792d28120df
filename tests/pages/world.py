"""A folder with all that the pages speak of, but small: photos, data sets, a CLIP, and networks that know nothing."""
from __future__ import annotations

import re
import shutil
from pathlib import Path

import cv2

from mmhaze.runtime.shipped import find_config
from mmhaze.synthesis.scenes import render_scene

from ..apis.test_inferencer import save_checkpoint
from ..clip.tiny import save_tiny_clip
from ..conftest import ROOT
from ..synthesis.conftest import write_frida_scene
from ..tiny_set import write_tiny_domains, write_tiny_folders, write_tiny_pairs, write_tiny_set
from ..ucm.photos import wall

CLIP = 'models/clip-vit-large-patch14'
# a network and the file of its weights, in a command or in Python
WEIGHTS = re.compile(r"--(?:model|base|dehazer|judge) (\S+)\s+--(?:base-|dehazer-|judge-)?checkpoint (\S+)"
                     r"|\('([\w-]+)', checkpoint='([^']+)'"
                     r"|model='([\w-]+)', checkpoint='([^']+)'"
                     r"|LevelModel\('([\w-]+)', '([^']+)'"
                     r"|mmhaze export (\S+) (\S+)"
                     r"|mmhaze test (\S+)\s+(\S+\.pth)")


def make_world(folder: Path) -> None:
    """Fills the folder."""
    (folder / 'tools').symlink_to(ROOT / 'tools')
    shutil.copytree(ROOT / 'configs', folder / 'configs')  # guides add to them
    photos = [wall(beta) for beta in (0.0, 0.02, 0.05)]
    for place in ('photos', 'my_photos/a', 'data/RESIDE-6K/train/hazy'):
        (folder / place).mkdir(parents=True)
        for number, photo in enumerate(photos):
            cv2.imwrite(str(folder / place / f'{number}.jpg'), photo)
    cv2.imwrite(str(folder / 'photo.jpg'), photos[2])
    for number in range(4):  # scenes of their own, or the doctor finds fault with them
        cv2.imwrite(str(folder / 'my_photos' / 'a' / f'{number}.jpg'), render_scene(number)[0])
    cv2.imwrite(str(folder / 'data/RESIDE-6K/train/hazy/1400_1.png'), photos[1])
    (folder / 'my_photos' / 'levels.csv').write_text('file,level\n' + ''.join(f'a/{n}.jpg,{n}\n' for n in range(4)))
    for number in (1, 2):
        write_frida_scene(folder / 'SRC', 'frida', number)
    (folder / 'my_config.py').write_text(f"_base_ = '{find_config('aodnet_roads')}'\n")
    make_sets(folder / 'data')
    shutil.copytree(save_tiny_clip(folder / 'tiny-clip'), folder / CLIP)


def make_sets(data: Path) -> None:
    """Tiny ones under the names that configs have for them."""
    write_tiny_pairs(write_tiny_set(data / 'hazel-level'))
    write_tiny_pairs(write_tiny_set(data / 'haze-wild', levels=10, parts=True))
    write_tiny_set(data / 'demo', levels=5)
    for name in ('level_1/scene-016_uniform.jpg', 'level_4/scene-016_cloudy.jpg', 'level_3/scene-038_uniform.jpg'):
        (data / 'demo' / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(data / 'demo' / name), wall(0.03))
    write_tiny_folders(data / 'sots-indoor', 'hazy', 'gt')
    for top in (data / 'hazel-level', data / 'haze-wild', data / 'sots-indoor' / 'hazy'):
        write_tiny_domains(top)


def make_weights(text: str) -> None:
    """Weights as chance has them, for each network that a block asks for with a file of weights."""
    for found in WEIGHTS.finditer(text.replace('\\\n', ' ')):
        model, file = filter(None, found.groups())
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        save_checkpoint(model, Path(file))
