"""The ledger of consent writes itself, and neither it nor an opt-out can be altered afterwards."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.engine.finder import engine_finder

ID = "2026-11-25T17:40:12:274031"
VERSION = "1.38.0"
DESCRIPTION = "the consent ledger is append-only and written by triggers"

STATEMENTS = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    """CREATE TRIGGER consent_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_entry
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    "CREATE TRIGGER opt_out_kept BEFORE DELETE OR TRUNCATE ON opt_out FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    # A span is ended once; nothing else of it ever changes.
    """CREATE TRIGGER opt_out_ends_once BEFORE UPDATE ON opt_out FOR EACH ROW
       WHEN (OLD.ended_at IS NOT NULL OR (OLD.phone, OLD.since, OLD.source) IS DISTINCT FROM (NEW.phone, NEW.since, NEW.source))
       EXECUTE FUNCTION refuse_change()""",
    """CREATE FUNCTION note_opt_out() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           INSERT INTO consent_entry (at, phone, change, source, inbound)
           VALUES (NEW.since, NEW.phone, 'opted_out', NEW.source, NEW.inbound);
           RETURN NULL;
       END $$""",
    "CREATE TRIGGER opt_out_noted AFTER INSERT ON opt_out FOR EACH ROW EXECUTE FUNCTION note_opt_out()",
    """CREATE FUNCTION note_opt_in() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           INSERT INTO consent_entry (at, phone, change) VALUES (NEW.ended_at, NEW.phone, 'opted_in');
           RETURN NULL;
       END $$""",
    """CREATE TRIGGER opt_in_noted AFTER UPDATE ON opt_out FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL)
       EXECUTE FUNCTION note_opt_in()""",
    """CREATE FUNCTION note_consent() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           INSERT INTO consent_entry (at, phone, change)
           VALUES (coalesce(NEW.consented_at, now()), NEW.phone,
                   CASE WHEN NEW.consented_at IS NULL THEN 'withdrew' ELSE 'agreed' END);
           RETURN NULL;
       END $$""",
    """CREATE TRIGGER consent_given AFTER INSERT ON guardian FOR EACH ROW WHEN (NEW.consented_at IS NOT NULL)
       EXECUTE FUNCTION note_consent()""",
    """CREATE TRIGGER consent_changed AFTER UPDATE ON guardian FOR EACH ROW
       WHEN ((OLD.phone, OLD.consented_at IS NULL) IS DISTINCT FROM (NEW.phone, NEW.consented_at IS NULL))
       EXECUTE FUNCTION note_consent()""",
    # The ledger begins with what is known already.
    """INSERT INTO consent_entry (at, phone, change, source, inbound)
       SELECT since, phone, 'opted_out', source, inbound FROM opt_out ORDER BY since""",
    """INSERT INTO consent_entry (at, phone, change)
       SELECT ended_at, phone, 'opted_in' FROM opt_out WHERE ended_at IS NOT NULL ORDER BY ended_at""",
    """INSERT INTO consent_entry (at, phone, change)
       SELECT consented_at, phone, 'agreed' FROM guardian WHERE consented_at IS NOT NULL ORDER BY consented_at""",
    """INSERT INTO consent_entry (at, phone, change)
       SELECT opened_at, phone, 'wrong_number' FROM handoff WHERE reason = 'wrong_number' AND closed_at IS NULL""",
)

UNDO = (
    "DROP TRIGGER consent_changed ON guardian",
    "DROP TRIGGER consent_given ON guardian",
    "DROP TRIGGER opt_in_noted ON opt_out",
    "DROP TRIGGER opt_out_noted ON opt_out",
    "DROP TRIGGER opt_out_ends_once ON opt_out",
    "DROP TRIGGER opt_out_kept ON opt_out",
    "DROP TRIGGER consent_entry_append_only ON consent_entry",
    "DROP FUNCTION note_consent, note_opt_in, note_opt_out, refuse_change",
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
