from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from mmhaze.io.metadata import Metadata, add_metadata, read_metadata

DATE, ORIENTATION, SUBJECT_DISTANCE, WIDTH, HEIGHT = 0x0132, 0x0112, 0x9206, 0xA002, 0xA003
EXIF, GPS = 0x8769, 0x8825
RGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
GREY = RGB[:16] + b'GRAY' + RGB[20:]


def exif_of(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[DATE], exif[ORIENTATION] = '2024:05:01 10:00:00', orientation
    exif.get_ifd(EXIF).update({SUBJECT_DISTANCE: 12.5, WIDTH: 30, HEIGHT: 20})
    exif.get_ifd(GPS)[1] = 'N'
    return exif


def save(path: Path, mode: str = 'RGB', **how) -> Path:
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).convert(mode).save(path, **how)
    return path


def written(metadata: Metadata, suffix: str, img: np.ndarray | None = None) -> Image.Image:
    """A picture with the metadata, as Pillow reads it; whole, or Pillow raises."""
    img = np.full((30, 20, 3), 60, np.uint8) if img is None else img
    picture = add_metadata(cv2.imencode(suffix, img)[1].tobytes(), suffix, metadata)
    image = Image.open(io.BytesIO(picture))
    image.load()
    np.testing.assert_array_equal(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED), img)
    return image


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
@pytest.mark.parametrize('source', ['a.jpg', 'a.png', 'a.webp', 'a.tif', 'a.heic'])
def test_profile_date_and_place_are_kept_and_the_orientation_is_not(source, suffix, tmp_path):
    if source == 'a.heic':
        pytest.importorskip('pillow_heif').register_heif_opener()
    metadata = read_metadata(save(tmp_path / source, exif=exif_of().tobytes(), icc_profile=RGB),
                             (20, 30))
    image = written(metadata, suffix)
    exif = image.getexif()
    assert image.info['icc_profile'] == RGB
    assert exif[DATE] == '2024:05:01 10:00:00' and ORIENTATION not in exif
    assert exif.get_ifd(EXIF)[SUBJECT_DISTANCE] == 12.5 and exif.get_ifd(GPS)[1] == 'N'
    assert (exif.get_ifd(EXIF)[WIDTH], exif.get_ifd(EXIF)[HEIGHT]) == (20, 30)  # as it is upright
    assert set(exif) == {DATE, EXIF, GPS}  # of a TIFF not how it was stored


def test_the_thumbnail_which_shows_the_haze_is_gone(tmp_path):
    small = io.BytesIO()
    Image.fromarray(np.full((10, 15, 3), 90, np.uint8)).save(small, 'JPEG')
    date, thumbnail = b'2024:05:01 10:00:00\0', small.getvalue()
    second = 8 + 2 + 12 + 4 + len(date)
    place = second + 2 + 36 + 4
    exif = (b'Exif\0\0II*\0' + struct.pack('<IHHHII', 8, 1, DATE, 2, len(date), 26) + struct.pack('<I', second) + date
            + struct.pack('<HHHII', 3, 0x0103, 3, 1, 6) + struct.pack('<HHIIHHII', 0x0201, 4, 1, place, 0x0202, 4, 1,
                                                                      len(thumbnail)) + bytes(4) + thumbnail)
    save(tmp_path / 'a.jpg', exif=exif)
    assert thumbnail in (tmp_path / 'a.jpg').read_bytes()
    metadata = read_metadata(tmp_path / 'a.jpg', (30, 20))
    assert metadata.exif is not None and thumbnail not in metadata.exif
    assert written(metadata, '.jpg').getexif()[DATE] == '2024:05:01 10:00:00'


@pytest.mark.parametrize(('mode', 'profile'), [('CMYK', RGB[:16] + b'CMYK' + RGB[20:]), ('L', GREY), ('RGB', b'cut')])
def test_a_profile_for_other_channels_is_not_kept(mode, profile, tmp_path):
    assert read_metadata(save(tmp_path / 'a.jpg', mode, icc_profile=profile)) == Metadata()


def test_a_profile_of_several_segments_and_exif_data_that_fill_one_are_written(tmp_path):
    large = RGB[:16] + b'RGB ' + RGB[20:] + np.random.default_rng(0).bytes(200_000)
    exif = exif_of()
    exif.get_ifd(EXIF)[0x927C] = bytes(70_000)  # the camera's own note, for which a JPEG has no room
    metadata = read_metadata(save(tmp_path / 'a.png', exif=exif, icc_profile=large), (30, 20))
    for suffix in ('.png', '.jpg'):
        image = written(metadata, suffix)
        assert image.info['icc_profile'] == large
        assert image.getexif().get_ifd(EXIF)[SUBJECT_DISTANCE] == 12.5 and 0x927C not in image.getexif().get_ifd(EXIF)


@pytest.mark.filterwarnings('ignore:.*')  # of Pillow, about the EXIF data
def test_damaged_exif_data_are_left_out(tmp_path):
    whole = exif_of().tobytes()
    for length in range(1, len(whole) - 8):
        metadata = read_metadata(save(tmp_path / 'a.png', exif=whole[:length], icc_profile=RGB), (30, 20))
        assert written(metadata, '.png').info['icc_profile'] == RGB


def test_where_no_size_is_given_exif_data_are_left_out(tmp_path):
    save(tmp_path / 'a.jpg', exif=exif_of(), icc_profile=RGB)
    assert read_metadata(tmp_path / 'a.jpg') == Metadata(RGB)


def test_a_photo_without_metadata_gives_none_and_changes_nothing(tmp_path):
    assert read_metadata(save(tmp_path / 'a.png')) == read_metadata(tmp_path / 'gone.png') == Metadata()
    assert add_metadata(b'as it is', '.bmp', Metadata(RGB)) == b'as it is'
    picture = cv2.imencode('.jpg', np.zeros((4, 4, 3), np.uint8))[1].tobytes()
    assert add_metadata(picture, '.jpg', Metadata()) == picture
