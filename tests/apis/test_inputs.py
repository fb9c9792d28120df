from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from mmhaze.apis.inputs import list_photos


@pytest.fixture
def photo(rng) -> np.ndarray:
    return rng.integers(0, 256, (20, 30, 3), np.uint8)


def test_folders_patterns_and_photos_give_each_photo_in_order(photo, tmp_path):
    for name in ('b.png', 'a.png', 'deep/c.png', 'notes.txt'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), photo) if name.endswith('png') else (tmp_path / name).write_text('no photo')
    found = list_photos(tmp_path)
    assert [source.name for source in found] == [str(tmp_path / name) for name in ('a.png', 'b.png', 'deep/c.png')]
    np.testing.assert_array_equal(found[2].read(), photo)
    assert [source.name for source in list_photos([str(tmp_path / 'b.png'), str(tmp_path / '?.png')])] == [
        str(tmp_path / name) for name in ('b.png', 'a.png', 'b.png')]


def test_of_what_may_have_been_meant_a_folder_warns(photo, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), photo)
    (tmp_path / 'b.NEF').touch()
    with pytest.warns(UserWarning, match=r'Passed over: 1 raw photo \(\.nef: convert them'):
        assert len(list_photos(tmp_path)) == 1


def test_arrays_and_pil_images_are_named_by_their_place(photo):
    first, second, third = list_photos([photo, Image.fromarray(photo[..., ::-1]), photo[..., 0]])
    assert [first.name, second.name, third.name] == ['image 0', 'image 1', 'image 2']
    np.testing.assert_array_equal(first.read(), photo)
    np.testing.assert_array_equal(second.read(), photo)
    np.testing.assert_array_equal(third.read(), np.dstack([photo[..., 0]] * 3))


def test_a_pil_image_is_turned_as_its_exif_data_say(photo):
    image = Image.fromarray(photo[..., ::-1])
    image.getexif()[0x0112] = 6  # on its side: turn a quarter clockwise
    np.testing.assert_array_equal(list_photos(image)[0].read(), np.rot90(photo, -1))


@pytest.mark.parametrize(('given', 'error', 'says'), [
    ('https://example.org/a.jpg', ValueError, 'not on this machine'),
    ('s3://bucket/a.jpg', ValueError, 'not on this machine'),
    ('nowhere.jpg', FileNotFoundError, 'There is nothing at'),
    ('0', ValueError, 'a video or a camera'),
    ([3], TypeError, 'image 0 is a int'),
    ([None], TypeError, 'image 0 is a NoneType'),
])
def test_what_is_no_photo_on_this_machine_is_refused_at_once(given, error, says, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        list_photos(given)


@pytest.mark.parametrize('array', [np.zeros((4, 4, 3)), np.zeros((4, 4, 4), np.uint8), np.zeros((1, 4, 4, 3), np.uint8),
                                   np.zeros((0, 4, 3), np.uint8)])
def test_arrays_that_are_no_photos_are_refused_by_name(array):
    with pytest.raises(ValueError, match=r'image 0 is an array of .*, wanted \(H, W, 3\) uint8'):
        list_photos(array)[0].read()


def test_a_transparent_image_is_refused_by_name(photo):
    image = Image.fromarray(np.dstack([photo, np.zeros((20, 30), np.uint8)]))
    with pytest.raises(ValueError, match='image 0 cannot be read as a photo: it has transparent pixels'):
        list_photos(image)[0].read()
