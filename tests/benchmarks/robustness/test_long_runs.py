from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from benchmarks.robustness import long_runs

pytestmark = pytest.mark.skipif(not sys.platform.startswith('linux'), reason='reads /proc')

# takes ten megabytes more and writes a row, again and again; a child has fifty
WORK = '''
import pathlib, subprocess, sys, time
out = pathlib.Path(sys.argv[1])
out.mkdir()
child = subprocess.Popen([sys.executable, '-c', 'import time; held = b"a" * 50_000_000; time.sleep(60)'])
held = []
with (out / '.rows.csv.part').open('w') as rows:
    rows.write('head\\n')
    for number in range(20):
        held.append(b'a' * 10_000_000)
        rows.write('row\\n')
        rows.flush()
        time.sleep(0.1)
child.kill()
child.wait()
'''


@pytest.mark.slow
def test_memory_that_grows_is_seen_with_that_of_children(tmp_path):
    (tmp_path / 'work.py').write_text(WORK)
    looks = long_runs.watch([sys.executable, str(tmp_path / 'work.py'), str(tmp_path / 'out')], tmp_path / 'out',
                            long_runs.rows('rows.csv'), 0.05)
    found = long_runs.thirds(looks)
    assert found['done'] == 20 and max(megabytes for _, _, megabytes, _ in looks) > 250
    assert 90 < found['last_megabytes'] - found['first_megabytes'] < 180
    assert found['first_pace'] == pytest.approx(10, rel=0.6)


def test_a_pace_that_falls_is_seen():
    looks = [(second, second / 2, 100.0, 10 * second if second < 30 else 300 + 2 * (second - 30))
             for second in range(1, 60)]
    found = long_runs.thirds(looks)
    assert (found['first_pace'], found['last_pace']) == (10, 2)
    assert (found['first_pace_of_processor'], found['last_pace_of_processor']) == (20, 4)


BUSY = '''
import subprocess, sys, time
work = 'import time\\nwhile time.process_time() < 0.5: pass'
subprocess.run([sys.executable, '-c', work])
child = subprocess.Popen([sys.executable, '-c', work + '\\nprint(flush=True); time.sleep(60)'], stdout=subprocess.PIPE)
child.stdout.readline()
print('done', flush=True)
time.sleep(60)
'''


@pytest.mark.slow
def test_the_time_of_the_processor_is_that_of_children_too_whether_they_ended_or_not():
    command = [sys.executable, '-c', BUSY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as work:
        try:
            assert work.stdout.readline() == 'done\n'
            assert 0.96 < long_runs.usage(work.pid)[0] < 2  # two times of two processes, cut to hundredths
        finally:
            os.killpg(work.pid, signal.SIGKILL)


def test_a_run_too_short_to_say_anything_is_refused():
    with pytest.raises(ValueError, match='too few'):
        long_runs.thirds([(1.0, 0.5, 5.0, 1), (2.0, 1.0, 5.0, 2)])


def test_a_job_that_fails_is_said_with_its_log(tmp_path):
    with pytest.raises(RuntimeError, match=r'ended with 3, see .*out\.log'):
        long_runs.watch([sys.executable, '-c', 'raise SystemExit(3)'], tmp_path / 'out', lambda out: 0, 0.01)


@pytest.mark.slow
def test_the_inputs_have_as_many_pictures_as_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(long_runs, 'STREETS', 3)
    monkeypatch.setattr(long_runs, 'HOLD', 5)
    video = long_runs.cv2.VideoCapture(str(long_runs.make_video(tmp_path / 'video', 31)))
    assert sum(1 for _ in iter(lambda: video.read()[0], False)) == 45  # whole clips of 15
    photos = long_runs.make_photos(tmp_path / 'photos', 50)
    assert len([path for path in photos.rglob('*.png') if path.stat().st_size]) == 50


def test_a_tool_is_told_to_stop_when_its_time_is_over(tmp_path):
    command = [sys.executable, '-c', 'import time; time.sleep(60)']
    looks = long_runs.watch(command, tmp_path / 'out', lambda out: 1, 0.05, seconds=0.5)
    assert 0.5 < looks[-1][0] < 20


def test_a_tool_that_fails_is_told(tmp_path):
    with pytest.raises(RuntimeError, match='ended with 3, see'):
        long_runs.watch([sys.executable, '-c', 'raise SystemExit(3)'], tmp_path / 'out', lambda out: 1, 0.05)


def test_a_picture_is_drawn(tmp_path):
    looks = [(float(second), second / 2, 50.0, 9 * second) for second in range(30)]
    long_runs.draw(dict(ucm=looks), tmp_path / 'a.png')
    assert (tmp_path / 'a.png').stat().st_size > 5000
