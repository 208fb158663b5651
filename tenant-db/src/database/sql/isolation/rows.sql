DECLARE
  target regclass := {{table_literal}}::regclass;
  keyless boolean;
  number bigint;
  before text := current_setting('row_security');
  problems text[] := '{}';
  remedies text[] := '{}';
BEGIN
  -- A row that a policy hides would be missing from every count: then an error is better.
  PERFORM set_config('row_security', 'off', true);

  SELECT count(*) INTO number FROM {{table}} AS t WHERE t.{{tenant}} IS NULL;
  IF number > 0 THEN
    problems := problems || format('%s rows of table %s belong to no tenant', number, {{table_literal}});
    remedies := remedies || format('Give each its tenant, or move it elsewhere: UPDATE %s SET %I = … WHERE %2$I IS NULL;',
                                   {{table_literal}}, {{tenant_name}});
  END IF;

  SELECT count(*) INTO number FROM {{table}} AS t WHERE {{unusable}};
  IF number > 0 THEN
    problems := problems || format('%s rows of table %s have a tenant that no program can act for, empty or longer than 1024 bytes',
                                   number, {{table_literal}});
    remedies := remedies || format('Give each a tenant with a name: UPDATE %s SET %I = … WHERE %2$I = %L OR octet_length(%2$I) > 1024;',
                                   {{table_literal}}, {{tenant_name}}, '');
  END IF;

  -- The migration makes the columns of the model a key.
  keyless := NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = target AND contype = 'p');
  IF keyless THEN
    SELECT count(*) INTO number FROM {{table}} AS t WHERE num_nulls({{key_columns}}) > 0;
    IF number > 0 THEN
      problems := problems || format('%s rows of table %s have no primary key', number, {{table_literal}});
      remedies := remedies || format('Give each a value in (%s).', {{key_list}});
    END IF;
    SELECT count(*) INTO number
    FROM (SELECT FROM {{table}} AS t GROUP BY t.{{tenant}}, {{key_columns}} HAVING count(*) > 1) AS repeated;
    IF number > 0 THEN
      problems := problems || format('%s values of the primary key are there more than once in table %s', number, {{table_literal}});
      remedies := remedies || format('Find them, and keep one of each: SELECT %I, %s, count(*) FROM %s GROUP BY %1$I, %2$s HAVING count(*) > 1;',
                                     {{tenant_name}}, {{key_list}}, {{table_literal}});
    END IF;
  END IF;

  PERFORM set_config('row_security', before, true);
  IF cardinality(problems) > 0 THEN
    RAISE EXCEPTION USING
      ERRCODE = 'integrity_constraint_violation',
      MESSAGE = 'tenant_db: ' || array_to_string(problems, '; '),
      HINT = array_to_string(remedies, ' ') || ' Then run this again.';
  END IF;
END
