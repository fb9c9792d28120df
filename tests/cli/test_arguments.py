from __future__ import annotations

import argparse

import pytest

from mmhaze.cli.arguments import add_config_options, key_value, positive, read_options


@pytest.mark.parametrize('text', ['0', '-1', '1.5', 'x', '', '²'])
def test_what_is_no_whole_number_from_1_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match='wanted a whole number from 1, got'):
        positive(text)


def test_a_whole_number_is_taken():
    assert positive('12') == 12


def test_options_are_read_as_mmengine_reads_them_and_those_given_twice_add_up():
    parser = argparse.ArgumentParser()
    add_config_options(parser, 'a=1')
    args = parser.parse_args(['--cfg-options', 'a.b=1', 'c=x', '--cfg-options', 'd=[1,2.5]', 'e=(a,b)', 'f=g=h'])
    assert read_options(args.cfg_options) == {'a.b': 1, 'c': 'x', 'd': [1, 2.5], 'e': ('a', 'b'), 'f': 'g=h'}
    assert read_options(None) == {}


def test_an_option_without_a_value_is_refused():
    with pytest.raises(argparse.ArgumentTypeError, match="wanted KEY=VALUE, got 'a'"):
        key_value('a')
