from __future__ import annotations

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from mmhaze.io import arrays as npz
from mmhaze.io.arrays import parse_npy, parse_npz

ARRAYS = {'a': np.arange(6.0).reshape(2, 3), 'column': np.asfortranarray(np.arange(6).reshape(2, 3)),
          'words': np.array(['fog', 'haze']), 'none': np.zeros((0, 4), np.float32), 'one': np.array(7)}


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f'{name}.npy', data)
    return stream.getvalue()


def header(shape: tuple[int, ...], dtype: str) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, dict(descr=dtype, fortran_order=False, shape=shape))
    return stream.getvalue()


@pytest.mark.parametrize('save', [np.savez, np.savez_compressed])
def test_what_numpy_saves_is_read_as_numpy_reads_it(save):
    stream = io.BytesIO()
    save(stream, **ARRAYS)
    found = parse_npz(stream.getvalue())
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
        assert (found[name].dtype, found[name].flags.f_contiguous) == (array.dtype, array.flags.f_contiguous)


@pytest.mark.parametrize('data', [
    header((1 << 40,), '<f8'), header((1 << 40,), '<f8') + bytes(1000), header((1 << 40,), '<U0'),
    header((1 << 40, 0), '<f8') + b'more', header((3,), '<f8') + bytes(23), header((3,), '<f8') + bytes(25)])
def test_an_array_that_is_not_as_long_as_it_says_is_refused_before_there_is_room_for_it(data):
    tracemalloc.start()
    with pytest.raises(ValueError, match=r'is in .* bytes'):
        parse_npy(data)
    with pytest.raises(ValueError, match=r'is in .* bytes'):
        parse_npz(packed(a=data))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_objects_are_refused():
    stream = io.BytesIO()
    np.save(stream, np.array([dict()]), allow_pickle=True)
    with pytest.raises(ValueError, match='holds Python objects'):
        parse_npy(stream.getvalue())


def test_an_archive_that_unpacks_to_more_than_it_should_is_refused(monkeypatch):
    monkeypatch.setattr(npz, 'LARGEST', 1000)
    data = packed(a=header((2000,), '|u1') + bytes(2000))
    assert len(data) < 1000
    with pytest.raises(ValueError, match='it unpacks to'):
        parse_npz(data)


def test_another_version_of_the_format_is_refused_by_its_number():
    with pytest.raises(ValueError, match=r'version \(3, 0\)'):
        parse_npy(b'\x93NUMPY\x03\x00' + header((3,), '<f8')[8:] + bytes(24))
