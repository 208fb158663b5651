DECLARE
  target regclass := to_regclass({{table_name}});
  kind "char";
  actual text;
  missing text;
BEGIN
  IF to_regclass('tenant_db.undo') IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'tenant_db: this database has no schema tenant_db',
      HINT = 'Apply the migration tenant_db_base first.';
  END IF;
  IF target IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_table',
      MESSAGE = format('tenant_db: table %s does not exist', {{table_name}}),
      HINT = 'Apply the migration that creates the table before the one that isolates it: '
        'the folder of this one must sort after it.';
  END IF;
  SELECT relkind INTO kind FROM pg_class WHERE oid = target;
  IF kind NOT IN ('r', 'p') THEN
    RAISE EXCEPTION USING
      ERRCODE = 'wrong_object_type',
      MESSAGE = format('tenant_db: %s is not a table', target),
      HINT = 'Row-level security is enforced on tables; name the table behind it in #[tenant(table = …)].';
  END IF;
  SELECT format_type(atttypid, NULL) INTO actual
  FROM pg_attribute
  WHERE attrelid = target AND attname = {{tenant_name}} AND attnum > 0 AND NOT attisdropped;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_column',
      MESSAGE = format('tenant_db: table %s has no column %I', target, {{tenant_name}}),
      HINT = format('Add it, fill it for every row, and run this again: ALTER TABLE %s ADD COLUMN %I %s;',
                    target, {{tenant_name}}, {{tenant_type}});
  END IF;
  IF actual <> ALL ({{tenant_types}}) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'datatype_mismatch',
      MESSAGE = format('tenant_db: column %I of table %s is %s, and the model says %s',
                       {{tenant_name}}, target, actual, {{tenant_type}}),
      HINT = 'Give the column that type, or the model the key type of the column: #[tenant(key = …)].';
  END IF;
  SELECT string_agg(format('%I', key.name), ', ') INTO missing
  FROM unnest({{primary_key}}) AS key (name)
  WHERE NOT EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = target AND attname = key.name AND attnum > 0 AND NOT attisdropped);
  IF missing IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_column',
      MESSAGE = format('tenant_db: table %s has no column %s, which the model calls its primary key', target, missing),
      HINT = 'Correct the primary key in table!, or the table.';
  END IF;
END
