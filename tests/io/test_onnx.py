from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip('onnxruntime')
CODE = 'import numpy as np, mmhaze; mmhaze.estimate_haze(np.zeros((40, 40, 3), np.uint8))'


def test_onnxruntime_keeps_no_session_for_its_telemetry(tmp_path):
    """It leaves ``.ses`` in the folder for temporary files where its telemetry is on."""
    known = {name: value for name, value in os.environ.items() if name != 'ORT_DISABLE_TELEMETRY'}
    subprocess.run([sys.executable, '-c', CODE], env={**known, 'TMPDIR': str(tmp_path)}, check=True)
    assert not list(tmp_path.iterdir())


def test_what_the_user_has_set_stays():
    code = ("import os; from mmhaze.io.onnx import load_onnxruntime; load_onnxruntime(); "
            "print(os.environ['ORT_DISABLE_TELEMETRY'])")
    for given in ('0', '1'):
        said = subprocess.run([sys.executable, '-c', code], env={**os.environ, 'ORT_DISABLE_TELEMETRY': given},
                              capture_output=True, text=True, check=True).stdout
        assert said.strip() == given
