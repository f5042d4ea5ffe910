"""The languages are loaded beside everything else that a program does to get ready."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import conversations
from service.local import OPERATOR_NEEDED

# Waits longer than the test does, so that only the mistake can end it.
PROGRAM = "from service.cli import loading; import threading; loading.begin(); threading.Event().wait(120)"


def test_a_mistake_in_a_language_ends_the_start_with_one_line(tmp_path: Path) -> None:
    project = Path(conversations.__file__).parents[1]
    shutil.copytree(project / "conversations", tmp_path / "conversations")
    days = tmp_path / "conversations" / "languages" / "sw" / "days.toml"
    days.write_text(days.read_text("utf-8").replace("[ranges]", "[rangs]"), "utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{project}"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == OPERATOR_NEEDED
    [line] = ended.stderr.splitlines()
    assert line.startswith("doseline: language 'sw': days.toml: ")
