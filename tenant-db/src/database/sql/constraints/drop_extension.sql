BEGIN
  IF EXISTS (SELECT FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'extension') THEN
    DROP EXTENSION IF EXISTS btree_gist;
  END IF;
EXCEPTION
  WHEN dependent_objects_still_exist OR insufficient_privilege THEN
    RAISE NOTICE USING MESSAGE = 'tenant_db: kept the extension btree_gist, something else rests on it';
END
