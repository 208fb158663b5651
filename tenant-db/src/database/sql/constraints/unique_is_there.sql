EXISTS (
    SELECT FROM pg_index x
    WHERE x.indrelid = target AND x.indisunique AND x.indimmediate AND x.indisvalid AND x.indpred IS NULL
      AND x.indexprs IS NULL
      AND (SELECT array_agg(a.attname ORDER BY a.attname)
           FROM unnest((x.indkey::smallint[])[0:x.indnkeyatts - 1]) AS k (attnum)
           JOIN pg_attribute a ON a.attrelid = target AND a.attnum = k.attnum)
        = (SELECT array_agg(c ORDER BY c) FROM unnest({{columns}}) AS c))
