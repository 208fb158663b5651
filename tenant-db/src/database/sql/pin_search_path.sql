BEGIN
  PERFORM pg_catalog.set_config('tenant_db.search_path', pg_catalog.current_setting('search_path'), true);
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
END
