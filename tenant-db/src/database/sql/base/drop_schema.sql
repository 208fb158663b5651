DECLARE
  role name;
  created name[];
  members name[];
BEGIN
  SELECT coalesce(array_agg((detail ->> 'name')::name) FILTER (WHERE step = 'role'), '{}'),
         coalesce(array_agg((detail ->> 'member')::name) FILTER (WHERE step = 'membership'), '{}')
  INTO created, members
  FROM tenant_db.undo
  WHERE migration = {{migration}};
  DROP TABLE tenant_db.undo;
  DROP SCHEMA tenant_db;

  -- Other databases of this server may rest on the same roles: then these stay, with their memberships.
  IF NOT EXISTS (
    SELECT FROM pg_shdepend d JOIN pg_database b ON b.oid = d.dbid
    WHERE d.refclassid = 'pg_authid'::regclass
      AND d.refobjid = (SELECT oid FROM pg_roles WHERE rolname = {{owner_name}})
      AND b.datname <> current_database())
  THEN
    FOREACH role IN ARRAY members LOOP
      CONTINUE WHEN role NOT IN ({{migrator_name}}, current_user);
      CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role);
      EXECUTE format('REVOKE %I FROM %I', {{owner_name}}, role);
    END LOOP;
  END IF;
  FOREACH role IN ARRAY ARRAY[{{runtime_name}}, {{migrator_name}}, {{owner_name}}]::name[] LOOP
    CONTINUE WHEN role <> ALL (created) OR role = current_user;
    BEGIN
      EXECUTE format('DROP ROLE IF EXISTS %I', role);
    EXCEPTION
      WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        RAISE NOTICE USING
          MESSAGE = format('tenant_db: kept role %I, something still depends on it', role),
          HINT = format('Once nothing does, run: DROP ROLE %I;', role);
    END;
  END LOOP;
END
