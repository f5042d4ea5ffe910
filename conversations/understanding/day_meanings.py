"""The meanings that the grammar of days knows, and the slots that a pattern for each of them needs.

They are the same for every language; what a language calls them stands in its days.toml.
"""

# Days that only others tell: what is left of those refused, what follows an absence, the ends of an offer.
TOLD_BY_OTHERS = (
    "the_other",
    "the_others",
    "afterwards",
    "beforehand",
    "earliest_offered",
    "middle_offered",
    "latest_offered",
    "first_two_offered",
    "last_two_offered",
)
# Between patterns of equal length the first decides: "12 january" before "tuesday 12", "dans 8 jours" (a
# week) before any number of days.
DAY_MEANINGS = (
    "first_weekday",
    "nth_weekday",
    "last_weekday",
    "weekday_in_weeks",
    "weekday_in_two_weeks",
    "weekday_in_a_week",
    "weekday_next_week",
    "next_weekday",
    "weekday_or_following",
    "this_weekday",
    "that_weekday",
    "day_and_month",
    "weekday_and_day",
    "in_a_week",
    "in_days",
    "in_a_week_from_tomorrow",
    "weeks_from_today",
    "in_two_weeks",
    "in_weeks",
    "months_from_today",
    "in_months",
    "day_of_month",
    "weekday",
    "week_of",
    "this_week",
    "week_after_next",
    "next_week",
    "next_weekend",
    "weekend",
    "this_month",
    "next_month",
    "end_of_month",
    "start_of_next_month",
    "start_of_named_month",
    "middle_of_named_month",
    "end_of_named_month",
    "in_month",
    "visit_day",
    "visit_in_a_week",
    "days_before_visit",
    "days_after_visit",
    "weeks_after_visit",
    "day_before_visit",
    "day_after_visit",
    "visit_week",
    "weekday_after_visit",
    "nth_week",
    "week_after_visit",
    "last_day_of_month",
    "first_days_of_month",
    "last_days_of_month",
    "first_half_of_month",
    "second_half_of_month",
    *TOLD_BY_OTHERS,
)
# Later or earlier than the visit's hour: one hour or several, or half of one.
HOURS_FROM_VISIT = ("hours_later", "hours_earlier", "half_hour_later", "half_hour_earlier")
TIME_MEANINGS = (
    "hour_pm",
    "hour_am",
    "half_past",
    "half_to",
    "quarter_past",
    "quarter_to",
    "minutes_to",
    "hour_and_minutes",
    "hour",
    "noon",
    "same_time",
    *HOURS_FROM_VISIT,
)
PART_MEANINGS = ("morning", "afternoon", "evening")
RANGE_MEANINGS = (
    "days_after",
    "days_before",
    "weeks_after",
    "weeks_before",
    "between",
    "after",
    "from",
    "before",
    "until",
)
SLOTS = ("{weekday}", "{month}", "{n}", "{day}", "{hour}", "{minute}")
RANGE_SLOTS = ("{a}", "{b}", "{n}")
# Without these a meaning says nothing, so each of its patterns must name them.
NEEDED_SLOTS = {
    **dict.fromkeys(
        (
            "weekday",
            "this_weekday",
            "that_weekday",
            "next_weekday",
            "weekday_or_following",
            "weekday_next_week",
            "weekday_in_a_week",
            "weekday_in_two_weeks",
            "weekday_after_visit",
        ),
        ("{weekday}",),
    ),
    **dict.fromkeys(("in_days", "in_weeks", "weeks_from_today"), ("{n}",)),
    **dict.fromkeys(("day_of_month", "week_of"), ("{day}",)),
    **dict.fromkeys(
        ("hour", "hour_am", "hour_pm", "half_past", "half_to", "quarter_past", "quarter_to"), ("{hour}",)
    ),
    "weekday_in_weeks": ("{weekday}", "{n}"),
    "day_and_month": ("{day}", "{month}"),
    "weekday_and_day": ("{weekday}", "{day}"),
    **dict.fromkeys(
        (
            "in_month",
            "start_of_named_month",
            "middle_of_named_month",
            "end_of_named_month",
            "last_day_of_month",
            "first_half_of_month",
            "second_half_of_month",
        ),
        ("{month}",),
    ),
    **dict.fromkeys(("days_before_visit", "days_after_visit", "weeks_after_visit"), ("{n}",)),
    **dict.fromkeys(("first_days_of_month", "last_days_of_month"), ("{n}", "{month}")),
    "nth_week": ("{day}", "{month}"),
    "nth_weekday": ("{day}", "{weekday}", "{month}"),
    **dict.fromkeys(("first_weekday", "last_weekday"), ("{weekday}", "{month}")),
    **dict.fromkeys(("hour_and_minutes", "minutes_to"), ("{hour}", "{minute}")),
}
