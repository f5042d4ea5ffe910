"""What differs between the dates of two schedules."""

from datetime import date

from service.vaccination.activation import DueDateShift, differences


def test_the_change_of_a_date_is_told_in_days_and_none_is_where_no_dose_is_to_come() -> None:
    monday, friday = date(2026, 3, 2), date(2026, 3, 6)
    assert differences(
        {"MR": monday, "HPV": monday, "BCG": friday}, {"MR": friday, "HPV": monday, "YF": friday}
    ) == [
        DueDateShift("BCG", friday, None, None),
        DueDateShift("MR", monday, friday, 4),
        DueDateShift("YF", None, friday, None),
    ]
