DECLARE
  member_name name;
BEGIN
  IF to_regclass('tenant_db.undo') IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'tenant_db: this database has no schema tenant_db',
      HINT = 'Apply the migration tenant_db_base first.';
  END IF;
  -- Whoever makes views hands them over to their owner; a superuser can already.
  FOREACH member_name IN ARRAY ARRAY[{{migrator_name}}, current_user]::name[] LOOP
    CONTINUE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = member_name);
    CONTINUE WHEN EXISTS (
      SELECT FROM pg_auth_members m WHERE m.member = (SELECT oid FROM pg_roles WHERE rolname = member_name)
        AND m.roleid = (SELECT oid FROM pg_roles WHERE rolname = {{views_name}})
        AND (current_setting('server_version_num')::integer < 160000 OR coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)));
    EXECUTE format('GRANT %I TO %I', {{views_name}}, member_name);
    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'membership', jsonb_build_object('member', member_name));
  END LOOP;
  IF EXISTS (
    SELECT FROM pg_auth_members m WHERE m.member IN (SELECT oid FROM pg_roles WHERE rolname IN ({{public_name}}, {{views_name}})))
  THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = 'tenant_db: the roles of public views are members of other roles';
  END IF;
  IF NOT has_database_privilege({{public_name}}, current_database(), 'CONNECT') THEN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), {{public_name}});
    INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'connect', '{}');
  END IF;
END
