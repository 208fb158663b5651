SELECT to_regclass(name)::oid AS oid
FROM unnest($1) WITH ORDINALITY AS given (name, n)
ORDER BY n
