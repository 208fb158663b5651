BEGIN
  IF EXISTS (SELECT FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'index') THEN
    DROP INDEX IF EXISTS {{schema}}.{{index}};
  END IF;
END
