BEGIN
  IF to_regclass('tenant_db.undo') IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'tenant_db: this database has no schema tenant_db',
      HINT = 'Apply the migration tenant_db_base first.';
  END IF;
  IF to_regclass({{table_name}}) IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_table',
      MESSAGE = format('tenant_db: table %s does not exist', {{table_name}}),
      HINT = 'Apply the migration that creates the table first: the folder of this one must sort after it.';
  END IF;
END
