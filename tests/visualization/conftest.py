from __future__ import annotations

import builtins

import pytest


@pytest.fixture
def take_away(monkeypatch):
    """Gives a function that makes a package one that is not installed."""
    real = builtins.__import__

    def take(package: str) -> None:
        def refuse(name, *args, **kwargs):
            if name.startswith(package):
                raise ImportError(name)
            return real(name, *args, **kwargs)

        monkeypatch.setattr(builtins, '__import__', refuse)

    return take
