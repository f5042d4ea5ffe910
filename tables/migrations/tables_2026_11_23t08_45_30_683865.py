"""What Piccolo's migrations cannot say: partial and composite indexes, and the append-only audit trail."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-23T08:45:30:683865"
VERSION = "1.38.0"
DESCRIPTION = "partial indexes; the audit trail is append-only"

STATEMENTS = (
    # One active visit per child and day: the rule behind "already booked".
    """CREATE UNIQUE INDEX appointment_child_day_active ON appointment (child, day)
       WHERE status IN ('booked', 'confirmed')""",
    "CREATE INDEX reminder_planned ON reminder (due_at) WHERE status = 'planned'",
    # What a worker claims, in the order in which it goes out.
    "CREATE INDEX outbox_message_pending ON outbox_message (priority, not_before) WHERE status = 'pending'",
    # Whether an earlier text to the same phone still waits: a phone gets its texts in order.
    """CREATE INDEX outbox_message_order ON outbox_message (phone, priority, created_at)
       WHERE status IN ('pending', 'sending')""",
    "CREATE INDEX outbox_message_claimed ON outbox_message (leased_until) WHERE status IN ('sending', 'unknown')",
    "CREATE UNIQUE INDEX outbox_message_sid ON outbox_message (provider_sid) WHERE provider_sid IS NOT NULL",
    # What was sent to a phone: the prompts that a reply may answer.
    "CREATE INDEX outbox_message_phone_sent ON outbox_message (phone, sent_at)",
    "CREATE UNIQUE INDEX opt_out_active ON opt_out (phone) WHERE ended_at IS NULL",
    "CREATE UNIQUE INDEX handoff_open ON handoff (phone) WHERE closed_at IS NULL",
    "CREATE INDEX login_attempt_account ON login_attempt (account_hash, tried_at)",
    "CREATE INDEX login_attempt_address ON login_attempt (address_hash, tried_at)",
    """CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
       FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only()""",
)

UNDO = (
    "DROP TRIGGER audit_entry_append_only ON audit_entry",
    "DROP FUNCTION audit_entry_is_append_only",
    "DROP INDEX appointment_child_day_active, reminder_planned, outbox_message_pending, outbox_message_order,"
    " outbox_message_claimed, outbox_message_sid, outbox_message_phone_sent, opt_out_active,"
    " handoff_open, login_attempt_account, login_attempt_address",
)


async def run_all(statements: tuple[str, ...]) -> None:
    engine = engine_finder()
    assert engine is not None
    for statement in statements:
        await engine.run_ddl(statement)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="tables", description=DESCRIPTION)

    async def run() -> None:
        await run_all(STATEMENTS)

    async def run_backwards() -> None:
        await run_all(UNDO)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
