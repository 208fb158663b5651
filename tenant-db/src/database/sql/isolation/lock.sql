DECLARE
  this oid := to_regclass({{table_name}});
  -- What this migration may change: the table, those that refer to it, and isolated ones that it refers to.
  left_over oid[] := ARRAY(
    SELECT this WHERE this IS NOT NULL
    UNION
    SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = this
    UNION
    SELECT f.confrelid
    FROM pg_constraint f JOIN tenant_db.undo u ON u.step = 'table' AND to_regclass(u.detail ->> 'relation') = f.confrelid
    WHERE f.contype = 'f' AND f.conrelid = this);
  next oid;
BEGIN
  -- Whoever writes a row locks its table, and then those that the row refers to. In the same order, nobody waits for one
  -- who waits for him.
  WHILE cardinality(left_over) > 0 LOOP
    SELECT t.oid INTO next
    FROM unnest(left_over) AS t (oid)
    ORDER BY EXISTS (
      SELECT FROM pg_constraint f
      WHERE f.contype = 'f' AND f.confrelid = t.oid AND f.conrelid <> t.oid AND f.conrelid = ANY (left_over)), t.oid
    LIMIT 1;
    left_over := array_remove(left_over, next);
    BEGIN
      EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', next::regclass);
    EXCEPTION
      -- Then it is not changed, or the change says so.
      WHEN insufficient_privilege OR wrong_object_type THEN NULL;
    END;
  END LOOP;
END
