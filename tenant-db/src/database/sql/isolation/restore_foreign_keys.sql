DECLARE
  this regclass := to_regclass({{table_name}});
  note record;
  child regclass;
  parent regclass;
  forced regclass[];
  relation regclass;
  comment text;
BEGIN
  -- Those of other migrations too, where they rest on this table's key: they are put back once, by who is reverted first.
  FOR note IN
    SELECT id, detail FROM tenant_db.undo
    WHERE step = 'foreign key' AND this IN (to_regclass(detail ->> 'child'), to_regclass(detail ->> 'parent'))
    ORDER BY id DESC
  LOOP
    child := to_regclass(note.detail ->> 'child');
    parent := to_regclass(note.detail ->> 'parent');
    DELETE FROM tenant_db.undo WHERE id = note.id;
    CONTINUE WHEN child IS NULL OR parent IS NULL;
    SELECT obj_description(oid, 'pg_constraint') INTO comment
    FROM pg_constraint WHERE conrelid = child AND contype = 'f' AND conname = note.detail ->> 'name' AND confrelid = parent;
    CONTINUE WHEN NOT FOUND;

    forced := ARRAY(SELECT oid::regclass FROM pg_class WHERE oid IN (child, parent) AND relforcerowsecurity);
    FOREACH relation IN ARRAY forced LOOP
      EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation);
    END LOOP;
    -- The key that it rested on may have gone with the last that did.
    IF NOT EXISTS (
      SELECT FROM pg_index x
      WHERE x.indrelid = parent AND x.indisunique AND x.indimmediate AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
        AND ARRAY(SELECT a.attname::text COLLATE "C" FROM unnest((x.indkey::smallint[])[0:x.indnkeyatts - 1]) AS k (attnum)
                  JOIN pg_attribute a ON a.attrelid = parent AND a.attnum = k.attnum ORDER BY 1)
          = ARRAY(SELECT name COLLATE "C" FROM jsonb_array_elements_text(note.detail -> 'theirs') AS u (name) ORDER BY 1))
    THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (%s)', parent, note.detail ->> 'rested_on',
        (SELECT string_agg(format('%I', name), ', ' ORDER BY n)
         FROM jsonb_array_elements_text(note.detail -> 'theirs') WITH ORDINALITY AS u (name, n)));
    END IF;
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I FOREIGN KEY (%s) REFERENCES %s (%s)%s%s%s%s',
      child, note.detail ->> 'name',
      (SELECT string_agg(format('%I', name), ', ' ORDER BY n)
       FROM jsonb_array_elements_text(note.detail -> 'mine') WITH ORDINALITY AS u (name, n)),
      parent,
      (SELECT string_agg(format('%I', name), ', ' ORDER BY n)
       FROM jsonb_array_elements_text(note.detail -> 'theirs') WITH ORDINALITY AS u (name, n)),
      CASE note.detail ->> 'updated' WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT' ELSE '' END,
      CASE note.detail ->> 'deleted' WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT'
        WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT' ELSE '' END ||
      coalesce((SELECT format(' (%s)', string_agg(format('%I', name), ', ' ORDER BY n))
        FROM jsonb_array_elements_text(note.detail -> 'set') WITH ORDINALITY AS u (name, n) HAVING count(*) > 0), ''),
      CASE WHEN (note.detail ->> 'deferrable')::boolean
        THEN ' DEFERRABLE' || CASE WHEN (note.detail ->> 'deferred')::boolean THEN ' INITIALLY DEFERRED' ELSE '' END ELSE '' END,
      CASE WHEN (note.detail ->> 'valid')::boolean THEN '' ELSE ' NOT VALID' END);
    IF comment IS NOT NULL THEN
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', note.detail ->> 'name', child, comment);
    END IF;
    FOREACH relation IN ARRAY forced LOOP
      EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
    END LOOP;
  END LOOP;
END
