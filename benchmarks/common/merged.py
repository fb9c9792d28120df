"""JSON summaries whose columns can be measured again one by one: what is not measured anew stays."""
from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.common.environment import describe_environment
from mmhaze.io.files import read_json, write_whole


def merge_columns(path: Path, same: Mapping[str, object], columns: Mapping[str, dict],
                  versions: Mapping[str, str] | None = None) -> dict:
    """Writes columns into a summary, beside or over those that are there, and returns the whole.

    Args:
        path: the JSON file; it need not exist.
        same: what columns must have in common to stand side by side, such as the tests and how many photos they have.
        columns: by name.
        versions: of what some columns are of, such as weights; kept with the date.

    Raises:
        ValueError: the file's columns were measured on something else.
    """
    before: dict[str, Any] = read_json(path) if path.exists() else dict(same, measured={}, columns={})
    differing = [name for name, value in same.items() if before.get(name) != json.loads(json.dumps(value))]
    if path.exists() and differing:
        raise ValueError(f'The columns of {path} were measured with other {", ".join(differing)}. '
                         'Measure all columns again, into another file.')
    environment = describe_environment()
    now = {name: dict(date=environment['date'], version=(versions or {}).get(name)) for name in columns}
    measured = {**before['measured'], **now}
    merged = dict(environment=environment, **same, measured=measured, columns={**before['columns'], **columns})
    write_whole(path, (json.dumps(merged, indent=1) + '\n').encode())
    return merged
