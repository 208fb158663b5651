DECLARE
  previous text;
BEGIN
  SELECT split_part(setting, '=', 2) INTO previous
  FROM pg_db_role_setting s, LATERAL unnest(s.setconfig) AS setting
  WHERE s.setrole = (SELECT oid FROM pg_roles WHERE rolname = {{runtime_name}})
    AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND setting LIKE 'lc\_messages=%';
  EXECUTE format('ALTER ROLE %I IN DATABASE %I SET lc_messages = %L', {{runtime_name}}, current_database(), 'C');
  INSERT INTO tenant_db.undo (migration, step, detail)
  VALUES ({{migration}}, 'messages', jsonb_build_object('previous', previous));
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE USING MESSAGE = 'tenant_db: lc_messages of the runtime role was left as it is; '
      'errors are told apart best where it is C or English';
END
