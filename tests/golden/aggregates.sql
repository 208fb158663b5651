-- db.scoped::<Buyer>(own).select((count_star(), max(buyers::credit))).first::<(i64, Option<i32>)>()
SELECT bool_and("buyers"."tenant_id" = $1) IS NOT FALSE, COUNT(*), max("buyers"."credit")
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $2
  LIMIT $3;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().select(count(invoices::id.nullable())).first::<i64>()
SELECT bool_and("buyers"."tenant_id" = $1
      AND ("invoices"."tenant_id" = $2) IS NOT FALSE) IS NOT FALSE, count("invoices"."id")
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $3
  WHERE "buyers"."tenant_id" = $4
  LIMIT $5;

-- db.scoped::<Invoice>(own).group_by(invoices::buyer_id).having(count_star().gt(1)).select((invoices::buyer_id, count_star())).load::<(Uuid, i64)>()
SELECT bool_and("invoices"."tenant_id" = $1) IS NOT FALSE, "invoices"."buyer_id", COUNT(*)
  FROM "invoices"
  WHERE "invoices"."tenant_id" = $2
  GROUP BY "invoices"."buyer_id"
  HAVING ((COUNT(*) > $3));

-- db.scoped::<Buyer>(own).left_join::<Invoice>().group_by((buyers::id, buyers::name)).having(count(invoices::id.nullable()).lt(2)).order(buyers::name.asc()).select((buyers::name, count(invoices::id.nullable()))).load::<(String, i64)>()
SELECT bool_and("buyers"."tenant_id" = $1
      AND ("invoices"."tenant_id" = $2) IS NOT FALSE) IS NOT FALSE, "buyers"."name", count("invoices"."id")
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $3
  WHERE "buyers"."tenant_id" = $4
  GROUP BY "buyers"."id", "buyers"."name"
  HAVING ((count("invoices"."id") < $5))
  ORDER BY "buyers"."name" ASC;

-- db.scoped::<Invoice>(own).group_by(invoices::buyer_id).select((invoices::buyer_id, count_star())).count()
SELECT COUNT(*)
  FROM (SELECT bool_and("invoices"."tenant_id" = $1) IS NOT FALSE, "invoices"."buyer_id", COUNT(*)
    FROM "invoices"
    WHERE "invoices"."tenant_id" = $2
    GROUP BY "invoices"."buyer_id") AS counted;

-- db.scoped::<Invoice>(own).select((invoices::number, row_number().partition_by(invoices::buyer_id).window_order(invoices::number))).load::<(i32, i64)>()
SELECT "invoices"."tenant_id", "invoices"."number", row_number() OVER ( PARTITION BY "invoices"."buyer_id"
    ORDER BY "invoices"."number")
  FROM "invoices"
  WHERE "invoices"."tenant_id" = $1;

