BEGIN
  IF to_regnamespace('public') IS NULL THEN
    RETURN;
  END IF;
  BEGIN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO {{owner}};
    GRANT USAGE ON SCHEMA public TO {{runtime}};
  EXCEPTION
    WHEN insufficient_privilege THEN NULL;
  END;
  IF EXISTS (
    SELECT FROM pg_namespace n, LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS entry
    WHERE n.nspname = 'public' AND entry.grantee = 0 AND entry.privilege_type = 'CREATE')
  THEN
    RAISE WARNING USING
      MESSAGE = 'tenant_db: PUBLIC keeps CREATE on schema public',
      HINT = 'As the owner of the schema, run: REVOKE CREATE ON SCHEMA public FROM PUBLIC;';
  END IF;
END
