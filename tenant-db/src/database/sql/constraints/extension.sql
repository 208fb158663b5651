BEGIN
  IF EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') THEN
    RETURN;
  END IF;
  IF to_regnamespace('public') IS NOT NULL AND has_schema_privilege('public', 'CREATE') THEN
    CREATE EXTENSION btree_gist WITH SCHEMA public;
  ELSE
    CREATE EXTENSION btree_gist WITH SCHEMA {{schema}};
  END IF;
  INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'extension', '{}');
EXCEPTION
  WHEN insufficient_privilege OR feature_not_supported OR undefined_file THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('tenant_db: constraint %I of table %s needs the extension btree_gist, which cannot be created here',
                       {{constraint_name}}, {{table_literal}}),
      HINT = 'Install the server''s contrib package, and as an administrator run: CREATE EXTENSION btree_gist;';
END
