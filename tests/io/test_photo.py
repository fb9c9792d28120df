from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from mmhaze.io.photo import read_photo, read_reduced


@pytest.fixture
def bgr(rng):
    return rng.integers(0, 256, (20, 30, 3), np.uint8)


def test_a_png_is_read_as_opencv_reads_it(bgr, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), bgr)
    np.testing.assert_array_equal(read_photo(tmp_path / 'a.png'), bgr)


def test_a_jpeg_is_read_as_opencv_reads_it(bgr, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.jpg'), cv2.GaussianBlur(bgr, (0, 0), 3))
    off = np.abs(read_photo(tmp_path / 'a.jpg').astype(int) - cv2.imread(str(tmp_path / 'a.jpg')))
    assert off.max() <= 2  # two builds of the decoder


def test_a_grey_photo_gets_three_equal_channels(bgr, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), bgr[..., 0])
    np.testing.assert_array_equal(read_photo(tmp_path / 'a.png'), np.repeat(bgr[..., :1], 3, axis=2))


@pytest.mark.parametrize('channels', [1, 3])
def test_of_16_bits_the_upper_8_are_kept_as_opencv_does(channels, rng, tmp_path):
    deep = rng.integers(0, 2**16, (20, 30, channels), np.uint16).squeeze()
    cv2.imwrite(str(tmp_path / 'a.png'), deep)
    photo = read_photo(tmp_path / 'a.png')
    np.testing.assert_array_equal(photo, cv2.imread(str(tmp_path / 'a.png')))
    np.testing.assert_array_equal(photo.max(2).astype(int) // 16, np.atleast_3d(deep).max(2) // 4096)


def test_an_opaque_alpha_channel_is_dropped(bgr, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.dstack([bgr, np.full((20, 30), 255, np.uint8)]))
    np.testing.assert_array_equal(read_photo(tmp_path / 'a.png'), bgr)


def test_transparent_pixels_are_refused(bgr, tmp_path):
    alpha = np.full((20, 30), 255, np.uint8)
    alpha[3, 4] = 254
    cv2.imwrite(str(tmp_path / 'a.png'), np.dstack([bgr, alpha]))
    with pytest.raises(ValueError, match=r'a\.png .*transparent'):
        read_photo(tmp_path / 'a.png')


def test_a_palette_and_black_and_white_are_read(tmp_path):
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).convert('P').save(tmp_path / 'p.png')
    Image.fromarray(np.eye(8, dtype=bool)).save(tmp_path / 'b.png')
    np.testing.assert_array_equal(read_photo(tmp_path / 'p.png')[..., 1], np.arange(64).reshape(8, 8))
    np.testing.assert_array_equal(read_photo(tmp_path / 'b.png')[..., 2], np.eye(8) * 255)


@pytest.mark.parametrize('side', range(10))
def test_a_photo_that_lies_on_its_side_is_turned(bgr, tmp_path, side):
    exif = Image.Exif()
    exif[0x0112] = side  # 6, say: the top is on the right
    Image.fromarray(bgr[..., ::-1]).save(tmp_path / 'a.png', exif=exif)
    with Image.open(tmp_path / 'a.png') as image:
        wanted = np.asarray(ImageOps.exif_transpose(image))[..., ::-1]
    np.testing.assert_array_equal(read_photo(tmp_path / 'a.png'), wanted)
    if side == 6:
        np.testing.assert_array_equal(wanted, np.rot90(bgr, -1))


@pytest.mark.parametrize('suffix', ['png', 'webp'])
@pytest.mark.filterwarnings('ignore:.*')  # of Pillow, about the EXIF data
def test_of_damaged_exif_data_nothing_is_believed_and_the_photo_is_read(bgr, tmp_path, suffix):
    exif = Image.Exif()
    exif[0x0112] = 6
    whole = exif.tobytes()
    damaged = [whole[:length] for length in range(1, len(whole) - 8)] + [b'no TIFF' + whole]
    for data in damaged:
        Image.fromarray(bgr[..., ::-1]).save(tmp_path / f'a.{suffix}', exif=data, lossless=True)
        np.testing.assert_array_equal(read_photo(tmp_path / f'a.{suffix}'), bgr)


@pytest.mark.parametrize('suffix', ['png', 'jpg'])
@pytest.mark.parametrize('share', [0, 0.1, 0.5, 0.95])
def test_a_photo_cut_short_is_refused_by_name(suffix, share, bgr, tmp_path):
    path = tmp_path / f'cut.{suffix}'
    cv2.imwrite(str(path), bgr)
    path.write_bytes(path.read_bytes()[:int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=rf'cut\.{suffix} cannot be read as a photo'):
        read_photo(path)


def test_floating_point_pixels_are_refused(tmp_path):
    Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / 'a.tiff')
    with pytest.raises(ValueError, match=r'a\.tiff .*mode is F'):
        read_photo(tmp_path / 'a.tiff')


def test_a_missing_photo_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no photo .*gone\.png'):
        read_photo(tmp_path / 'gone.png')


@pytest.mark.slow
def test_the_real_photos_are_read_as_opencv_reads_them(shared_data):
    paths = sorted((shared_data / 'real_hazy').rglob('*.[jp][pn]g'))[::5]
    assert paths
    for path in paths:
        theirs = cv2.imread(str(path))
        ours = read_photo(path)
        assert np.abs(ours.astype(int) - theirs).mean() < 0.5, path


@pytest.mark.parametrize('source, said', [
    (None, 'got None. cv2.imread'), (np.zeros((4, 4, 3), np.uint8), 'an array of')])
def test_what_is_neither_path_nor_bytes_nor_open_is_refused_by_what_it_is(source, said):
    with pytest.raises(TypeError, match=rf'wanted its path, its bytes or an open file, .*{said}'):
        read_photo(source)


@pytest.mark.parametrize(('side', 'least', 'left'), [(1, (90, 120), (120, 160)), (1, (60, 80), (60, 80)),
                                                     (1, (61, 80), (120, 160)), (1, (1, 1), (15, 20)),
                                                     (6, (60, 80), (80, 60))])
def test_a_jpeg_is_reduced_as_far_as_enough_is_left(side, least, left, tmp_path):
    smooth = np.tile(np.linspace(40, 210, 160, dtype=np.uint8), (120, 1))
    exif = Image.Exif()
    exif[0x0112] = side
    Image.fromarray(smooth).convert('RGB').save(tmp_path / 'a.jpg', quality=95, exif=exif)
    img, shape = read_reduced(tmp_path / 'a.jpg', lambda height, width: least)
    whole = read_photo(tmp_path / 'a.jpg')
    assert img.shape == (*left, 3) and shape == whole.shape[:2]
    means = cv2.resize(whole, left[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(img.astype(int) - means).max() <= 4


def test_what_is_no_jpeg_is_read_whole(bgr, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), bgr)
    img, shape = read_reduced(tmp_path / 'a.png', lambda *given: (1, 1))
    np.testing.assert_array_equal(img, bgr)
    assert shape == bgr.shape[:2]


def test_a_jpeg_cut_short_is_refused_when_it_is_reduced_too(bgr, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.jpg'), bgr)
    content = (tmp_path / 'a.jpg').read_bytes()
    with pytest.raises(ValueError, match='the photo cannot be read'):
        read_reduced(content[:len(content) // 2], lambda *given: (1, 1))
