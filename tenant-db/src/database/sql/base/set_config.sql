BEGIN
  IF EXISTS (
    SELECT FROM pg_proc p, LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS entry
    WHERE p.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure AND entry.grantee = 0)
     AND NOT EXISTS (
    SELECT FROM pg_proc p
    WHERE p.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure AND pg_has_role(p.proowner, 'USAGE'))
  THEN
    RAISE WARNING USING
      MESSAGE = 'tenant_db: the runtime role may call set_config, so an SQL injection could switch tenants',
      HINT = format('As a superuser, run: REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC; '
        'GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO %I, %I;',
        {{owner_name}}, {{migrator_name}});
    RETURN;
  END IF;
  REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC, {{runtime}};
  GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO {{owner}}, {{migrator}};
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE USING MESSAGE = 'tenant_db: the privileges of set_config were left as they are';
END
