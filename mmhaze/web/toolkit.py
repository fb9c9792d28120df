"""Gradio, told to keep to itself before it is imported: it reads these settings only then."""
from __future__ import annotations

import os

os.environ.update(GRADIO_ANALYTICS_ENABLED='False',  # it would tell its makers of each start
                  GRADIO_RUN_HISTORY='False',        # it would keep the visitors' photos in their browsers
                  HF_HUB_DISABLE_TELEMETRY='1',
                  HF_HUB_OFFLINE='1')

try:
    import gradio as gr
    from starlette.middleware import Middleware
except ImportError as error:
    raise ImportError(f"The web page needs Gradio ({error}): pip install 'mmhaze[web]'. That needs Python 3.10 or "
                      'newer.') from error

__all__ = ['Middleware', 'gr']
