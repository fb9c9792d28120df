from __future__ import annotations

from mmhaze.metrics import TransmissionError


def test_it_is_the_mean_over_pictures_whatever_their_batches():
    metric = TransmissionError()
    metric.process({}, [dict(transmission_error=0.1), dict(transmission_error=0.2)])
    metric.process({}, [dict(transmission_error=0.6)])
    assert metric.evaluate(3) == {'transmission/error': 0.3}
