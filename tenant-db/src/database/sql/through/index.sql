BEGIN
  IF EXISTS (
    SELECT FROM pg_index x
    JOIN pg_class c ON c.oid = x.indexrelid
    JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
    WHERE x.indrelid = {{table_literal}}::regclass AND x.indisvalid AND x.indpred IS NULL
      AND (SELECT array_agg(a.attname ORDER BY a.attname)
           FROM unnest((x.indkey::smallint[])[0:cardinality({{foreign_key}}) - 1]) AS k (attnum)
           JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum)
        = (SELECT array_agg(wanted ORDER BY wanted) FROM unnest({{foreign_key}}) AS wanted))
  THEN
    RETURN;
  END IF;
  CREATE INDEX {{index}} ON {{table}} ({{foreign_columns}});
  INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'index', '{}');
END
