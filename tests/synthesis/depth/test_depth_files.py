from __future__ import annotations

import gzip
import io
import json
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmhaze.io.photo import read_photo
from mmhaze.synthesis.depth.depth_files import FileDepth, read_depth, read_depth_of, resize_depth
from mmhaze.synthesis.fdd import read_fdd

METRES = np.array([[2.5, 40.0, 7.0], [3.0, 655.35, 0.01]], np.float32)
PHOTO = np.zeros((4, 6, 3), np.uint8)


def write_png(path: Path, values) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.asarray(values, np.uint16))
    return path


def ground(shape: tuple[int, int]) -> np.ndarray:
    """A plane below a horizon at 0.4 of the height, and nothing above it."""
    rows = (np.arange(shape[0]) + 0.5) / shape[0] - 0.4
    with np.errstate(divide='ignore'):
        depth = np.where(rows > 0, 3 / np.maximum(rows, 0), np.inf)
    return np.repeat(depth[:, None], shape[1], axis=1).astype(np.float32)


def test_every_format_gives_the_same_metres(tmp_path: Path):
    np.save(tmp_path / 'a.npy', METRES.astype(np.float64))
    np.savez(tmp_path / 'a.npz', depth=METRES)
    np.savez_compressed(tmp_path / 'b.npz', METRES)
    write_png(tmp_path / 'a.PNG', np.rint(METRES * 100))
    text = '\n'.join(' '.join(f'{value * 1000:.0f}' for value in row) for row in METRES.astype(np.float64))
    (tmp_path / 'a.fdd').write_text(text)
    (tmp_path / 'a.fdd.gz').write_bytes(gzip.compress(text.encode()))
    for name, scale in (('a.npy', None), ('a.npz', None), ('b.npz', None), ('a.PNG', 0.01), ('a.fdd', None),
                        ('a.fdd.gz', None)):
        depth = read_depth(tmp_path / name, scale=scale)
        assert depth.dtype == np.float32
        np.testing.assert_allclose(depth, METRES, rtol=1e-6, err_msg=name)


def test_the_scale_is_metres_for_a_value_of_1(tmp_path: Path):
    path = write_png(tmp_path / 'a.png', [[256, 512]])
    np.testing.assert_array_equal(read_depth(path, scale=1 / 256), [[1, 2]])
    np.save(tmp_path / 'a.npy', np.array([[250, 4000]]))
    np.testing.assert_allclose(read_depth(tmp_path / 'a.npy', scale=0.01), [[2.5, 40]])


@pytest.mark.parametrize('value', [0, np.inf])
def test_nothing_and_infinity_are_the_sky(tmp_path: Path, value: float):
    np.save(tmp_path / 'a.npy', np.array([[value, 4.0]]))
    np.testing.assert_array_equal(read_depth(tmp_path / 'a.npy'), [[np.inf, 4]])


@pytest.mark.parametrize('value', [0, -1, np.nan])
def test_gaps_are_filled_where_the_file_is_said_to_have_them(tmp_path: Path, value: float):
    np.save(tmp_path / 'a.npy', np.array([[3.0, value, 4.0]]))
    np.testing.assert_array_equal(read_depth(tmp_path / 'a.npy', kind='gaps'), [[3, 4, 4]])


def test_disparity_of_cityscapes_is_baseline_times_focal_length_over_it(tmp_path: Path):
    values = np.full((40, 50), 1 + 256 * 10)
    values[:, 25:] = 1 + 256 * 40
    depth = read_depth(write_png(tmp_path / 'a.png', values), kind='cityscapes')
    np.testing.assert_allclose(depth[:, :25], 0.209313 * 2262.52 / 10, rtol=1e-6)
    np.testing.assert_allclose(depth[:, 25:], 0.209313 * 2262.52 / 40, rtol=1e-6)
    other = read_depth(tmp_path / 'a.png', kind='cityscapes', scale=100)  # another camera
    np.testing.assert_allclose(other[:, 25:], 2.5, rtol=1e-6)


def test_the_four_photos_of_cityscapes_have_a_road_under_the_camera_and_no_holes(shared_data: Path):
    files = sorted((shared_data / 'cityscapes_demo').glob('*_disparity_half.png'))
    assert len(files) == 4
    for file in files:
        depth = read_depth(file, kind='cityscapes')
        assert np.isfinite(depth).all()
        # the camera is 1.2 m above the road: f h / (y - horizon), at half size
        np.testing.assert_allclose(np.median(depth[400, 400:600]), 1131 * 1.2 / (400 - 215), rtol=0.15)


def test_the_two_depths_of_kitti_agree(shared_data: Path):
    """16-bit PNG of a laser in 1 / 256 metres, and of a network in centimetres: two scales and two sizes."""
    folder = shared_data / 'kitti_road'
    for measured in sorted((folder / 'depth_gt_m256').glob('*.png')):
        photo = read_photo(folder / 'image' / f'{measured.stem}.jpg')
        laser = read_depth(measured, scale=1 / 256)
        network = read_depth_of(Path('a'), photo, folder / 'depth_pred_cm' / measured.name, scale=0.01)
        hit = np.isfinite(laser)
        assert np.abs(network[hit] / laser[hit] - 1).mean() < 0.08


def test_frida_is_read_as_the_loader_of_frida_does(shared_data: Path):
    path = shared_data / 'frida' / 'Dmap-000001.fdd.gz'
    np.testing.assert_array_equal(read_depth(path), read_fdd(path).astype(np.float32))


@pytest.mark.parametrize('size', [(60, 80), (15, 20), (90, 120)])
def test_the_ground_stays_a_plane_at_any_size(size: tuple[int, int]):
    small, expected = ground((30, 40)), ground(size)
    resized = resize_depth(small, size)
    assert resized.dtype == np.float32
    scale = size[0] / 30
    below = slice(int(np.ceil(13 * scale)), size[0] - int(scale))  # the outermost pixels have no neighbour beyond
    np.testing.assert_allclose(resized[below], expected[below], rtol=2e-3)
    assert np.isinf(resized[:int(11 * scale)]).all()


def test_depth_of_its_own_size_is_left_as_it_is():
    depth = ground((30, 40))
    assert resize_depth(depth, (30, 40)) is depth


def test_a_small_map_is_laid_over_its_photo(tmp_path: Path):
    file = write_png(tmp_path / 'a.png', np.full((97, 320), 700))
    depth = read_depth_of(Path('a.jpg'), np.zeros((370, 1224, 3), np.uint8), file, scale=0.01)
    assert depth.shape == (370, 1224)
    np.testing.assert_allclose(depth, 7, rtol=1e-5)


@pytest.mark.parametrize('shape', [(4, 4), (6, 4), (100, 147)])
def test_a_map_of_other_proportions_is_refused_with_both_names_and_sizes(tmp_path: Path, shape: tuple[int, int]):
    file = write_png(tmp_path / 'deep.png', np.full(shape, 700))
    with pytest.raises(ValueError, match=rf'deep\.png is {shape[1]}x{shape[0]}, .*street/a\.jpg is 6x4'):
        read_depth_of(Path('street/a.jpg'), PHOTO, file, scale=0.01)


def save(values, **options) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values, **options)
    return stream.getvalue()


def claim(shape: tuple[int, int]) -> bytes:
    """An array of no content that says it is of some shape."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, dict(descr='<f4', fortran_order=False, shape=shape))
    return stream.getvalue()


def save_png(values) -> bytes:
    return cv2.imencode('.png', values)[1].tobytes()


@pytest.mark.parametrize(('name', 'content', 'complaint'), [
    ('a.npy', save(np.ones((2, 3, 1))), r'array of \(2, 3, 1\)'),
    ('a.npy', save(np.ones((0, 3))), r'array of \(0, 3\)'),
    ('a.npy', save(np.array([['1', '2']])), 'wanted depth as .* numbers'),
    ('a.npy', save(np.array([[{}]]), allow_pickle=True), 'cannot be read .*(Python objects|pickle)'),
    ('a.npy', save(np.ones((9, 9)))[:200], 'cannot be read'),
    ('a.npy', claim((2**31, 2**20)), 'cannot be read'),        # petabytes
    ('a.npy', save(np.ones((9, 9))).replace(b'), }', b'), ( '), 'cannot be read'),  # a TokenError
    ('a.npy', save(np.array([[1, np.nan]])), '1 NaN and 0 values below 0'),
    ('a.npy', save(np.array([[1.0, -2]])), '0 NaN and 1 values below 0'),
    ('a.npz', b'PK nothing', 'cannot be read'),
    ('a.png', save_png(np.ones((9, 9), np.uint8)), 'mode is L, wanted grey of 16 bits'),
    ('a.png', save_png(np.full((90, 90), 700, np.uint16))[:80], 'cannot be read'),
    ('a.fdd', b'1 2\n3\n', 'rows of one length'),
    ('a.tiff', b'', r'is no depth map: wanted one of \.npy'),
])
def test_a_fault_is_told_with_the_name_of_the_file(tmp_path: Path, name: str, content: bytes, complaint: str):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=rf'{name}\b.*{complaint}'):
        read_depth(tmp_path / name, scale=0.01 if name == 'a.png' else None)


def test_an_archive_that_unpacks_to_more_than_any_depth_map_is_not_unpacked(tmp_path: Path, monkeypatch):
    monkeypatch.setattr('mmhaze.io.arrays.LARGEST', 10_000)
    np.savez_compressed(tmp_path / 'a.npz', np.ones((30, 30)))
    assert read_depth(tmp_path / 'a.npz').shape == (30, 30)
    np.savez_compressed(tmp_path / 'a.npz', np.ones((40, 40)))
    with pytest.raises(ValueError, match=r'a\.npz .*unpacks to 0\.0 GB'):
        read_depth(tmp_path / 'a.npz')


def test_an_archive_of_two_arrays_is_refused(tmp_path: Path):
    np.savez(tmp_path / 'a.npz', one=METRES, two=METRES)
    with pytest.raises(ValueError, match=r'a\.npz .*holds 2 arrays, wanted one'):
        read_depth(tmp_path / 'a.npz')


def test_nothing_but_gaps_is_refused(tmp_path: Path):
    for kind in ('gaps', 'cityscapes'):
        with pytest.raises(ValueError, match=r'a\.png has no value at all'):
            read_depth(write_png(tmp_path / 'a.png', np.zeros((5, 5))), kind=kind, scale=1)


@pytest.mark.parametrize(('name', 'options', 'complaint'), [
    ('a.png', dict(), 'give the scale'),
    ('a.png', dict(scale=0), 'scale .* above 0, got 0'),
    ('a.png', dict(scale=float('nan')), 'got nan'),
    ('a.png', dict(kind='cityscapes', scale=-1), 'got -1'),
    ('a.png', dict(kind='metres', scale=1), "kind must be one of .* got 'metres'"),
    ('a.fdd', dict(scale=0.001), 'takes no scale'),
])
def test_what_a_value_is_must_be_clear(tmp_path: Path, name: str, options: dict, complaint: str):
    write_png(tmp_path / 'a.png', [[5, 6]])
    (tmp_path / 'a.fdd').write_text('5 6\n')
    with pytest.raises(ValueError, match=complaint):
        read_depth(tmp_path / name, **options)


def test_a_missing_file_is_told_by_name(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r'no depth map .*a\.png'):
        read_depth(tmp_path / 'a.png', scale=1)


@pytest.mark.parametrize('name', ['trip/7.png', 'trip/7.jpg.png'])
def test_depth_lies_as_the_photos_do(tmp_path: Path, name: str):
    write_png(tmp_path / 'depth' / name, np.full((4, 6), 300))
    write_png(tmp_path / 'depth' / '7.png', np.full((4, 6), 900))  # of another photo, called alike
    source = FileDepth(tmp_path / 'depth', scale=0.01, root=tmp_path / 'photos')
    path = tmp_path / 'photos' / 'trip' / '7.jpg'
    assert source.find(path) == tmp_path / 'depth' / name
    np.testing.assert_allclose(source.depth_of(path, PHOTO), 3, rtol=1e-6)
    flat = FileDepth(tmp_path / 'depth', scale=0.01)
    np.testing.assert_allclose(flat.depth_of(path, PHOTO), 9, rtol=1e-6)


def test_a_suffix_picks_one_of_several(tmp_path: Path):
    write_png(tmp_path / 'a_depth.png', np.full((4, 6), 300))
    write_png(tmp_path / 'a.png', np.full((4, 6), 900))
    assert FileDepth(tmp_path, scale=0.01, suffix='_depth.png').find(Path('a.jpg')).name == 'a_depth.png'
    assert FileDepth(tmp_path, scale=0.01).find(Path('a.jpg')).name == 'a.png'
    np.save(tmp_path / 'a.npy', np.ones((4, 6)))
    with pytest.raises(ValueError, match=r'a\.jpg has several depth maps: .*a\.npy and .*a\.png'):
        FileDepth(tmp_path, scale=0.01).find(Path('a.jpg'))


def test_names_of_cityscapes_are_known(tmp_path: Path):
    write_png(tmp_path / 'disparity' / 'aachen' / 'aachen_000001_000019_disparity.png', np.full((4, 6), 257))
    source = FileDepth(tmp_path / 'disparity', kind='cityscapes', root=tmp_path / 'leftImg8bit')
    depth = source.depth_of(tmp_path / 'leftImg8bit' / 'aachen' / 'aachen_000001_000019_leftImg8bit.png', PHOTO)
    np.testing.assert_allclose(depth, 0.209313 * 2262.52, rtol=1e-6)


def test_a_photo_is_not_its_own_depth(tmp_path: Path):
    photo = write_png(tmp_path / 'a.png', np.full((4, 6), 300))
    with pytest.raises(FileNotFoundError, match=r'a\.png has no depth map'):
        FileDepth(tmp_path, scale=0.01).find(photo)
    write_png(tmp_path / 'a.png.png', np.full((4, 6), 300))
    assert FileDepth(tmp_path, scale=0.01).find(photo).name == 'a.png.png'


def test_a_photo_without_depth_is_told_with_what_was_looked_for(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r'trip/7\.jpg has no depth map .*7\.jpg\.npy.* 7\.png'):
        FileDepth(tmp_path).find(Path('trip/7.jpg'))
    with pytest.raises(ValueError, match=r'/elsewhere/7\.jpg does not lie in .*photos'):
        FileDepth(tmp_path, root=tmp_path / 'photos').find(Path('/elsewhere/7.jpg'))
    with pytest.raises(FileNotFoundError, match=r'no folder .*nowhere'):
        FileDepth(tmp_path / 'nowhere')


def test_the_name_says_what_the_depth_depends_on_and_not_where_it_lies(tmp_path: Path):
    for place in ('here', 'there'):
        (tmp_path / place / 'depth_cm').mkdir(parents=True)
        assert FileDepth(tmp_path / place / 'depth_cm', scale=0.01).name == 'files depth_cm scale=0.01'
    assert FileDepth(tmp_path / 'here' / 'depth_cm', kind='gaps').name == 'files depth_cm kind=gaps'


def test_a_folder_that_says_what_it_holds_is_taken_at_its_word_unless_told_otherwise(tmp_path: Path):
    (tmp_path / 'depth.json').write_text(json.dumps({'source': 'model x@1', 'scale': 0.5}))
    write_png(tmp_path / '7.png', np.full((4, 6), 8))
    assert FileDepth(tmp_path).name == 'model x@1'
    np.testing.assert_array_equal(FileDepth(tmp_path).depth_of(Path('7.jpg'), PHOTO), np.full((4, 6), 4))
    np.testing.assert_array_equal(FileDepth(tmp_path, scale=2).depth_of(Path('7.jpg'), PHOTO), np.full((4, 6), 16))
    assert FileDepth(tmp_path, scale=2).name.startswith('files ')


@pytest.mark.parametrize('text', ['{', '[]', '{}', '{"source": 3, "scale": 0.5}', '{"source": "model", "scale": "1"}'])
def test_a_folder_that_says_nothing_of_use_is_refused_by_name(tmp_path: Path, text: str):
    (tmp_path / 'depth.json').write_text(text)
    with pytest.raises(ValueError, match=r'depth\.json .* again'):
        FileDepth(tmp_path)


def test_it_can_be_sent_to_another_process(tmp_path: Path):
    write_png(tmp_path / '7.png', np.full((4, 6), 8))
    sent = pickle.loads(pickle.dumps(FileDepth(tmp_path, scale=0.5, root=tmp_path)))
    np.testing.assert_array_equal(sent.depth_of(tmp_path / '7.jpg', PHOTO), np.full((4, 6), 4))
