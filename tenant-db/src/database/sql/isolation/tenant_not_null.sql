DECLARE
  orphans bigint;
BEGIN
  IF EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = {{table_literal}}::regclass AND attname = {{tenant_name}} AND attnotnull)
  THEN
    RETURN;
  END IF;
  SELECT count(*) INTO orphans FROM {{table}} AS t WHERE t.{{tenant}} IS NULL;
  IF orphans > 0 THEN
    RAISE EXCEPTION USING
      ERRCODE = 'not_null_violation',
      MESSAGE = format('tenant_db: %s rows of table %s belong to no tenant', orphans, {{table_literal}}),
      HINT = format('Give each its tenant, or move it elsewhere, and run this again: UPDATE %s SET %I = … WHERE %I IS NULL;',
                    {{table_literal}}, {{tenant_name}}, {{tenant_name}});
  END IF;
  ALTER TABLE {{table}} ALTER COLUMN {{tenant}} SET NOT NULL;
END
