from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mmhaze.clip import TransformersClip
from tests.clip.tiny import save_tiny_clip


@pytest.fixture(scope='session')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a tiny CLIP."""
    pytest.importorskip('transformers')
    return save_tiny_clip(tmp_path_factory.mktemp('models') / 'tiny-clip')


@pytest.fixture(scope='session')
def clip(folder: Path) -> TransformersClip:
    return TransformersClip(folder, 'cpu')


@pytest.fixture
def network_off(monkeypatch: pytest.MonkeyPatch) -> list:
    """Who tried to reach the network."""
    tried: list = []

    def refuse(self: socket.socket, address: object) -> None:
        tried.append(address)
        raise OSError(f'the network is off, {address} was asked for')

    monkeypatch.setattr(socket.socket, 'connect', refuse)
    monkeypatch.setattr(socket.socket, 'connect_ex', refuse)
    monkeypatch.setattr(socket, 'getaddrinfo', lambda *where, **how: refuse(None, where))
    return tried
