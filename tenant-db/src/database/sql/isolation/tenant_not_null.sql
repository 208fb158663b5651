BEGIN
  IF EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = {{table_literal}}::regclass AND attname = {{tenant_name}} AND NOT attnotnull)
  THEN
    ALTER TABLE {{table}} ALTER COLUMN {{tenant}} SET NOT NULL;
  END IF;
END
