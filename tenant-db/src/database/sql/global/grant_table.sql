DECLARE
  relation regclass;
  held record;
BEGIN
  FOR relation IN
    SELECT {{table_literal}}::regclass UNION SELECT relid FROM pg_partition_tree({{table_literal}}::regclass)
  LOOP
    EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, %I', relation, {{runtime_name}});
  END LOOP;
  FOR held IN
    SELECT attname FROM pg_attribute
    WHERE attrelid = {{table_literal}}::regclass AND attnum > 0 AND NOT attisdropped AND attacl IS NOT NULL
  LOOP
    EXECUTE format('REVOKE ALL (%I) ON TABLE %s FROM PUBLIC, %I', held.attname, {{table_literal}}, {{runtime_name}});
  END LOOP;
  GRANT SELECT ON TABLE {{table}} TO {{runtime}};
END
