DELETE FROM tenant_db.undo WHERE migration = {{migration}}
