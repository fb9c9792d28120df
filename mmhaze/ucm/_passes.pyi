import numpy as np

def survey(img: np.ndarray, contrast: np.ndarray, gates: np.ndarray, histogram: np.ndarray, height: int, width: int,
           side: int, gray: int, fallback: int, /) -> None: ...

def clean(contrast: np.ndarray, gates: np.ndarray, height: int, width: int, limit: int, gate: int, denoise_side: int,
          mask_side: int, /) -> None: ...
