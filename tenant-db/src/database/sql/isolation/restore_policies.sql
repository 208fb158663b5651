DECLARE
  note jsonb;
BEGIN
  FOR note IN
    SELECT u.detail
    FROM tenant_db.undo u
    JOIN pg_policy p ON p.polrelid = to_regclass({{table_name}}) AND p.polname = u.detail ->> 'name' AND p.polpermissive
    WHERE u.migration = {{migration}} AND u.step = 'policy'
    ORDER BY u.id
  LOOP
    IF note -> 'roles' = '[]' THEN
      EXECUTE format('ALTER POLICY %I ON %s TO PUBLIC', note ->> 'name', {{table_literal}});
    ELSE
      EXECUTE (
        SELECT format('ALTER POLICY %I ON %s TO %s', note ->> 'name', {{table_literal}}, string_agg(format('%I', role), ', '))
        FROM jsonb_array_elements_text(note -> 'roles') AS role
        WHERE role IN (SELECT rolname FROM pg_roles)
        HAVING count(*) > 0);
    END IF;
  END LOOP;
END
