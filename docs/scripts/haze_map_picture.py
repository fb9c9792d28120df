"""Draws docs/images/haze_map.jpg: drawn scenes in more and more haze, and what the network in the box sees in them.

    python -m docs.scripts.haze_map_picture
"""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

import mmhaze
from mmhaze.physics import add_haze, visibility_to_beta
from mmhaze.synthesis.landscapes import render_landscape
from mmhaze.synthesis.scenes import render_scene
from mmhaze.visualization import overlay_map, write_caption

PICTURE = Path(__file__).parents[1] / 'images' / 'haze_map.jpg'
SIZE = (240, 320)
SCENES = ((render_scene, 300_004, 20_000), (render_landscape, 300_000, 2_000), (render_scene, 300_011, 400),
          (render_landscape, 300_013, 150))  # painter, seed, visibility in metres


def main() -> None:
    columns = []
    for painter, seed, visibility in SCENES:
        clear, depth = painter(seed, SIZE)
        hazy = add_haze(clear / 255, depth, visibility_to_beta(visibility), np.array([0.86, 0.83, 0.81]))
        img = (hazy * 255).round().astype(np.uint8)
        found = mmhaze.estimate_haze(img)
        said = f'{found.level} {found.name}, haze {found.haze:.2f} ± {found.spread:.2f}'
        columns.append(np.vstack([write_caption(img, f'visibility {visibility} m'),
                                  write_caption(overlay_map(img, found), said)]))
    cv2.imwrite(str(PICTURE), np.hstack(columns), [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == '__main__':
    main()
