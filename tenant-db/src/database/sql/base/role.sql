DECLARE
  role pg_roles;
  unfit text[];
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {{name}}) THEN
    BEGIN
      CREATE ROLE {{role}} {{options}};
      INSERT INTO tenant_db.undo (migration, step, detail)
      VALUES ({{migration}}, 'role', jsonb_build_object('name', {{name}}));
    EXCEPTION
      -- A migration of another database on this server was quicker.
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  SELECT * INTO STRICT role FROM pg_roles WHERE rolname = {{name}};
  unfit := array_remove(ARRAY[
    CASE WHEN role.rolcanlogin <> {{login}} THEN CASE WHEN role.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END END,
    CASE WHEN role.rolsuper THEN 'SUPERUSER' END,
    CASE WHEN role.rolbypassrls THEN 'BYPASSRLS' END,
    CASE WHEN role.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN role.rolcreatedb THEN 'CREATEDB' END,
    CASE WHEN role.rolreplication THEN 'REPLICATION' END
  ], NULL);
  IF {{checked}} AND cardinality(unfit) > 0 THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('tenant_db: role %I cannot be the %s, it has %s', {{name}}, {{part}}, array_to_string(unfit, ', ')),
      HINT = format('Run: ALTER ROLE %I {{options}}; or choose another role.', {{name}});
  END IF;
END
