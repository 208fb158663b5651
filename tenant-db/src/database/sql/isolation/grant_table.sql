DECLARE
  relation regclass;
  sequence regclass;
BEGIN
  FOR relation IN
    SELECT {{table_literal}}::regclass UNION SELECT relid FROM pg_partition_tree({{table_literal}}::regclass)
  LOOP
    EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, %I', relation, {{runtime_name}});
  END LOOP;
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {{table}} TO {{runtime}};
  FOR sequence IN
    SELECT d.objid::regclass
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = {{table_literal}}::regclass AND d.deptype = 'a'
  LOOP
    EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM PUBLIC, %I', sequence, {{runtime_name}});
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', sequence, {{runtime_name}});
  END LOOP;
END
