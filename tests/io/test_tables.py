from __future__ import annotations

import pytest

from mmhaze.io.tables import open_table, read_lines


def rows(path):
    with open_table(path) as table:
        return list(table)


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig'])
def test_a_table_is_read_with_or_without_a_byte_order_mark(tmp_path, encoding):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\nstraße.png,3\n', encoding=encoding)
    assert rows(path) == [dict(file='straße.png', level='3')]
    assert read_lines(path) == ['file,level', 'straße.png,3']


@pytest.mark.parametrize('encoding', ['latin-1', 'utf-16'])
def test_another_encoding_is_told_with_the_file(tmp_path, encoding):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\nstraße.png,3\n', encoding=encoding)
    for read in (rows, read_lines):
        with pytest.raises(ValueError, match=r'table\.csv is no text in UTF-8: .* at byte \d+'):
            read(path)


def test_a_cell_that_never_ends_is_told_with_the_file(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\n"' + 'x' * 200_000)
    with pytest.raises(ValueError, match=r'table\.csv cannot be read as CSV: field larger'):
        rows(path)


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'table\.csv'):
        rows(tmp_path / 'table.csv')
