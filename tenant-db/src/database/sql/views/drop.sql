DECLARE
  base regclass := to_regclass({{table_name}});
  note record;
BEGIN
  DROP VIEW IF EXISTS {{view}};
  IF base IS NOT NULL THEN
    DROP POLICY IF EXISTS {{policy}} ON {{table}};
    FOR note IN
      SELECT u.detail ->> 'name' AS name FROM tenant_db.undo u
      JOIN pg_attribute a ON a.attrelid = base AND a.attname = u.detail ->> 'name'
      WHERE u.migration = {{migration}} AND u.step = 'column'
    LOOP
      EXECUTE format('REVOKE SELECT (%I) ON TABLE %s FROM %I', note.name, base, {{views_name}});
    END LOOP;
    -- The table's other public views, if it has any, rest on these.
    IF NOT EXISTS (
      SELECT FROM pg_policy WHERE polrelid = base
        AND polroles = ARRAY(SELECT oid FROM pg_roles WHERE rolname = {{views_name}}))
    THEN
      ALTER POLICY {{select_policy}} ON {{table}} USING ({{own}});
      ALTER POLICY {{floor_policy}} ON {{table}} USING ({{own}});
    END IF;
  END IF;
  IF EXISTS (SELECT FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'usage') THEN
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %I', {{view_schema_name}}, {{public_name}});
  END IF;
END
