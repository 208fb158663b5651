DECLARE
  nullable name;
BEGIN
  FOR nullable IN
    SELECT a.attname
    FROM tenant_db.undo u
    JOIN pg_attribute a ON a.attname = u.detail ->> 'column' AND a.attrelid = to_regclass({{table_name}})
    WHERE u.migration = {{migration}} AND u.step = 'nullable column' AND a.attnotnull AND NOT a.attisdropped
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', {{table_name}}, nullable);
  END LOOP;
END
