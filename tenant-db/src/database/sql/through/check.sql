DECLARE
  target regclass := to_regclass({{table_name}});
  parent regclass := to_regclass({{parent_name}});
  missing text;
BEGIN
  IF to_regclass('tenant_db.undo') IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'tenant_db: this database has no schema tenant_db',
      HINT = 'Apply the migration tenant_db_base first.';
  END IF;
  IF target IS NULL OR parent IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_table',
      MESSAGE = format('tenant_db: table %s does not exist', CASE WHEN target IS NULL THEN {{table_name}} ELSE {{parent_name}} END),
      HINT = 'Apply the migration that creates the table before the one that isolates it: '
        'the folder of this one must sort after it.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_class WHERE oid = target AND relkind IN ('r', 'p')) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'wrong_object_type',
      MESSAGE = format('tenant_db: %s is not a table', target),
      HINT = 'Row-level security is enforced on tables; name the table behind it in #[tenant(table = …)].';
  END IF;
  SELECT string_agg(format('%I', wanted.name), ', ') INTO missing
  FROM unnest({{foreign_key}}) AS wanted (name)
  WHERE NOT EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = target AND attname = wanted.name AND attnum > 0 AND NOT attisdropped);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_column',
      MESSAGE = format('tenant_db: table %s has no column %s, through which the model reaches %s', target, missing, parent),
      HINT = 'Correct `foreign_key` in #[tenant(through(…))], or the table.';
  END IF;
END
