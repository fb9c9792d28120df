"""Draws the photo of the README's first example, docs/images/street.jpg, and what `mmhaze haze --overlays` makes of it.

    python -m docs.scripts.street_picture

Other weights give other numbers: then tests/test_readme.py says which ones the README has to show.
"""
from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

import mmhaze
from mmhaze.io.photo import read_photo
from mmhaze.jobs.pictures import draw_level
from mmhaze.physics import add_haze, visibility_to_beta
from mmhaze.synthesis.scenes import render_scene

IMAGES = Path(__file__).parents[1] / 'images'
SIZE, SEED, VISIBILITY = (480, 640), 300_021, 300  # metres
AIRLIGHT = np.array([0.86, 0.83, 0.81])
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 85]


def main() -> None:
    clear, depth = render_scene(SEED, SIZE)
    hazy = add_haze(clear / 255, depth, visibility_to_beta(VISIBILITY), AIRLIGHT)
    cv2.imwrite(str(IMAGES / 'street.jpg'), (hazy * 255).round().astype(np.uint8), JPEG)
    img = read_photo(IMAGES / 'street.jpg')
    prediction, = mmhaze.HazeInferencer()(img)
    cv2.imwrite(str(IMAGES / 'street_haze.jpg'), np.hstack([img, draw_level(img, prediction)]), JPEG)


if __name__ == '__main__':
    main()
