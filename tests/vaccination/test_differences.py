"""What differs between the dates of two schedules."""

from datetime import date

from service.vaccination.activation import Due, DueDateShift, differences

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def due(on: date, *diseases: str) -> Due:
    return Due(on, diseases)


def test_the_change_of_a_date_is_told_in_days_and_none_is_where_no_dose_is_to_come() -> None:
    before = {"MR": due(MONDAY, "Measles"), "HPV": due(MONDAY, "HPV"), "BCG": due(FRIDAY, "Tuberculosis")}
    after = {"MR": due(FRIDAY, "Measles"), "HPV": due(MONDAY, "HPV"), "YF": due(FRIDAY, "Yellow fever")}
    assert differences(before, after) == [
        DueDateShift("MR", MONDAY, FRIDAY, 4),
        DueDateShift("Tuberculosis", FRIDAY, None, None),
        DueDateShift("Yellow fever", None, FRIDAY, None),
    ]


def test_groups_of_other_names_are_compared_by_the_diseases_they_protect_against() -> None:
    before = {"MR": due(MONDAY, "Measles", "Rubella")}
    after = {"Measles-rubella": due(MONDAY, "Measles", "Rubella"), "Booster": due(FRIDAY, "Measles")}
    assert differences(before, after) == []
    assert differences(before, {"Measles": due(FRIDAY, "Measles")}) == [
        DueDateShift("Measles", MONDAY, FRIDAY, 4),
        DueDateShift("Rubella", MONDAY, None, None),
    ]
