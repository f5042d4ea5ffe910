"""Loads a schedule, whichever of the two formats it is written in, or says all that is wrong with it."""

import hashlib
import zipfile
from pathlib import Path

from service.forecasting import cdsi, native
from service.forecasting.checking import check, check_due_ages
from service.forecasting.faults import Fault, Reading, ScheduleFaults
from service.forecasting.model import Schedule


def load(path: Path) -> Schedule:
    """A schedule from a folder or zip of CDC's XML, or from one native TOML file.

    Raises:
        ScheduleFaults: it cannot be used; all faults at once.
    """
    reading = Reading()
    files = _files(path)
    is_native = path.suffix == ".toml"
    read = native.read if is_native else cdsi.read
    schedule = read(files, version_of(files), reading)
    if schedule is not None:
        reading.faults += check(schedule, path.name)
        reading.faults += check_due_ages(schedule, path.name) if is_native else []
    if reading.faults or schedule is None:
        raise ScheduleFaults(sorted(reading.faults))
    return schedule


def version_of(files: dict[str, bytes]) -> str:
    """The hash of the content: the same whether it lay in a folder or in a zip."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()[:16]


def _files(path: Path) -> dict[str, bytes]:
    try:
        if path.is_dir():
            return {file.name: file.read_bytes() for file in sorted(path.rglob("*.xml"))}
        if path.suffix == ".zip":
            return _members(path)
        return {path.name: path.read_bytes()}
    except (OSError, zipfile.BadZipFile) as error:
        raise ScheduleFaults([Fault(path.name, "file", f"cannot be read: {error}")]) from error


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".xml")]
        return {Path(name).name: archive.read(name) for name in names}
