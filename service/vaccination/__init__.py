"""Which doses a child has had and needs: schedules in force, the history, forecasts, the due list.

The engine (service/forecasting) is pure; here its values are read from the tables and what it says is stored.
Whether a dose counts is never typed: whatever a child's forecast rests on changes it in the same transaction.
"""
