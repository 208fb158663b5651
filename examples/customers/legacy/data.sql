-- Four customers, one of them gone, one with a name that has to be quoted; {rows} agreements each.

INSERT INTO tbl_customer ("customerId", name, active) VALUES
    ('YSPlLRE6ND', 'Lovelace Ltd', true),
    ('hoPPer', 'Hopper Inc', true),
    (E'O''Neil \\ "Sons"', 'O''Neil and Sons', true),
    ('gone', 'Nobody any more', false);

INSERT INTO tbl_tcp ("customerId", title, "amountCents", status)
SELECT "customerId", 'Agreement ' || n, 1000 * n, CASE n % 3 WHEN 0 THEN 'closed' ELSE 'open' END
FROM generate_series(1, {rows}) AS n, (SELECT "customerId" FROM tbl_customer ORDER BY 1) AS c;

INSERT INTO tbl_tcp_item ("customerId", "tcpId", description, "amountCents")
SELECT "customerId", "tcpId", 'Position ' || n, "amountCents" / 2
FROM tbl_tcp, generate_series(1, 2) AS n
ORDER BY "tcpId", n;

INSERT INTO tbl_tcp_payment ("customerId", "tcpId", "itemId", reference, "paidCents")
SELECT i."customerId", i."tcpId", i."itemId", 'P-' || i."tcpId", i."amountCents"
FROM tbl_tcp_item i JOIN tbl_tcp t USING ("tcpId")
WHERE t.status = 'closed' AND i.description = 'Position 1';
