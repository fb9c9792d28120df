from __future__ import annotations

import pytest

from mmhaze.haze_map.sizes import LONGEST, MULTIPLE, PIXELS, SHORTEST, input_shape


@pytest.mark.parametrize(('photo', 'seen'), [
    ((480, 640), (192, 256)), ((640, 480), (256, 192)), ((3000, 4000), (192, 256)), ((1080, 1920), (160, 288)),
    ((1, 1), (224, 224)), ((1, 5000), (32, 1024)), ((5000, 1), (1024, 32)), ((900, 9000), (64, 704)),
])
def test_the_size_is_that_of_training_with_the_photos_aspect(photo, seen):
    assert input_shape(*photo) == seen


@pytest.mark.parametrize('height', [1, 7, 100, 641, 20_000])
@pytest.mark.parametrize('width', [1, 33, 500, 10_001])
def test_no_photo_makes_it_large(height, width):
    shape = input_shape(height, width)
    assert all(side % MULTIPLE == 0 and SHORTEST <= side <= LONGEST for side in shape)
    assert shape[0] * shape[1] <= 1.3 * PIXELS
    assert input_shape(width, height) == shape[::-1]
