DECLARE
  this regclass := {{table_literal}}::regclass;
  key record;
  forced regclass[];
  relation regclass;
  crossing bigint;
  pairs text;
BEGIN
  FOR key IN
    WITH tenants AS (
      SELECT DISTINCT c.oid, a.attname, a.attnum,
             CASE WHEN a.atttypid = 'varchar'::regtype THEN 'text'::regtype ELSE a.atttypid END AS type
      FROM tenant_db.undo u
      JOIN pg_class c ON c.oid = to_regclass(u.detail ->> 'relation')
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = u.detail ->> 'column' AND NOT a.attisdropped
      WHERE u.step = 'table'
    ),
    keys AS (
      SELECT f.oid, f.conname AS name, f.conrelid::regclass AS child, f.confrelid::regclass AS parent, f.confdeltype, f.confupdtype,
             f.condeferrable, f.condeferred, f.convalidated, obj_description(f.oid, 'pg_constraint') AS comment,
             ARRAY(SELECT a.attname FROM unnest(f.confdelsetcols) WITH ORDINALITY AS k (attnum, n)
                   JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum ORDER BY k.n) AS set,
             child.attname AS child_tenant, parent.attname AS parent_tenant, parent.attnum AS parent_number,
             ARRAY(SELECT a.attname FROM unnest(f.conkey) WITH ORDINALITY AS k (attnum, n)
                   JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum
                   ORDER BY k.n) AS mine,
             ARRAY(SELECT a.attname FROM unnest(f.confkey) WITH ORDINALITY AS k (attnum, n)
                   JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum ORDER BY k.n) AS theirs,
             f.confkey, rested.conname AS rested_on
      FROM pg_constraint f
      JOIN tenants child ON child.oid = f.conrelid
      JOIN tenants parent ON parent.oid = f.confrelid AND parent.type = child.type
      LEFT JOIN pg_constraint rested ON rested.conindid = f.conindid AND rested.conrelid = f.confrelid AND rested.contype IN ('p', 'u')
      WHERE f.contype = 'f' AND f.conparentid = 0 AND this IN (f.conrelid, f.confrelid)
        -- What neither holds the tenant nor needs a column list that PostgreSQL has only for ON DELETE.
        AND child.attnum <> ALL (f.conkey) AND parent.attnum <> ALL (f.confkey)
        AND f.confupdtype NOT IN ('n', 'd') AND f.confmatchtype = 's'
    )
    SELECT * FROM keys k
    WHERE EXISTS (
      SELECT FROM pg_index x
      WHERE x.indrelid = k.parent AND x.indisunique AND x.indimmediate AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
        AND (x.indkey::smallint[])[0:x.indnkeyatts - 1] @> (k.confkey || k.parent_number)
        AND (x.indkey::smallint[])[0:x.indnkeyatts - 1] <@ (k.confkey || k.parent_number))
    ORDER BY k.oid
  LOOP
    -- Whoever runs this may be no superuser: to its owner, policies apply only while they are forced.
    forced := ARRAY(SELECT oid::regclass FROM pg_class WHERE oid IN (key.child, key.parent) AND relforcerowsecurity);
    FOREACH relation IN ARRAY forced LOOP
      EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation);
    END LOOP;

    pairs := format('FROM %s AS c JOIN %s AS p ON (%s) = (%s) WHERE c.%I <> p.%I', key.child, key.parent,
      (SELECT string_agg(format('c.%I', name), ', ' ORDER BY n) FROM unnest(key.mine) WITH ORDINALITY AS u (name, n)),
      (SELECT string_agg(format('p.%I', name), ', ' ORDER BY n) FROM unnest(key.theirs) WITH ORDINALITY AS u (name, n)),
      key.child_tenant, key.parent_tenant);
    EXECUTE 'SELECT count(*) ' || pairs INTO crossing;
    IF crossing > 0 THEN
      RAISE EXCEPTION USING
        ERRCODE = 'foreign_key_violation',
        MESSAGE = format('tenant_db: %s rows of %s refer to rows of %s that belong to another tenant (foreign key %I)',
                         crossing, key.child, key.parent, key.name),
        HINT = format('Give them the tenant of the rows that they refer to, or others to refer to, and run this again. '
                      'To see them: SELECT c.*, p.%I AS tenant_of_the_other %s;', key.parent_tenant, pairs);
    END IF;

    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'foreign key', jsonb_build_object(
      'name', key.name, 'child', key.child::text, 'parent', key.parent::text, 'mine', key.mine, 'theirs', key.theirs,
      'deleted', key.confdeltype, 'set', key.set, 'updated', key.confupdtype,
      'deferrable', key.condeferrable, 'deferred', key.condeferred, 'valid', key.convalidated,
      'rested_on', key.rested_on));
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I FOREIGN KEY (%I, %s) REFERENCES %s (%I, %s)%s%s%s%s',
      key.child, key.name,
      key.child_tenant, (SELECT string_agg(format('%I', name), ', ' ORDER BY n) FROM unnest(key.mine) WITH ORDINALITY AS u (name, n)),
      key.parent,
      key.parent_tenant, (SELECT string_agg(format('%I', name), ', ' ORDER BY n) FROM unnest(key.theirs) WITH ORDINALITY AS u (name, n)),
      CASE key.confupdtype WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT' ELSE '' END,
      -- Of all its columns only those become NULL that could before: the tenant stays.
      CASE key.confdeltype WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT'
        WHEN 'a' THEN '' ELSE format(' ON DELETE SET %s (%s)', CASE key.confdeltype WHEN 'n' THEN 'NULL' ELSE 'DEFAULT' END,
          (SELECT string_agg(format('%I', name), ', ' ORDER BY n)
           FROM unnest(CASE WHEN cardinality(key.set) > 0 THEN key.set ELSE key.mine END) WITH ORDINALITY AS u (name, n))) END,
      CASE WHEN key.condeferrable THEN ' DEFERRABLE' || CASE WHEN key.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END ELSE '' END,
      CASE WHEN key.convalidated THEN '' ELSE ' NOT VALID' END);
    IF key.comment IS NOT NULL THEN
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', key.name, key.child, key.comment);
    END IF;

    -- The key that the parent's migration kept for it goes with the last that rested on it.
    IF EXISTS (
      SELECT FROM tenant_db.undo u
      JOIN tenant_db.undo t ON t.migration = u.migration AND t.step = 'table' AND to_regclass(t.detail ->> 'relation') = key.parent
      JOIN pg_constraint c ON c.conrelid = key.parent AND c.contype = 'u' AND c.conname = u.detail ->> 'kept'
      WHERE u.step = 'primary key' AND c.conname = key.rested_on
        AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid))
    THEN
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.parent, key.rested_on);
    END IF;

    FOREACH relation IN ARRAY forced LOOP
      EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    END LOOP;
  END LOOP;
END
