INSERT INTO tenant_db.undo (migration, step, detail)
SELECT {{migration}}, 'row security', jsonb_build_object('enabled', relrowsecurity, 'forced', relforcerowsecurity)
FROM pg_class
WHERE oid = {{table_literal}}::regclass
