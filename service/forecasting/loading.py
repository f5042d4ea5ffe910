"""Loads a schedule, whichever of the two formats it is written in, or says all that is wrong with it."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from service.forecasting import cdsi, native
from service.forecasting.checking import check, check_due_ages
from service.forecasting.faults import Fault, Reading, ScheduleFaults
from service.forecasting.model import Schedule

Files = Mapping[str, bytes]

# CDC publishes less than 3 MiB.
LARGEST_UNZIPPED = 64 * 1024 * 1024

# Where the national schedules lie that come along.
SHIPPED = Path(__file__).parent / "schedules"


def load(path: Path) -> Schedule:
    """A schedule from a folder or zip of CDC's XML, or from one native TOML file.

    Raises:
        ScheduleFaults: it cannot be used; all faults at once.
    """
    return read(files_of(path), path.name)


def read(files: Files, name: str) -> Schedule:
    """A schedule from the content of its files.

    Args:
        files: By their names; one that ends in .toml is a native schedule.
        name: What faults of the whole are told of.

    Raises:
        ScheduleFaults: it cannot be used; all faults at once.
    """
    reading = Reading()
    is_native = any(file.endswith(".toml") for file in files)
    if is_native and len(files) > 1:
        raise ScheduleFaults([Fault(name, "file", "a native schedule is one file")])
    loader = native.read if is_native else cdsi.read
    schedule = loader(files, version_of(files), reading)
    if schedule is not None:
        reading.faults += check(schedule, name)
        reading.faults += check_due_ages(schedule, name) if is_native else []
    if reading.faults or schedule is None:
        raise ScheduleFaults(sorted(reading.faults))
    return schedule


def version_of(files: Files) -> str:
    """The hash of the content: the same whether it lay in a folder or in a zip."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return digest.hexdigest()[:16]


def files_of(path: Path) -> dict[str, bytes]:
    """The files of a schedule, by name.

    Raises:
        ScheduleFaults: they cannot be read.
    """
    try:
        if path.is_dir():
            return {file.name: file.read_bytes() for file in sorted(path.rglob("*.xml"))}
        content = path.read_bytes()
    except OSError as error:
        raise ScheduleFaults([Fault(path.name, "file", f"cannot be read: {error}")]) from error
    return unzipped(content, path.name) if path.suffix == ".zip" else {path.name: content}


def unzipped(content: bytes, name: str) -> dict[str, bytes]:
    """The XML files of a zip.

    Raises:
        ScheduleFaults: it is none, or holds far more than a schedule.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".xml")]
            if sum(member.file_size for member in members) > LARGEST_UNZIPPED:
                raise ScheduleFaults([Fault(name, "file", "holds more than a schedule")])
            return {Path(member.filename).name: archive.read(member) for member in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ScheduleFaults([Fault(name, "file", f"cannot be read: {error}")]) from error
