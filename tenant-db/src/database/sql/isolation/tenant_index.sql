BEGIN
  IF EXISTS (
    SELECT FROM pg_index x
    JOIN pg_class c ON c.oid = x.indexrelid
    JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
    JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
    WHERE x.indrelid = {{table_literal}}::regclass AND x.indisvalid AND x.indpred IS NULL AND a.attname = {{tenant_name}})
  THEN
    RETURN;
  END IF;
  CREATE INDEX {{index}} ON {{table}} ({{tenant}});
  INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'index', '{}');
END
