DECLARE
  policy record;
BEGIN
  FOR policy IN
    SELECT p.polname AS name, pg_get_userbyid(c.relowner) AS owner,
           ARRAY(SELECT pg_get_userbyid(role) FROM unnest(p.polroles) AS role WHERE role <> 0 ORDER BY 1) AS roles
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE p.polrelid = {{table_literal}}::regclass AND p.polpermissive
    ORDER BY p.polname
  LOOP
    -- For nobody but the owner, as whom nobody logs in. Its expressions stay where they are, in the catalog.
    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'policy', jsonb_build_object('name', policy.name, 'roles', policy.roles));
    EXECUTE format('ALTER POLICY %I ON %s TO %I', policy.name, {{table_literal}}, policy.owner);
    RAISE WARNING USING
      MESSAGE = format('tenant_db: policy %I of table %s is set aside until this migration is reverted', policy.name, {{table_literal}}),
      HINT = 'It is for the owner of the table alone now: policies that permit are OR-ed, so it would widen those of the tenants.';
  END LOOP;
END
