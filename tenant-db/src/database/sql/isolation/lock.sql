DECLARE
  relation regclass;
BEGIN
  -- Whoever writes a row locks its table before those that the row refers to. In the same order, nobody waits for each other.
  FOR relation IN
    SELECT c.oid::regclass
    FROM (
      SELECT f.conrelid AS oid, 1 AS rank FROM pg_constraint f WHERE f.contype = 'f' AND f.confrelid = to_regclass({{table_name}})
      UNION ALL
      SELECT to_regclass({{table_name}})::oid, 2
    ) AS c
    WHERE c.oid IS NOT NULL
    GROUP BY c.oid
    ORDER BY max(c.rank), c.oid
  LOOP
    BEGIN
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
    EXCEPTION
      -- Then the table is not changed, or the change says so.
      WHEN insufficient_privilege OR wrong_object_type THEN NULL;
    END;
  END LOOP;
END
