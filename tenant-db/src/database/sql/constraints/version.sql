DECLARE
  target regclass := to_regclass({{table_name}});
  kind regtype;
BEGIN
  SELECT atttypid INTO kind FROM pg_attribute
  WHERE attrelid = target AND attname = {{column_name}} AND attnum > 0 AND NOT attisdropped;
  IF NOT FOUND OR kind NOT IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_column',
      MESSAGE = format('tenant_db: table %s has no column %I of whole numbers to count changes in', {{table_name}}, {{column_name}}),
      HINT = format('Run: ALTER TABLE %s ADD COLUMN %I integer NOT NULL DEFAULT 1;', {{table_name}}, {{column_name}});
  END IF;
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = target AND attname = {{column_name}} AND (atthasdef OR attidentity <> '')) THEN
    RETURN;
  END IF;
  ALTER TABLE {{table}} ALTER COLUMN {{column}} SET DEFAULT 1;
  INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'default', '{}');
END
