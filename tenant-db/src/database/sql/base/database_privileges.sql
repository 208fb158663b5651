DECLARE
  database name := current_database();
  public_may text;
BEGIN
  BEGIN
    EXECUTE format('REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC', database);
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I, %I', database, {{owner_name}}, {{migrator_name}});
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', database, {{runtime_name}});
  EXCEPTION
    WHEN insufficient_privilege THEN NULL;
  END;
  SELECT string_agg(entry.privilege_type, ', ') INTO public_may
  FROM pg_database d, LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS entry
  WHERE d.datname = database AND entry.grantee = 0 AND entry.privilege_type IN ('CREATE', 'TEMPORARY');
  IF public_may IS NOT NULL THEN
    RAISE WARNING USING
      MESSAGE = format('tenant_db: PUBLIC keeps %s on database %I', public_may, database),
      HINT = format('As the owner of the database, run: REVOKE CREATE, TEMPORARY ON DATABASE %I FROM PUBLIC;', database);
  END IF;
END
