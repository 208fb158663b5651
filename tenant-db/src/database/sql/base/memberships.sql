DECLARE
  member name;
  needs_grant boolean;
  reachable name;
BEGIN
  -- Whoever runs this migration has to hand tables over to the owner; a superuser can already.
  FOREACH member IN ARRAY ARRAY[{{migrator_name}}, current_user]::name[] LOOP
    CONTINUE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = member);
    needs_grant := NOT pg_has_role(member, {{owner_name}}, 'USAGE');
    IF NOT needs_grant AND current_setting('server_version_num')::integer >= 160000 THEN
      needs_grant := NOT pg_has_role(member, {{owner_name}}, 'SET');
    END IF;
    CONTINUE WHEN NOT needs_grant;
    EXECUTE format('GRANT %I TO %I', {{owner_name}}, member);
    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'membership', jsonb_build_object('member', member));
  END LOOP;

  WITH RECURSIVE closure (oid) AS (
    SELECT oid FROM pg_roles WHERE rolname = {{runtime_name}}
    UNION
    SELECT m.roleid FROM closure JOIN pg_auth_members m ON m.member = closure.oid
  )
  SELECT r.rolname INTO reachable
  FROM closure JOIN pg_roles r USING (oid)
  WHERE r.rolname IN ({{owner_name}}, {{migrator_name}})
     OR r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('tenant_db: role %I cannot be the runtime role, it can become %I', {{runtime_name}}, reachable),
      HINT = format('Run: REVOKE %I FROM %I; (or from the role in between), or choose another role.',
                    reachable, {{runtime_name}});
  END IF;
END
