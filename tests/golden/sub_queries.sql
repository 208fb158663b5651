-- db.scoped::<Buyer>(own).filter(buyers::id.eq_any(db.scoped::<Invoice>(own).select(invoices::buyer_id))).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."id" = ANY(SELECT "invoices"."buyer_id"
        FROM "invoices"
        WHERE "invoices"."tenant_id" = $2)));

-- db.scoped::<Buyer>(own).filter(buyers::id.ne_all(db.scoped::<Invoice>(own).filter(invoices::number.gt(1)).select(invoices::buyer_id))).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."id" != ALL(SELECT "invoices"."buyer_id"
        FROM "invoices"
        WHERE "invoices"."tenant_id" = $2
          AND (("invoices"."number" > $3)))));

-- db.scoped::<Buyer>(own).filter(exists(db.scoped::<Invoice>(own).query())).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (EXISTS (SELECT 1
      FROM "invoices"
      WHERE "invoices"."tenant_id" = $2));

-- db.scoped::<Buyer>(own).filter(not(exists(db.scoped::<Invoice>(own).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id))))).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND ( NOT (EXISTS (SELECT 1
        FROM "invoices"
        WHERE "invoices"."tenant_id" = $2
          AND (("invoices"."buyer_id" = "buyers"."id")))));

-- db.scoped::<Buyer>(own).filter(buyers::credit.nullable().eq(scalar(db.scoped::<Invoice>(own).select(max(invoices::number))))).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."credit" = (SELECT max("invoices"."number")
        FROM "invoices"
        WHERE "invoices"."tenant_id" = $2)));

-- db.scoped::<Buyer>(own).select((buyers::name, scalar(db.scoped::<Invoice>(own).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id)).select(max(invoices::number))))).load::<(String, Option<i32>)>()
SELECT "buyers"."tenant_id", "buyers"."name", (SELECT max("invoices"."number")
    FROM "invoices"
    WHERE "invoices"."tenant_id" = $1
      AND (("invoices"."buyer_id" = "buyers"."id")))
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $2;

-- db.scoped::<Buyer>(own).filter(buyers::name.eq_any(db.scoped::<User>(own).filter(users::id.eq_any(db.scoped::<Credential>(own).select(credentials::user_id))).select(users::login))).count()
SELECT COUNT(*)
  FROM (SELECT 1
    FROM "buyers"
    WHERE "buyers"."tenant_id" = $1
      AND (("buyers"."name" = ANY(SELECT "users"."login"
          FROM "users"
          WHERE "users"."tenant_id" = $2
            AND (("users"."id" = ANY(SELECT "credentials"."user_id"
                FROM "credentials"
                WHERE EXISTS (SELECT 1
                  FROM "users" AS "tenant_parent_1"
                  WHERE "tenant_parent_1"."id" = "credentials"."user_id"
                    AND "tenant_parent_1"."tenant_id" = $3)))))))) AS counted;

-- db.scoped::<Buyer>(own).filter(exists(db.scoped::<User>(own).left_join::<Credential>())).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (EXISTS (SELECT 1
      FROM "users"
      LEFT OUTER JOIN "credentials" ON ("users"."id" = "credentials"."user_id")
        AND EXISTS (SELECT 1
        FROM "users" AS "tenant_parent_1"
        WHERE "tenant_parent_1"."id" = "credentials"."user_id"
          AND "tenant_parent_1"."tenant_id" = $2)
      WHERE "users"."tenant_id" = $3));

-- db.scoped::<Buyer>(own).filter(exists(db.scoped::<Document>(own).query())).exists()
SELECT EXISTS (SELECT 1
    FROM "buyers"
    WHERE "buyers"."tenant_id" = $1
      AND (EXISTS (SELECT 1
        FROM "documents"
        WHERE "documents"."tenant_id" = $2
          AND "documents"."deleted_at" IS NULL)));

