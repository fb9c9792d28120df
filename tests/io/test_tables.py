from __future__ import annotations

import zipfile

import pytest

from mmhaze.io.tables import open_table, read_lines, read_number

WANTED = ['file', 'level']


def rows(path, wanted=WANTED, known=('split',)):
    with open_table(path, wanted, known) as table:
        return list(table)


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-le'])
def test_a_table_is_read_with_or_without_a_byte_order_mark_and_as_excel_has_unicode(tmp_path, encoding):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\nstraße.png,3\n', encoding=encoding)
    assert rows(path) == [dict(file='straße.png', level='3')]
    assert read_lines(path) == ['file,level', 'straße.png,3']


def test_another_encoding_is_told_with_the_file(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\nstraße.png,3\n', encoding='latin-1')
    for read in (rows, read_lines):
        with pytest.raises(ValueError, match=r'table\.csv is no text in UTF-8: .* at byte \d+.*CSV UTF-8'):
            read(path)


def test_half_a_character_of_utf_16_is_told_with_the_file(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_bytes('file,level\na.png,3\n'.encode('utf-16')[:-1])
    with pytest.raises(ValueError, match=r'table\.csv is no text in UTF-16'):
        rows(path)


@pytest.mark.parametrize('text', [
    'file;level\na.png;3\n', 'file\tlevel\na.png\t3\n', 'file|level\na.png|3\n', 'sep=;\r\nfile;level\r\na.png;3\r\n',
    '"sep=\t"\nfile\tlevel\na.png\t3\n', 'file,level\r\na.png,3\r\n', 'file,level\ra.png,3\r',
    '"file","level"\n"a.png","3"\n', ' File , LEVEL \na.png,3\n',
    'file, level\n"a.png", "3"\n', '\ufeffFile,Level\na.png,3\n',
    '\n\nfile,level\n\na.png,3\n\n', 'file,level,,\na.png,3,,\n,,,\n , ,,\n', ';file;level;\n;a.png;3;\n;;;\n',
    'file\u00a0,level\na.png,3\n', 'file,level\na.png,3,,\n'])
def test_what_spreadsheets_make_of_a_table_is_read(tmp_path, text):
    path = tmp_path / 'table.csv'
    path.write_bytes(text.encode())
    assert rows(path) == [dict(file='a.png', level='3')]


def test_a_name_of_more_words_is_that_of_the_column(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_text('File;Level;Split Random;My Note, with a comma\na, b.png;0;train;x\n')
    assert rows(path, [*WANTED, 'split_random']) == [
        {'file': 'a, b.png', 'level': '0', 'split_random': 'train', 'My Note, with a comma': 'x'}]


def test_the_exact_name_comes_before_one_in_other_case_and_no_two_columns_have_one_name(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_text('file,level,File\na.png,3,b.png\n')
    assert rows(path) == [dict(file='a.png', level='3', File='b.png')]
    for header in ('file,level,level', 'FILE,File,level'):
        path.write_text(f'{header}\na.png,3,4\n')
        with pytest.raises(ValueError, match=r'table\.csv has more than one column (file|level)'):
            rows(path)


def test_a_row_without_its_last_cells_has_empty_ones_and_one_with_too_many_is_told(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\na.png\n')
    assert rows(path) == [dict(file='a.png', level='')]
    path.write_text('sep=,\n\nfile,level\nb.png,0\nbridge, north.png,1\n')
    with pytest.raises(ValueError, match=r"table\.csv, line 5 has 3 cells, .* 2 columns\. Put quotes .* holds ','"):
        rows(path)


@pytest.mark.parametrize(('text', 'found', 'separated', 'line'), [
    ('filename;label\na.png;3\n', "'filename', 'label'", 'semicolons', 'file;level'),
    ('Path\tHaze\tSplit\n', "'Path', 'Haze', 'Split'", 'tabs', 'file\tlevel\tsplit'),
    ('file level\na.png 3\n', "'file level'", 'spaces, it seems', 'file,level'),
    ('a.png,3\nb.png,4\n', r"'a\.png', '3'", r'commas\. Is that a row already\? Put this line above it', 'file,level'),
    ('"file;level"\n"a.png;3"\n', "'file;level'", 'nothing that is known', 'file,level'),
    ('level,note,author\n', "'level', 'note', 'author'", 'commas', 'level,note,author,file')])
def test_columns_that_are_not_there_are_told_with_those_that_are_and_the_line_that_would_be_right(
        tmp_path, text, found, separated, line):
    path = tmp_path / 'table.csv'
    path.write_text(text)
    with pytest.raises(ValueError, match=rf'wants the columns file, level, .* Found: {found}, separated by {separated}'
                                         rf'.*: {line}$'):
        rows(path)


@pytest.mark.parametrize(('name', 'said'), [('table.csv', 'a workbook, .xlsx or .ods'), ('old.csv', 'an old workbook')])
def test_a_workbook_that_is_called_csv_is_named(tmp_path, name, said):
    with zipfile.ZipFile(tmp_path / 'table.csv', 'w') as book:
        book.writestr('xl/workbook.xml', 'x')
    (tmp_path / 'old.csv').write_bytes(b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(500))
    for read in (rows, read_lines):
        with pytest.raises(ValueError, match=rf'{name} is {said}.*save it as "CSV UTF-8"'):
            read(tmp_path / name)


def test_a_cell_that_never_ends_is_told_with_the_file(tmp_path):
    path = tmp_path / 'table.csv'
    path.write_text('file,level\n"' + 'x' * 200_000)
    with pytest.raises(ValueError, match=r'table\.csv cannot be read as CSV: field larger'):
        rows(path)
    path.write_text('x' * (1 << 20))
    with pytest.raises(ValueError, match=r'table\.csv cannot be read as CSV: its first line has more than'):
        rows(path)


def test_a_table_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'table\.csv'):
        rows(tmp_path / 'table.csv')


@pytest.mark.parametrize(('text', 'number'), [
    ('0.01', .01), ('0,01', .01), (' 0,010 ', .01), ('-1,5', -1.5), ('1e-3', .001), ('1,5e2', 150), ('1.500', 1.5),
    ('inf', float('inf'))])
def test_a_number_may_have_a_decimal_comma(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize('text', ['1,500', '12,000', '1.000,5', '1,2,3', '', 'x'])
def test_a_number_that_may_be_two_is_none(text):
    with pytest.raises(ValueError):
        read_number(text)
