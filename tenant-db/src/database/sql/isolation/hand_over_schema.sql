DECLARE
  heir record;
BEGIN
  SELECT t.migration, t.id INTO heir
  FROM tenant_db.undo t JOIN pg_class c ON c.oid = to_regclass(t.detail ->> 'relation')
  WHERE t.step = 'table' AND t.migration <> {{migration}} AND c.relnamespace = to_regnamespace({{schema_literal}})
  ORDER BY t.id
  LIMIT 1;
  -- What the older of two migrations noted is how it was before both.
  IF FOUND AND heir.id > (SELECT id FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'table') THEN
    DELETE FROM tenant_db.undo WHERE migration = heir.migration AND step = 'privileges of the schema';
    UPDATE tenant_db.undo SET migration = heir.migration
    WHERE migration = {{migration}} AND step = 'privileges of the schema';
  END IF;
END
