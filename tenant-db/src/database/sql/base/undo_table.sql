CREATE TABLE tenant_db.undo (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    step text NOT NULL,
    detail jsonb NOT NULL
)
