DECLARE
  before pg_catalog.text := pg_catalog.current_setting('tenant_db.search_path', true);
BEGIN
  IF before <> '' THEN
    PERFORM pg_catalog.set_config('search_path', before, true);
  END IF;
END
