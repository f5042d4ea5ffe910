"""Loading and checking: all faults at once, each with its file and place."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from service.forecasting import ScheduleFaults, load
from service.forecasting.command import check
from service.forecasting.loading import SHIPPED, version_of

HEADER = """
id = "x"
name = "X"
country = "XX"
certainty = "none"
advice = "Verify with your programme."
sources = []
"""


def faults(tmp_path: Path, text: str, name: str = "x.toml") -> list[str]:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ScheduleFaults) as raised:
        load(path)
    return [str(fault) for fault in raised.value.faults]


def native(*doses: str, cvx: str = '["10"]', more: str = "") -> str:
    lines = "".join(f"  {{ {dose} }},\n" for dose in doses)
    return f'{HEADER}[[vaccine]]\nname = "IPV"\ncvx = {cvx}\n{more}\ndose = [\n{lines}]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (native('label = "A", due = "6 weeks"', cvx='["1O"]'), "x.toml: IPV, A: CVX 1O is unknown"),
        (native('label = "A", due = "six weeks"'), 'x.toml: IPV, A: "six weeks" is no duration'),
        (
            native('label = "A", due = "6 weeks", colour = "red"'),
            'x.toml: IPV, dose 1: unknown field "colour"',
        ),
        (native('label = "A"'), 'x.toml: IPV, dose 1: needs the field "due"'),
        (
            native('label = 7, due = "6 weeks"'),
            'x.toml: IPV, dose 1: field "label": Expected `str`, got `int`',
        ),
        (
            native('label = "A", due = "6 weeks"', 'label = "A", due = "10 weeks"'),
            'x.toml: IPV, IPV: two doses are called "A"',
        ),
        (
            native('label = "A", due = "6 weeks"', 'label = "B", due = "8 weeks", min_interval = "4 weeks"'),
            "x.toml: IPV, B: its interval since A contradicts the ages: it is due too soon",
        ),
        (
            native('label = "A", due = "1 year", max_age = "6 months"'),
            "x.toml: IPV, IPV, A: the minimum age is not before the maximum age: the dose can never be given",
        ),
        (
            native(
                'label = "A", due = "6 weeks"',
                'label = "B", due = "1 year", min_age = "8 weeks", '
                'min_interval = "9 months", max_age = "9 months"',
            ),
            "x.toml: IPV, IPV, B: it cannot be reached",
        ),
        (
            native('label = "A", due = "6 weeks", min_age = "8 weeks"'),
            "the minimum age is after the earliest",
        ),
        (
            native('label = "A", due = "6 weeks", overdue = "5 weeks"'),
            "the earliest recommended age is after the",
        ),
        (
            native('label = "A", due = "6 weeks"', cvx="[]"),
            "x.toml: IPV, IPV, A: no vaccine can be given for it",
        ),
        (
            native('label = "A", due = "6 weeks"', more='use = [{ cvx = ["146"], until_age = "never" }]'),
            'x.toml: IPV, A: "never" is no duration',
        ),
        (
            native('label = "A", due = "1 day"', more='follows = "OPV"'),
            'follows "OPV", which does not stand before it',
        ),
        (HEADER + "vaccine = [7]", 'x.toml: file: field "vaccine": Expected `object`, got `int`'),
        (HEADER + "vaccine = [", "x.toml: file: no TOML"),
        (
            native('label = "A", due = "6 weeks", skip_if = [{}]'),
            "it may be skipped on no condition at all",
        ),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    assert any(expected in fault for fault in faults(tmp_path, text)), faults(tmp_path, text)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = native(
        'label = "A", due = "soon", when = 1', 'label = "B"', 'label = "C", due = "1 year"', cvx='["777"]'
    )
    found = "\n".join(faults(tmp_path, text))
    for part in (
        '"soon" is no duration',
        'unknown field "when"',
        'needs the field "due"',
        "CVX 777 is unknown",
    ):
        assert part in found


def test_two_vaccines_of_one_name_are_a_fault(tmp_path: Path) -> None:
    one = native('label = "A", due = "6 weeks"')
    text = one + one.removeprefix(HEADER)
    assert faults(tmp_path, text) == ["x.toml: IPV: another vaccine has the same name"]


CDSI_SCHEDULE = """<scheduleSupportingData>
<liveVirusConflicts><liveVirusConflict><previous><cvx>03</cvx></previous><current><cvx>21</cvx></current>
<conflictBeginInterval>1 day</conflictBeginInterval><minConflictEndInterval>{minimum}</minConflictEndInterval>
<conflictEndInterval>28 days</conflictEndInterval></liveVirusConflict></liveVirusConflicts>
<vaccineGroupToAntigenMap><vaccineGroupMap><name>{group}</name><antigen>Mumps</antigen></vaccineGroupMap>
</vaccineGroupToAntigenMap>
<cvxToAntigenMap><cvxMap><cvx>03</cvx><shortDescription>MMR</shortDescription>
<association><antigen>Mumps</antigen></association></cvxMap></cvxToAntigenMap></scheduleSupportingData>"""

CDSI_ANTIGEN = """<antigenSupportingData><series><seriesName>Mumps 2-dose</seriesName>
<targetDisease>Mumps</targetDisease><seriesType>{type}</seriesType>
<selectSeries><seriesGroup>1</seriesGroup></selectSeries>
<seriesDose><doseNumber>Dose 1</doseNumber><age><minAge>{age}</minAge></age>
<preferableVaccine><cvx>{cvx}</cvx></preferableVaccine>
<conditionalSkip><context>Both</context><set><condition><conditionType>{kind}</conditionType>
<beginAge>7 years</beginAge><doseCount>0</doseCount><doseCountLogic>{logic}</doseCountLogic>
<seriesGroups>{other}</seriesGroups></condition></set></conditionalSkip></seriesDose></series>
</antigenSupportingData>"""

GOOD = {
    "minimum": "24 days",
    "group": "MMR",
    "type": "Standard",
    "age": "12 months",
    "cvx": "03",
    "kind": "Age",
    "logic": "greater than",
    "other": "1",
}


def cdsi(tmp_path: Path, **changed: str) -> Path:
    values: dict[str, Any] = GOOD | changed
    (tmp_path / "Schedule.xml").write_text(CDSI_SCHEDULE.format(**values))
    (tmp_path / "Mumps.xml").write_text(CDSI_ANTIGEN.format(**values))
    return tmp_path


def test_a_folder_and_a_zip_of_it_are_the_same_schedule(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    folder = cdsi(tmp_path / "v")
    with zipfile.ZipFile(tmp_path / "v.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"Version 1/XML/{file.name}")
    assert load(folder) == load(tmp_path / "v.zip")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"minimum": "some days"}, 'Schedule.xml: conflict of CVX 21 with 03: "some days" is no duration'),
        ({"minimum": ""}, "Schedule.xml: conflict of CVX 21 with 03: has an empty interval"),
        ({"age": "a year"}, 'Mumps.xml: Mumps 2-dose, Dose 1: "a year" is no duration'),
        ({"type": "Optional"}, 'Mumps.xml: Mumps 2-dose: unknown series type "Optional"'),
        ({"cvx": "999"}, "Mumps 2-dose, Dose 1: CVX 999 is unknown"),
        ({"kind": "Weather"}, 'Mumps.xml: Mumps 2-dose, Dose 1: unknown skip condition "weather"'),
        ({"kind": "Vaccine Count by Age", "logic": "about"}, 'doses are compared by "about"'),
        ({"kind": "Completed Series", "other": "9"}, "series group 9, which does not exist"),
        ({"kind": "Completed Series"}, "series groups 1 wait for each other's completion"),
    ],
)
def test_a_fault_in_cdcs_format_is_told_with_its_file(
    tmp_path: Path, changed: dict[str, str], expected: str
) -> None:
    with pytest.raises(ScheduleFaults) as raised:
        load(cdsi(tmp_path, **changed))
    assert expected in str(raised.value)


def test_a_file_that_is_no_schedule_is_a_fault(tmp_path: Path) -> None:
    cdsi(tmp_path)
    (tmp_path / "Other.xml").write_text("<other/>")
    (tmp_path / "Torn.xml").write_text("<torn")
    with pytest.raises(ScheduleFaults) as raised:
        load(tmp_path)
    assert [fault.file for fault in raised.value.faults] == ["Other.xml", "Torn.xml"]


@pytest.mark.parametrize("name", ["none.toml", "none.zip", "none"])
def test_a_path_that_is_not_there_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScheduleFaults, match="cannot be read"):
        load(tmp_path / name)


def test_a_folder_without_a_schedule_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ScheduleFaults, match="no file holds scheduleSupportingData"):
        load(tmp_path)


def test_the_version_is_the_hash_of_the_content() -> None:
    assert version_of({"a": b"1", "b": b"2"}) == version_of({"b": b"2", "a": b"1"})
    assert version_of({"a": b"1"}) != version_of({"a": b"2"})
    assert version_of({"a": b"1b"}) != version_of({"a1": b"b"})


def test_check_prints_faults_or_a_card(tmp_path: Path) -> None:
    said: list[str] = []
    assert check(tmp_path / "none.toml", said.append) == 1
    assert "cannot be read" in said[0]
    good = tmp_path / "x.toml"
    good.write_text(
        native('label = "A", due = "6 weeks"', 'label = "B", due = "9 months", min_interval = "4 months"')
    )
    assert check(good, said.append) == 0
    assert said[1].splitlines()[1:] == [
        "Certainty: none",
        "Verify with your programme.",
        "",
        "IPV",
        "  A: due at 6 weeks",
        "  B: due at 9 months, 4 months after the dose before",
    ]


def test_a_name_that_no_card_or_text_could_hold_is_a_fault(tmp_path: Path) -> None:
    kenya = (SHIPPED / "ke.toml").read_text("utf-8")
    schedule = tmp_path / "long.toml"
    schedule.write_text(kenya.replace('label = "OPV 1"', f'label = "{"O" * 161}\\u0000"'), "utf-8")
    with pytest.raises(ScheduleFaults) as refused:
        load(schedule)
    assert [fault.what for fault in refused.value.faults] == ["must be one line of at most 160 characters"]
