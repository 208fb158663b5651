BEGIN
  IF EXISTS (SELECT FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'default')
     AND to_regclass({{table_name}}) IS NOT NULL THEN
    ALTER TABLE {{table}} ALTER COLUMN {{column}} DROP DEFAULT;
  END IF;
END
