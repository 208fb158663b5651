DECLARE
  saved jsonb;
BEGIN
  SELECT detail INTO saved FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'row security';
  IF NOT FOUND OR to_regclass({{table_name}}) IS NULL THEN
    RETURN;
  END IF;
  IF NOT (saved ->> 'forced')::boolean THEN
    ALTER TABLE {{table}} NO FORCE ROW LEVEL SECURITY;
  END IF;
  IF NOT (saved ->> 'enabled')::boolean THEN
    ALTER TABLE {{table}} DISABLE ROW LEVEL SECURITY;
  END IF;
END
