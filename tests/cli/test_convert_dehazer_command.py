from __future__ import annotations

import torch

from tests.apis.test_inferencer import save_checkpoint

from .calling import command

AOD = 'aodnet_haze-wild'
convert = command('convert-dehazer')


def test_a_published_checkpoint_becomes_one_of_ours(tmp_path, capsys):
    ours = torch.load(save_checkpoint(AOD, tmp_path / 'ours.pth'), weights_only=True)['state_dict']
    torch.save({f'e_conv{int(name[6]) + 1}{name[7:]}': weight for name, weight in ours.items()}, tmp_path / 'their.pth')
    assert convert([str(tmp_path / 'their.pth'), str(tmp_path / 'made.pth')]) == 0
    made = torch.load(tmp_path / 'made.pth', weights_only=True)['state_dict']
    assert made.keys() == ours.keys() and all(torch.equal(made[name], ours[name]) for name in ours)
    assert 'holds AODNet, 1,761 numbers' in capsys.readouterr().out
    torch.save({'fc.weight': torch.zeros(1)}, tmp_path / 'other.pth')
    assert convert([str(tmp_path / 'other.pth'), str(tmp_path / 'no.pth')]) == 2
    assert 'no published weights' in capsys.readouterr().err and not (tmp_path / 'no.pth').exists()


def test_a_file_without_weights_is_refused(tmp_path, capsys):
    torch.save(dict(state_dict={}), tmp_path / 'w.pth')
    assert command('convert-dehazer')([str(tmp_path / 'w.pth'), str(tmp_path / 'out.pth')]) == 2
    assert 'holds no weights' in capsys.readouterr().err and not (tmp_path / 'out.pth').exists()
