DECLARE
  target regclass := {{table_literal}}::regclass;
  wanted name;
BEGIN
  FOREACH wanted IN ARRAY {{foreign_key}} LOOP
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_attribute WHERE attrelid = target AND attname = wanted AND attnotnull);
    BEGIN
      EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', target, wanted);
    EXCEPTION
      WHEN not_null_violation THEN
        RAISE EXCEPTION USING
          ERRCODE = 'not_null_violation',
          MESSAGE = format('tenant_db: rows of table %s have no %I, so they belong to no tenant', target, wanted),
          HINT = format('Give each its parent, or move it elsewhere, and run this again: UPDATE %s SET %I = … WHERE %I IS NULL;',
                        target, wanted, wanted);
    END;
  END LOOP;
END
