from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

import mmhaze
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
    ('', ValueError, "image 0 is '', wanted a path"),
    ([3], TypeError, 'image 0 is an int, wanted a path'),
    (3, TypeError, 'image 0 is an int, wanted a path'),
    (None, TypeError, r'image 0 is None, wanted a path.* cv2\.imread gives None .*: is the path right\?'),
    ([None], TypeError, r'image 0 is None, wanted a path'),
    (dict(a=1), TypeError, 'image 0 is a dict, wanted a path'),
    (object(), TypeError, 'image 0 is an object, wanted a path'),
    ([['a.png']], TypeError, 'image 0 is a list, wanted a path'),
    (torch.zeros(3, 4, 5), TypeError, r'image 0 is a Tensor of \(3, 4, 5\) torch\.float32, wanted .*permute\(1, 2'),
    ([torch.zeros(3, 4, 5)], TypeError, r'image 0 is a Tensor of'),
    (io.StringIO('x'), TypeError, "image 0 is a StringIO that gives no bytes, wanted .*Open it with 'rb'"),
])
def test_what_is_no_photo_on_this_machine_is_refused_at_once(given, error, says, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        list_photos(given)


@pytest.mark.parametrize(('array', 'says'), [
    (np.zeros((4, 4, 3)), r'\(4, 4, 3\) float64, wanted .*pass \(img \* 255\)\.round'),
    (np.zeros((4, 4, 3), bool), r'\(4, 4, 3\) bool, wanted'),
    (np.zeros((4, 4, 2), np.uint8), r'\(4, 4, 2\) uint8, wanted'),
    (np.zeros((2, 4, 4, 3), np.uint8), r'\(2, 4, 4, 3\) uint8, wanted .*as a list: list\(batch\)'),
    (np.zeros((4, 4), np.uint16), r'\(4, 4\) uint16, wanted .*img >> 8'),
    (np.array(['a.png', None], object), r'\(2,\) object, wanted .*array\.tolist\(\)'),
    (np.zeros((0, 4, 3), np.uint8), r'\(0, 4, 3\) uint8, wanted'), (np.array(np.uint8(3)), r'\(\) uint8, wanted')])
def test_arrays_that_are_no_photos_are_refused_by_name(array, says):
    with pytest.raises(ValueError, match='image 0 is an array of ' + says):
        list_photos(array)[0].read()


def test_grey_planes_and_opaque_alpha_are_photos_and_transparent_pixels_are_none(photo):
    alpha = np.full((20, 30, 1), 255, np.uint8)
    np.testing.assert_array_equal(list_photos(photo[..., :1])[0].read(), np.repeat(photo[..., :1], 3, axis=2))
    np.testing.assert_array_equal(list_photos(np.dstack([photo, alpha]))[0].read(), photo)
    alpha[3, 4] = 254
    with pytest.raises(ValueError, match=r'image 0 has transparent pixels, .*wanted \(H, W, 3\) uint8'):
        list_photos(np.dstack([photo, alpha]))[0].read()


@pytest.mark.parametrize('wrap', [bytes, bytearray, memoryview, io.BytesIO])
def test_the_bytes_of_a_photo_are_a_photo(wrap, photo):
    content = cv2.imencode('.png', photo)[1].tobytes()
    for given in (wrap(content), [wrap(content)]):
        found, = list_photos(given)
        assert found.name == 'image 0'
        for _ in range(2):
            np.testing.assert_array_equal(found.read(), photo)


def test_an_open_file_is_read_from_its_beginning_and_may_be_closed_then(photo, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), photo)
    with (tmp_path / 'a.png').open('rb') as stream:
        stream.read()
        found, = list_photos(stream)
    np.testing.assert_array_equal(found.read(), photo)
    with pytest.raises(ValueError, match=r'image 0 is a BufferedReader that cannot be read: .*closed file\. '
                                         'Wanted a path, an array, a PIL image'):
        list_photos(stream)
    with (tmp_path / 'a.png').open() as text, pytest.raises(TypeError, match="Open it with 'rb'"):
        list_photos(text)


@pytest.mark.parametrize('given', [b'', io.BytesIO(), b'12', io.BytesIO(b'<html>')])
def test_bytes_that_are_no_photo_are_refused_by_what_they_are(given):
    with pytest.raises(ValueError, match=r'image 0 cannot be read as a photo: wanted a photo such as PNG or JPEG, got '
                                         r'(an empty file|text|a web page)'):
        list_photos(given)[0].read()


def test_an_empty_list_gives_none_and_a_generator_all(photo):
    assert list_photos([]) == [] and mmhaze.HazeInferencer()([]) == [] and mmhaze.DehazeInferencer()([]) == []
    assert [found.name for found in list_photos(each for each in (photo, photo))] == ['image 0', 'image 1']
