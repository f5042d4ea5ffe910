"""Whether what a text says of a visit still stands: conditions of SQL, for whoever plans, claims or answers.

Apart, because three places must agree on them: when a timer is due, when a text is claimed, and when a
parent answers. They name an appointment `a` or a text `o`, and `$1` is now.
"""

# A missed visit needs no recall any more: another visit was booked since (whatever became of it), a later one
# was there already, or a dose was given on its day or after, or has been recorded since.
MADE_UP = """(
    EXISTS (SELECT 1 FROM appointment n WHERE n.child = a.child AND n.id <> a.id
            AND (n.created_at >= a.changed_at OR (n.day > a.day AND n.status <> 'cancelled')))
    OR EXISTS (SELECT 1 FROM immunization i WHERE i.child = a.child
               AND (i.given_on >= a.day OR i.recorded_at >= a.changed_at)))"""

# A visit is told of as the family may know it, to a guardian who may be told.
STANDS = f"""EXISTS (
    SELECT 1 FROM appointment a
    JOIN guardianship gs ON gs.child = a.child AND gs.guardian = o.guardian
    JOIN guardian g ON g.id = gs.guardian
    WHERE a.id = told.appointment AND a.version = told.version
      AND g.phone = o.phone AND g.consented_at IS NOT NULL
      AND (o.kind <> 'recall' OR NOT {MADE_UP}))"""  # noqa: S608 - made of constants

# Every visit that a text speaks of.
TOLD = """(
    SELECT o.appointment, o.appointment_version AS version WHERE o.appointment IS NOT NULL
    UNION ALL
    SELECT v.appointment, v.appointment_version FROM outbox_visit v WHERE v.outbox_message = o.id) AS told"""

# A text about several visits is not sent while one of them has changed: it is written anew first.
PARTLY_UNTRUE = f"""(
    EXISTS (SELECT 1 FROM outbox_visit further WHERE further.outbox_message = o.id)
    AND EXISTS (SELECT 1 FROM {TOLD} WHERE NOT {STANDS}))"""  # noqa: S608 - made of constants

# A text of our own accord would fall into the middle of a dialogue: it can wait until that has ended.
INTO_A_DIALOGUE = """(
    o.kind IN ('reminder', 'recall', 'asked_again')
    AND EXISTS (SELECT 1 FROM conversation t WHERE t.phone = o.phone AND t.question IS NOT NULL
                AND t.turned_at > $1::timestamptz - interval '15 minutes'))"""
