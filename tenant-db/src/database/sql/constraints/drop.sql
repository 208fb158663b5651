DECLARE
  saved jsonb;
BEGIN
  SELECT detail INTO saved FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'constraint';
  IF NOT FOUND OR to_regclass({{table_name}}) IS NULL THEN
    RETURN;
  END IF;
  IF saved ->> 'former' IS NULL THEN
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', {{table_name}}, {{constraint_name}});
  ELSE
    EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', {{table_name}}, {{constraint_name}}, saved ->> 'former');
  END IF;
END
