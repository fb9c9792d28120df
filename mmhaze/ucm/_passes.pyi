import numpy as np

def survey(img: np.ndarray, contrast: np.ndarray, gates: np.ndarray, histogram: np.ndarray, height: int, width: int,
           first: int, last: int, side: int, gray: int, fallback: int, /) -> None: ...

def clean(contrast: np.ndarray, gates: np.ndarray, mask: np.ndarray, height: int, width: int, first: int, last: int,
          limit: int, gate: int, denoise_side: int, mask_side: int, /) -> None: ...
