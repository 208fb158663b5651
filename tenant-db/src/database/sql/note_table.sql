INSERT INTO tenant_db.undo (migration, step, detail)
VALUES ({{migration}}, 'table', jsonb_build_object('relation', {{table_literal}}::regclass::text))
