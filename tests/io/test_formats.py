from __future__ import annotations

import io
import struct
import sys
import zipfile

import cv2
import numpy as np
import pytest
from PIL import Image

from mmhaze.io import formats
from mmhaze.io.photo import read_photo

HEIC = b'\0\0\0\x18ftypheic\0\0\0\0mif1heic' + bytes(200)


@pytest.fixture
def photo(rng) -> np.ndarray:
    return cv2.GaussianBlur(rng.integers(0, 256, (48, 64, 3), np.uint8), (0, 0), 4)


@pytest.fixture
def without_heif(monkeypatch):
    """As where pillow-heif is not installed, also if another test has registered it."""
    monkeypatch.setitem(sys.modules, 'pillow_heif', None)
    for table in (Image.OPEN, Image.MIME):
        monkeypatch.delitem(table, 'HEIF', raising=False)
    monkeypatch.setattr(Image, 'ID', [name for name in Image.ID if name != 'HEIF'])


def write_heic(path, photo, **how):
    pillow_heif = pytest.importorskip('pillow_heif')
    pillow_heif.from_pillow(Image.fromarray(photo[..., ::-1])).save(path, quality=95, **how)


@pytest.mark.parametrize('name', ['IMG_1.HEIC', 'renamed.jpg'])
def test_heic_is_read_by_its_content(name, photo, tmp_path):
    write_heic(tmp_path / name, photo)
    assert np.abs(read_photo(tmp_path / name).astype(int) - photo).mean() < 2


def test_heic_that_lies_on_its_side_is_turned_once(photo, tmp_path):
    pillow_heif = pytest.importorskip('pillow_heif')
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photo[..., ::-1]).save(tmp_path / 'a.heic', exif=exif.tobytes(), quality=95)
    assert np.abs(read_photo(tmp_path / 'a.heic').astype(int) - np.rot90(photo, -1)).mean() < 2


def test_heic_cut_short_may_be_repaired(photo, tmp_path):
    write_heic(tmp_path / 'a.heic', photo)
    whole = (tmp_path / 'a.heic').read_bytes()
    for share in (0.3, 0.9):
        (tmp_path / 'a.heic').write_bytes(whole[:int(share * len(whole))])
        with pytest.raises(ValueError, match=r'a\.heic cannot be read as a photo: .*Repair it'):
            read_photo(tmp_path / 'a.heic')


def test_without_pillow_heif_heic_is_named_with_what_to_install(tmp_path, without_heif):
    (tmp_path / 'a.jpg').write_bytes(HEIC)
    with pytest.raises(ValueError, match=r'a\.jpg .*HEIC or HEIF, the format of iPhones\. pip install pillow-heif, or '
                                         'convert it to PNG or JPEG') as said:
        read_photo(tmp_path / 'a.jpg')
    assert 'Repair' not in str(said.value)


def test_pillow_heif_is_imported_for_heic_alone(photo, tmp_path, monkeypatch):
    asked: list[bool] = []
    monkeypatch.setattr(formats, 'register_heif', lambda: bool(asked.append(True)))
    cv2.imwrite(str(tmp_path / 'a.png'), photo)
    read_photo(tmp_path / 'a.png')
    (tmp_path / 'a.mp4').write_bytes(b'\0\0\0\x18ftypisom' + bytes(50))
    with pytest.raises(ValueError, match='video'):
        read_photo(tmp_path / 'a.mp4')
    assert not asked


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w') as archive:
        archive.writestr('a.jpg', 'x')
    return stream.getvalue()


def arrayed() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.zeros((3, 3)))
    return stream.getvalue()


UNKNOWN = {
    'empty': (b'', 'an empty file. Copy it again'), 'zeros': (bytes(999), 'zeros, as a failed copy leaves them'),
    'html': (b'\n<!DOCTYPE html><html><title>404', 'a web page, as a failed download leaves it'),
    'lfs': (b'version https://git-lfs.github.com/spec/v1\noid sha256:0', 'a pointer of Git LFS .*git lfs pull'),
    'svg': (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'SVG, a drawing'),
    'pdf': (b'%PDF-1.7\n', 'a PDF'), 'psd': (b'8BPS\0\x09', 'a Photoshop file'),
    'xcf': (b'gimp xcf v011', 'a GIMP file'),
    'jxl': (b'\xff\x0a' + bytes(9), 'JPEG XL'), 'cr3': (b'\0\0\0\x18ftypcrx ' + bytes(9), 'a raw photo'),
    'raf': (b'FUJIFILMCCD-RAW 0201', 'a raw photo'), 'mp4': (b'\0\0\0\x18ftypmp42' + bytes(9), 'a video'),
    'mkv': (b'\x1aE\xdf\xa3' + bytes(9), 'a video'), 'avi': (b'RIFF\x01\0\0\0AVI LIST', 'a video'),
    'zip': (zipped(), 'an archive. Unpack it'), 'npy': (arrayed(), 'an array of NumPy'),
    'exr': (b'v/1\x01\x02\0\0\0', 'OpenEXR'), 'hdr': (b'#?RADIANCE\n', 'Radiance HDR'),
    'dicom': (bytes(128) + b'DICM', 'DICOM'), 'text': (b'hello there', "text that begins with 'hello there'"),
    'letters': (('\u00e9\u00e9\u00e9'.encode() * 999)[:4095], 'text that begins'),
    'noise': (bytes([200, 3, 77, 0, 255, 9] * 9), 'a format that is not known here. Convert it to PNG or JPEG')}


@pytest.mark.parametrize('kind', UNKNOWN)
def test_what_is_no_photo_is_called_by_what_it_is_and_never_to_be_repaired(kind, tmp_path):
    content, said = UNKNOWN[kind]
    (tmp_path / 'a.jpg').write_bytes(content)
    refused = f'a.jpg cannot be read as a photo: wanted a photo such as PNG or JPEG, got {said}'
    with pytest.raises(ValueError, match=refused) as error:
        read_photo(tmp_path / 'a.jpg')
    assert 'epair' not in str(error.value) and str(error.value).endswith('.')


def test_a_photo_that_is_cut_in_its_head_may_be_repaired(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'\xff\xd8\xff')
    with pytest.raises(ValueError, match=r'got one that is damaged, cut short or .*Repair it or take it out'):
        read_photo(tmp_path / 'a.jpg')


def write_tiff(path, photo, tags) -> None:
    Image.fromarray(photo[..., ::-1]).save(path, 'TIFF', tiffinfo=tags)


@pytest.mark.parametrize(('name', 'tags'), [('a.tif', {254: 1}), ('a.tif', {50706: b'\1\4\0\0'}), ('a.NEF', {})])
def test_of_a_raw_photo_the_preview_is_not_taken_for_the_photo(name, tags, photo, tmp_path):
    write_tiff(tmp_path / name, photo, tags)
    with pytest.raises(ValueError, match=r'got a raw photo\. Develop it to TIFF or JPEG'):
        read_photo(tmp_path / name)


def test_of_a_cr2_neither(photo, tmp_path):
    write_tiff(tmp_path / 'a.tif', photo, {})
    whole = (tmp_path / 'a.tif').read_bytes()
    place, = struct.unpack('<I', whole[4:8])
    moved = whole[:4] + struct.pack('<I', len(whole)) + b'CR\x02\0' + whole[12:] + whole[place:]
    (tmp_path / 'a.tif').write_bytes(moved)
    with pytest.raises(ValueError, match='got a raw photo'):
        read_photo(tmp_path / 'a.tif')
