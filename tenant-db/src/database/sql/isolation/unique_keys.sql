DECLARE
  key record;
BEGIN
  FOR key IN
    SELECT c.relname, pg_get_indexdef(c.oid) AS definition
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
    WHERE x.indrelid = {{table_literal}}::regclass
      AND (x.indisunique OR x.indisexclusion)
      AND c.relname <> {{kept_key_name}}
      AND NOT EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = x.indrelid AND a.attname = {{tenant_name}}
          AND a.attnum = ANY ((x.indkey::smallint[])[0:x.indnkeyatts - 1]))
  LOOP
    RAISE WARNING USING
      MESSAGE = format('tenant_db: %I is unique across tenants, so a tenant can find out what another one has', key.relname),
      HINT = format('Put %I first in it, unless its values cannot be guessed. It is: %s', {{tenant_name}}, key.definition);
  END LOOP;
END
