DECLARE
  saved jsonb;
BEGIN
  SELECT detail INTO saved FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'messages';
  IF NOT FOUND OR NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {{runtime_name}}) THEN
    RETURN;
  END IF;
  IF saved ->> 'previous' IS NULL THEN
    EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET lc_messages', {{runtime_name}}, current_database());
  ELSE
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET lc_messages = %L',
      {{runtime_name}}, current_database(), saved ->> 'previous');
  END IF;
END
