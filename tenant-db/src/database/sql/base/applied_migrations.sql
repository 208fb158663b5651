BEGIN
  IF to_regclass('public.__diesel_schema_migrations') IS NOT NULL THEN
    GRANT SELECT, INSERT, DELETE ON TABLE public.__diesel_schema_migrations TO {{owner}};
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN NULL;
END
