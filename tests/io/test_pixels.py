"""Values of more than 8 bits: which are scaled to 16, which are not, and which are only dark."""
from __future__ import annotations

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from mmhaze.io.photo import read_photo


@pytest.fixture
def grey(rng) -> np.ndarray:
    """A photo of 8 bits that reaches from black to white, with all bits in use."""
    return np.uint16(cv2.normalize(cv2.GaussianBlur(rng.random((48, 64)), (0, 0), 2), None, 0, 255, cv2.NORM_MINMAX))


def write(path: Path, values: np.ndarray) -> Path:
    """The format is that of the suffix."""
    assert cv2.imwrite(str(path), values)
    return path


def with_noise(values: np.ndarray, bits: int) -> np.ndarray:
    """``bits`` lower bits at random, as a camera of more bits has them."""
    return values + np.random.default_rng(0).integers(0, 2**bits, values.shape, np.uint16)


@pytest.mark.parametrize('suffix', ['.png', '.tif', '.pgm'])
@pytest.mark.parametrize('bits', [10, 12, 14])
@pytest.mark.parametrize('noisy', [False, True])
def test_a_camera_of_fewer_bits_is_refused_by_its_bits(suffix, bits, noisy, grey, tmp_path):
    values = grey << (bits - 8)
    values = with_noise(values, bits - 8) if noisy else values
    path = write(tmp_path / f'a{suffix}', values)
    with pytest.raises(ValueError, match=rf'a\{suffix} .*its values reach {values.max()} of 65535: {bits} bits in 16\? '
                                         f'Multiply by {2**(16 - bits)};'):
        read_photo(path)


@pytest.mark.parametrize('suffix', ['.png', '.tif', '.ppm'])
@pytest.mark.parametrize('bits', [10, 12, 14])
def test_so_are_colours(suffix, bits, grey, tmp_path):
    values = with_noise(np.dstack([grey, grey.T.reshape(48, 64), grey[::-1]]) << (bits - 8), bits - 8)
    path = write(tmp_path / f'a{suffix}', values)
    with pytest.raises(ValueError, match=rf'{bits} bits in 16\? Multiply by {2**(16 - bits)}'):
        read_photo(path)
    with pytest.raises(ValueError, match=f'{bits} bits in 16'):
        read_photo(path.read_bytes())


def test_so_is_an_opaque_photo(grey, tmp_path):
    write(tmp_path / 'a.png', np.dstack([grey << 4] * 3 + [np.full_like(grey, 65535)]))
    with pytest.raises(ValueError, match=r'reach 4080 of 65535: 12 bits in 16'):
        read_photo(tmp_path / 'a.png')


def test_and_8_bits_in_16(grey, tmp_path):
    with pytest.raises(ValueError, match=r'reach 255 of 65535: 8 bits in 16\? Multiply by 256'):
        read_photo(write(tmp_path / 'a.png', grey))


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize(('bits', 'repeated'), [(8, True), (8, False), (10, True), (12, True)])
def test_a_dark_photo_that_was_scaled_is_read_as_it_is(channels, bits, repeated, grey, tmp_path):
    dark = with_noise(grey // 5 << (bits - 8), bits - 8)
    values = dark << (16 - bits) | (dark >> (2 * bits - 16) if repeated else 0)
    values = np.dstack([values] * 3) if channels == 3 else values
    assert values.max() < 2**14
    photo = read_photo(write(tmp_path / 'a.png', values))
    np.testing.assert_array_equal(photo, np.dstack([values >> 8] * 3) if channels == 1 else values >> 8)


@pytest.mark.parametrize('values', [np.zeros((4, 4), np.uint16), np.full((4, 4), 2**14, np.uint16)])
def test_black_and_what_needs_more_than_14_bits_are_read(values, tmp_path):
    photo = read_photo(write(tmp_path / 'a.png', values))
    assert (photo == values[0, 0] >> 8).all()


@pytest.mark.parametrize('most', [1023, 4095, 16383])
def test_what_a_pgm_says_is_white_is_white(most, grey, tmp_path):
    values = (grey.astype(np.uint32) * most // 255).astype(np.uint16)
    head = f'P5\n64 48\n{most}\n'.encode()
    (tmp_path / 'a.pgm').write_bytes(head + values.astype('>u2').tobytes())
    assert np.abs(read_photo(tmp_path / 'a.pgm')[..., 0].astype(int) - grey).max() <= 1
    (tmp_path / 'a.pgm').write_bytes(head + (values // 10).astype('>u2').tobytes())  # as dark as it says
    assert np.abs(read_photo(tmp_path / 'a.pgm')[..., 0].astype(int) - grey // 10).max() <= 1


def test_what_a_tiff_says_is_white_is_white(grey, tmp_path):
    Image.fromarray(grey << 4).save(tmp_path / 'a.tif', tiffinfo={281: 4095})
    assert np.abs(read_photo(tmp_path / 'a.tif')[..., 0].astype(int) - grey).max() <= 1


def test_a_tiff_of_12_bits_a_sample_is_read(grey, tmp_path):
    packed = ''.join(f'{value:012b}' for value in (grey << 4).ravel())
    data = int(packed, 2).to_bytes(len(packed) // 8, 'big')
    tags = {256: 64, 257: 48, 258: 12, 259: 1, 262: 1, 273: 8 + 2 + 12 * 9 + 4, 277: 1, 278: 48, 279: len(data)}
    ifd = struct.pack('<H', len(tags)) + b''.join(struct.pack('<HHII', tag, 4 if tag != 258 else 3, 1, value)
                                                  for tag, value in tags.items())
    (tmp_path / 'a.tif').write_bytes(b'II*\0' + struct.pack('<I', 8) + ifd + bytes(4) + data)
    assert np.abs(read_photo(tmp_path / 'a.tif')[..., 0].astype(int) - grey).max() <= 1


# several frames

def animate(path: Path, count: int = 3, **how) -> np.ndarray:
    """Writes frames of one colour each; the first."""
    frames = [Image.fromarray(np.full((20, 30, 3), 80 * number, np.uint8)) for number in range(1, count + 1)]
    frames[0].save(path, save_all=True, append_images=frames[1:], **how)
    return np.asarray(frames[0])


@pytest.mark.parametrize('suffix', ['gif', 'webp', 'png', 'tif'])
def test_of_several_frames_the_first_is_taken_and_that_is_said(suffix, tmp_path):
    path = tmp_path / f'a.{suffix}'
    first = animate(path, **dict(lossless=True) if suffix == 'webp' else {})
    notes: list[str] = []
    np.testing.assert_array_equal(read_photo(path, notes.append), first)
    assert notes == [f'{path} has 3 frames, of which the first is taken.']
    with pytest.warns(UserWarning, match='3 frames, of which the first'):
        read_photo(path)
    animate(path, count=1)
    read_photo(path)  # and says nothing


def test_the_second_view_of_an_mpo_and_the_thumbnail_of_a_tiff_are_no_frames(tmp_path):
    animate(tmp_path / 'a.mpo')
    read_photo(tmp_path / 'a.mpo')
    stream = io.BytesIO()
    photo = Image.fromarray(np.full((20, 30, 3), 80, np.uint8))
    small = photo.resize((15, 10))
    small.encoderinfo = dict(tiffinfo={254: 1})
    photo.save(stream, 'TIFF', save_all=True, append_images=[small])
    with Image.open(stream) as written:
        assert written.n_frames == 2
    read_photo(stream)
