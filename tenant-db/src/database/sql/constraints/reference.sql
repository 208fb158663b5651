DECLARE
  target regclass := to_regclass({{table_name}});
  parent regclass := to_regclass({{parent_name}});
  wanted text[];
  plain text[];
  relation regclass;
  forced regclass[];
  former record;
  kept record;
BEGIN
  IF target IS NULL OR parent IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_table',
      MESSAGE = format('tenant_db: table %s does not exist', CASE WHEN target IS NULL THEN {{table_name}} ELSE {{parent_name}} END),
      HINT = 'Apply the migration that creates the table first: the folder of this one must sort after it.';
  END IF;
  wanted := ARRAY(SELECT format('%I %I', m, t) FROM unnest({{columns}}, {{parent_columns}}) AS p (m, t) ORDER BY 1);
  plain := ARRAY(SELECT format('%I %I', m, t) FROM unnest({{plain_columns}}, {{parent_plain_columns}}) AS p (m, t) ORDER BY 1);

  FOR former IN
    SELECT c.conname AS name, c.conindid AS index, jsonb_build_object(
             'name', c.conname, 'comment', obj_description(c.oid, 'pg_constraint'), 'valid', c.convalidated,
             'deferrable', c.condeferrable, 'deferred', c.condeferred,
             'match', c.confmatchtype, 'update', c.confupdtype, 'delete', c.confdeltype,
             'columns', ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
                              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum ORDER BY k.n),
             'theirs', ARRAY(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, n)
                             JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum ORDER BY k.n),
             -- Through JSON, as servers before 15 have no such column.
             'set', ARRAY(SELECT a.attname
                          FROM jsonb_array_elements_text(nullif(to_jsonb(c) -> 'confdelsetcols', 'null')) AS k (attnum)
                          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum::smallint)) AS detail,
           c.convalidated AND ({{any_action}} OR c.confdeltype = {{action}}) AS fits, pairs.pairs
    FROM pg_constraint c
    CROSS JOIN LATERAL (SELECT ARRAY(
      SELECT format('%I %I', mine.attname, theirs.attname)
      FROM unnest(c.conkey, c.confkey) AS k (mine, theirs)
      JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attnum = k.mine
      JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attnum = k.theirs
      ORDER BY 1)) AS pairs (pairs)
    WHERE c.contype = 'f' AND c.conrelid = target AND c.confrelid = parent AND c.conparentid = 0
      AND pairs.pairs IN (wanted, plain)
    ORDER BY pairs.pairs = wanted DESC, c.oid
  LOOP
    IF former.pairs = wanted AND former.fits THEN
      RETURN;
    END IF;
    -- One without the tenant, or with another action, gives way.
    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'former reference', former.detail);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, former.name);
    -- The key that the isolating migration kept for it has then no use any more.
    FOR kept IN
      SELECT u.conname AS name,
             ARRAY(SELECT a.attname FROM unnest(u.conkey) WITH ORDINALITY AS k (attnum, n)
                   JOIN pg_attribute a ON a.attrelid = parent AND a.attnum = k.attnum ORDER BY k.n) AS columns
      FROM pg_constraint u
      WHERE u.conindid = former.index AND u.conrelid = parent AND u.contype = 'u' AND u.conname = {{kept_key_name}}
        AND former.pairs <> wanted
        AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = u.conindid)
    LOOP
      INSERT INTO tenant_db.undo (migration, step, detail)
      VALUES ({{migration}}, 'former key', jsonb_build_object('name', kept.name, 'columns', kept.columns));
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', parent, kept.name);
    END LOOP;
  END LOOP;
  IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND conname = {{constraint_name}}) THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_object',
      MESSAGE = format('tenant_db: constraint %I of table %s is not the one that the model asks for', {{constraint_name}}, target),
      HINT = 'Drop it, rename it, or give the reference another name in the model.';
  END IF;

  IF NOT EXISTS (
    SELECT FROM pg_index x
    WHERE x.indrelid = parent AND x.indisunique AND x.indimmediate AND x.indisvalid AND x.indpred IS NULL
      AND x.indexprs IS NULL
      AND ARRAY(SELECT a.attname FROM unnest((x.indkey::smallint[])[0:x.indnkeyatts - 1]) AS k (attnum)
                JOIN pg_attribute a ON a.attrelid = parent AND a.attnum = k.attnum ORDER BY 1)
        = ARRAY(SELECT c FROM unnest({{parent_columns}}) AS c ORDER BY 1))
  THEN
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (%s)', parent, {{parent_key_name}}, {{parent_list}});
    INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'parent key', '{}');
  END IF;

  -- Forced policies bind the owner too, and would hide rows from the check of those that are there. Nobody else sees the
  -- tables in between: they are locked.
  forced := ARRAY(SELECT oid::regclass FROM pg_class WHERE oid IN (target, parent) AND relforcerowsecurity);
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
  BEGIN
    ALTER TABLE {{table}} ADD CONSTRAINT {{constraint}} {{definition}};
  EXCEPTION
    -- The server's own message would quote the row.
    WHEN foreign_key_violation THEN
      RAISE EXCEPTION USING
        ERRCODE = 'foreign_key_violation',
        MESSAGE = format('tenant_db: rows of table %s refer to rows of %s that {{whose}}', target, parent),
        HINT = 'Find and mend them, and run this again; nothing has been changed: ' || {{violators}};
  END;
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
  INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'constraint', '{}');
END
