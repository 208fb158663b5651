-- db.scoped::<Invoice>(own).inner_join::<Buyer>().load()
SELECT "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number", "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "invoices"
  INNER JOIN "buyers" ON ("buyers"."id" = "invoices"."buyer_id"
      AND "buyers"."tenant_id" = "invoices"."tenant_id")
    AND "buyers"."tenant_id" = $1
  WHERE "invoices"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().filter(invoices::number.gt(1)).or_filter(buyers::credit.gt(1)).order(invoices::number.asc()).limit(5).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2
    AND ((("invoices"."number" > $3)) OR (("buyers"."credit" > $4)))
  ORDER BY "invoices"."number" ASC
  LIMIT $5;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().count()
SELECT COUNT(*)
  FROM (SELECT 1
    FROM "buyers"
    LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
      AND "invoices"."tenant_id" = $1
    WHERE "buyers"."tenant_id" = $2) AS counted;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().select((buyers::name, invoices::number.nullable())).load::<(String, Option<i32>)>()
SELECT "buyers"."tenant_id", "invoices"."tenant_id", "buyers"."name", "invoices"."number"
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().for_update().load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2
  FOR UPDATE OF "buyers";

-- db.scoped::<Buyer>(own).inner_join::<Invoice>().inner_join_on::<Document>(documents::title.eq(buyers::name)).left_join_on::<User>(users::login.eq(buyers::name)).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number", "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version", "users"."tenant_id", "users"."id", "users"."login"
  FROM "buyers"
  INNER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id"
      AND "buyers"."tenant_id" = "invoices"."tenant_id")
    AND "invoices"."tenant_id" = $1
  INNER JOIN "documents" ON (("documents"."title" = "buyers"."name"))
    AND "documents"."tenant_id" = $2
    AND "documents"."deleted_at" IS NULL
  LEFT OUTER JOIN "users" ON (("users"."login" = "buyers"."name"))
    AND "users"."tenant_id" = $3
  WHERE "buyers"."tenant_id" = $4;

-- db.scoped::<Buyer>(own).query().inner_join_on::<Invoice>(sql::<Bool>("true OR true")).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
  FROM "buyers"
  INNER JOIN "invoices" ON (true OR true)
    AND "invoices"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).query().inner_join_as::<Buyer, _>(others, others.field(buyers::credit).gt(buyers::credit)).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "others"."tenant_id", "others"."id", "others"."name", "others"."credit", "others"."country"
  FROM "buyers"
  INNER JOIN "buyers" AS "others" ON (("others"."credit" > "buyers"."credit"))
    AND "others"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).query().left_join_as::<Buyer, _>(others, others.field(buyers::id).ne(buyers::id)).select((buyers::name, others.field(buyers::name).nullable())).load::<(String, Option<String>)>()
SELECT "buyers"."tenant_id", "others"."tenant_id", "buyers"."name", "others"."name"
  FROM "buyers"
  LEFT OUTER JOIN "buyers" AS "others" ON (("others"."id" != "buyers"."id"))
    AND "others"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Document>(own).query().left_join_on::<Buyer>(buyers::name.eq(documents::title)).load()
SELECT "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version", "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "documents"
  LEFT OUTER JOIN "buyers" ON (("buyers"."name" = "documents"."title"))
    AND "buyers"."tenant_id" = $1
  WHERE "documents"."tenant_id" = $2
    AND "documents"."deleted_at" IS NULL;

-- db.scoped::<Buyer>(own).query().left_join_on::<Document>(buyers::name.eq(documents::title)).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version"
  FROM "buyers"
  LEFT OUTER JOIN "documents" ON (("buyers"."name" = "documents"."title"))
    AND "documents"."tenant_id" = $1
    AND "documents"."deleted_at" IS NULL
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).query().left_join_on::<Document>(buyers::name.eq(documents::title)).with_deleted().load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version"
  FROM "buyers"
  LEFT OUTER JOIN "documents" ON (("buyers"."name" = "documents"."title"))
    AND "documents"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2;

