from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from mmhaze.synthesis.fdd import read_fdd

FRIDA = '% Time:921021728\t ImageHeight: 0\t PorteeMax: 1000\n1000000\t2700\t3000\n4000\t5000\t6001\n'
FRIDA2 = '500000.000 2700.125 3000.000 \n4000.000 5000.000 6000.000 \n'


def test_rows_of_millimetres_become_rows_of_metres(tmp_path: Path):
    (tmp_path / 'a.fdd').write_text(FRIDA)
    (tmp_path / 'b.fdd').write_text(FRIDA2)
    np.testing.assert_array_equal(read_fdd(tmp_path / 'a.fdd'), [[1000, 2.7, 3], [4, 5, 6.001]])
    np.testing.assert_array_equal(read_fdd(tmp_path / 'b.fdd'), [[500, 2.700125, 3], [4, 5, 6]])
    assert read_fdd(tmp_path / 'a.fdd').dtype == np.float64


def test_a_gzipped_file_reads_as_the_plain_one(tmp_path: Path):
    (tmp_path / 'a.fdd.gz').write_bytes(gzip.compress(FRIDA.encode()))
    np.testing.assert_array_equal(read_fdd(str(tmp_path / 'a.fdd.gz')), [[1000, 2.7, 3], [4, 5, 6.001]])


def test_one_row_is_still_a_picture(tmp_path: Path):
    (tmp_path / 'a.fdd').write_text('1000 2000 3000\n')
    assert read_fdd(tmp_path / 'a.fdd').shape == (1, 3)


@pytest.mark.parametrize(('content', 'complaint'), [
    ('', 'is empty'),
    ('% only a header\n\n', 'is empty'),
    ('1 2 3\n4 5\n', 'rows of one length'),
    ('1 2 3\n4 five 6\n', 'table of numbers'),
    ('1 2 3\n4 nan 6\n', 'holds nan at row 1, column 1'),
    ('1 2 -3\n4 5 6\n', 'holds -3.0 at row 0, column 2'),
    (b'\x89PNG\r\n\x1a\n\xff\xfe', 'ASCII text'),
])
def test_a_fault_is_told_with_the_name_of_the_file(tmp_path: Path, content: str | bytes, complaint: str):
    path = tmp_path / 'Dmap-000007.fdd'
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=rf'Dmap-000007\.fdd .*{complaint}'):
        read_fdd(path)


@pytest.mark.parametrize('content', [gzip.compress(FRIDA.encode() * 50)[:60], FRIDA.encode()], ids=['cut', 'plain'])
def test_a_broken_gzip_is_told_with_the_name_of_the_file(tmp_path: Path, content: bytes):
    (tmp_path / 'LDep-000007.fdd.gz').write_bytes(content)
    with pytest.raises(ValueError, match=r'LDep-000007\.fdd\.gz cannot be read'):
        read_fdd(tmp_path / 'LDep-000007.fdd.gz')


def test_a_missing_file_is_told_by_name(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r'LDep-000009\.fdd'):
        read_fdd(tmp_path / 'LDep-000009.fdd')


def test_a_file_that_unpacks_to_more_than_any_depth_map_is_not_unpacked(tmp_path: Path, monkeypatch):
    monkeypatch.setattr('mmhaze.synthesis.fdd.LARGEST', 1000)
    (tmp_path / 'a.fdd.gz').write_bytes(gzip.compress(b'1 ' * 5000))
    with pytest.raises(ValueError, match=r'a\.fdd\.gz unpacks to more than'):
        read_fdd(tmp_path / 'a.fdd.gz')


def test_bytes_of_0_are_told_before_they_are_parsed(tmp_path: Path):
    (tmp_path / 'a.fdd').write_bytes(b'1000 2000\n' + bytes(100))
    with pytest.raises(ValueError, match=r'a\.fdd holds bytes of 0'):
        read_fdd(tmp_path / 'a.fdd')
