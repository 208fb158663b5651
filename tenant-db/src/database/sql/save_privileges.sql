INSERT INTO tenant_db.undo (migration, step, detail)
SELECT {{migration}}, {{step}}, jsonb_build_object(
    'target', object.target,
    'column', object.column_name,
    'grantee', CASE entry.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(entry.grantee) END,
    'privilege', entry.privilege_type,
    'grantable', entry.is_grantable)
FROM ({{objects}}) AS object (target, column_name, owner, acl),
     LATERAL aclexplode(object.acl) AS entry
WHERE entry.grantee <> object.owner
  AND (entry.grantee = 0 OR pg_get_userbyid(entry.grantee) IN ({{owner_name}}, {{migrator_name}}, {{runtime_name}}))
