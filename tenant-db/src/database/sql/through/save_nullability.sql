INSERT INTO tenant_db.undo (migration, step, detail)
SELECT {{migration}}, 'nullable column', jsonb_build_object('column', attname)
FROM pg_attribute
WHERE attrelid = {{table_literal}}::regclass AND NOT attnotnull AND attname = ANY ({{foreign_key}})
