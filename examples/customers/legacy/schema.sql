-- What is there before tenant-db: tables with a customer's id in them, keys without it, and a program that owns everything.
-- {legacy}, {reports} and {directory} stand for roles, which belong to the whole server.

CREATE TABLE tbl_customer (
    "customerId" varchar(32) PRIMARY KEY,
    name text NOT NULL,
    active boolean NOT NULL DEFAULT true
);

-- Terms, conditions and prices that were agreed with a customer.
CREATE TABLE tbl_tcp (
    "tcpId" bigserial PRIMARY KEY,
    "customerId" varchar(32) REFERENCES tbl_customer,
    title text NOT NULL,
    "amountCents" bigint NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'open',
    "createdAt" timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tbl_tcp_item (
    "itemId" bigserial PRIMARY KEY,
    "customerId" varchar(32) NOT NULL,
    "tcpId" bigint NOT NULL REFERENCES tbl_tcp ON DELETE CASCADE,
    description text NOT NULL,
    "amountCents" bigint NOT NULL
);

CREATE TABLE tbl_tcp_payment (
    "paymentId" bigserial PRIMARY KEY,
    "customerId" varchar(32),
    "tcpId" bigint NOT NULL REFERENCES tbl_tcp,
    "itemId" bigint REFERENCES tbl_tcp_item ON DELETE SET NULL,
    reference text NOT NULL,
    "paidCents" bigint NOT NULL,
    UNIQUE ("customerId", reference)
);
COMMENT ON CONSTRAINT "tbl_tcp_payment_tcpId_fkey" ON tbl_tcp_payment IS 'since 2014';

-- Somebody began to isolate customers. It never had any effect: the program is the owner of the table, and to owners
-- policies are not applied.
ALTER TABLE tbl_tcp ENABLE ROW LEVEL SECURITY;
CREATE POLICY customer_isolation_policy ON tbl_tcp
    USING ("customerId" = current_setting('app.current_customer_id'));

DO $$
BEGIN
    CREATE ROLE {legacy} LOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
DO $$
BEGIN
    CREATE ROLE {reports} LOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
DO $$
BEGIN
    CREATE ROLE {directory} LOGIN;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
ALTER TABLE tbl_customer OWNER TO {legacy};
ALTER TABLE tbl_tcp OWNER TO {legacy};
ALTER TABLE tbl_tcp_item OWNER TO {legacy};
ALTER TABLE tbl_tcp_payment OWNER TO {legacy};
GRANT SELECT ON tbl_tcp, tbl_tcp_item, tbl_tcp_payment TO {reports};
-- Who signs customers in looks them up, and reads nothing else.
GRANT SELECT ("customerId", active) ON tbl_customer TO {directory};
