"""The command ``mmhaze``: what it lists, what it says to wrong words, and what it costs to ask."""
from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mmhaze import cli
from mmhaze.cli.main import find_commands, main, run_tool
from mmhaze.version import __version__

from ..conftest import ROOT

HEAVY = ('numpy', 'cv2', 'torch', 'mmengine', 'mmcv', 'mmpretrain', 'rich', 'PIL')


def names(package=cli, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Each command and group: its words, its module."""
    for name, module in find_commands(package).items():
        yield (*before, name), module
        if hasattr(module, '__path__'):
            yield from names(module, (*before, name))


COMMANDS = dict(names())


def helped(words, capsys) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*words, '--help'])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize('words', [
    ['doctor', ''], ['haze', ''], ['ucm', 'a', ''], ['ucm', 'a', '--out', ''], ['dehaze', '', '--out', 'out'],
    ['make-set', 'haze-wild', '', '--out', 'out', '--depth', 'ground'], ['clip-domains', '', '--clip', 'x']])
def test_an_empty_word_is_not_the_current_folder(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(words)
    except SystemExit as end:  # argparse's
        code = end.code
    assert code == 2 and re.search(r"wanted a (path|photo), .*got .*''", capsys.readouterr().err)
    assert not list(tmp_path.iterdir())


def test_the_commands_of_the_design_are_there():
    assert {'haze', 'dehaze', 'ucm', 'train', 'test', 'make-set', 'doctor', 'reproduce', 'page', 'export', 'info'} <= {
        words[0] for words in COMMANDS}
    assert {('make-set', name) for name in ('hazel-level', 'haze-wild', 'pairs')} <= set(COMMANDS)


def test_the_help_lists_every_command_in_one_line_each(monkeypatch, capsys):
    monkeypatch.setenv('COLUMNS', '80')
    for words, module in COMMANDS.items():
        line = module.__doc__.split('\n')[0]
        assert line.endswith('.')
        assert re.search(rf'^    {words[-1]} +{re.escape(line)}$', helped(words[:-1], capsys), re.MULTILINE)


@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_each_command_explains_itself_with_an_example(words, capsys):
    shown = helped(words, capsys)
    assert shown.startswith(f'usage: mmhaze {" ".join(words)} ')
    assert f'    mmhaze {" ".join(words)}' in shown


def test_no_heavy_package_is_imported_to_be_asked():
    code = ('import sys, types\n'
            'package = sys.modules["mmhaze"] = types.ModuleType("mmhaze")\n'  # whose own imports are not the claim
            'package.__path__ = ["mmhaze"]\n'
            'from mmhaze.cli.main import main\n'
            'assert main([]) == 2\n'
            f'print([name for name in {HEAVY} if name in sys.modules])')
    done = subprocess.run([sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == '[]\n' and 'Makes a data set' in done.stderr


@pytest.mark.parametrize(('words', 'says'), [
    (['doctr', 'x'], "mmhaze: there is no command 'doctr'. Did you mean: mmhaze doctor? mmhaze --help lists"),
    (['make-set', 'pair'], "mmhaze make-set: there is no command 'pair'. Did you mean: mmhaze make-set pairs? mmhaze "
                           'make-set --help lists'),
    (['xyzzy'], "mmhaze: there is no command 'xyzzy'. mmhaze --help lists the commands."),
    (['photo.jpg'], 'Did you mean: mmhaze haze photo.jpg?')])
def test_a_misspelt_command_gets_the_likely_one_in_a_line(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'photo.jpg').touch()
    assert main(words) == 2
    said = capsys.readouterr()
    assert says in said.err and said.err.count('\n') == 1 and not said.out


@pytest.mark.parametrize('words', [[], ['make-set']])
def test_no_command_at_all_gets_the_help(words, capsys):
    assert main(words) == 2
    said = capsys.readouterr()
    assert 'pairs' in said.err and 'commands:' in said.err and not said.out


def test_the_version_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        main(['--version'])
    assert ended.value.code == 0 and capsys.readouterr().out == f'mmhaze {__version__}\n'


def test_the_module_and_the_script_of_the_package_are_this_command():
    done = subprocess.run([sys.executable, '-m', 'mmhaze', 'doctr'], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2 and 'mmhaze doctor?' in done.stderr
    project = (ROOT / 'pyproject.toml').read_text()
    where, name = re.search(r'\[project\.scripts\]\nmmhaze = "(.*):(.*)"', project).groups()
    assert getattr(importlib.import_module(where), name) is main


def test_a_script_of_tools_has_its_own_name_in_messages(tmp_path, capsys):
    assert run_tool('make-set pairs', 'pairs', [str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith('pairs: ')
    with pytest.raises(SystemExit):
        run_tool('doctor', 'dataset_doctor', ['--help'])
    assert capsys.readouterr().out.startswith('usage: dataset_doctor [-h]')


@pytest.mark.skipif(sys.platform == 'win32', reason='argcomplete is for the shells of Unix')
@pytest.mark.parametrize(('line', 'offered'), [
    ('mmhaze doc', ['doctor']), ('mmhaze make-set p', ['pairs']), ('mmhaze page --dehazer-c', ['--dehazer-checkpoint']),
    ('mmhaze train gunet-t_r', ['gunet-t_roads'])])
def test_a_shell_completes_commands_options_and_configs(line, offered, tmp_path):
    pytest.importorskip('argcomplete')
    out = tmp_path / 'offered'
    subprocess.run([sys.executable, '-m', 'mmhaze'], cwd=ROOT, check=False, capture_output=True, env=dict(
        os.environ, _ARGCOMPLETE='1', COMP_LINE=line, COMP_POINT=str(len(line)), _ARGCOMPLETE_STDOUT_FILENAME=str(out),
        _ARGCOMPLETE_IFS='\n'))
    assert [word.strip() for word in out.read_text().split('\n')] == offered
