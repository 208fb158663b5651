-- db.scoped::<Buyer>(own).page_by(buyers::name.asc()).page(None, 2)
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "buyers"."name", "buyers"."id"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  ORDER BY "buyers"."name" ASC, "buyers"."id" ASC
  LIMIT $2;

-- async { db.scoped::<Buyer>(own).insert(NewBuyer { id: TWO, name: "bob", credit: 2 }).await?; let first = db.scoped::<Buyer>(own).page_by(buyers::name.asc()).page(None, 1).await?; db.scoped::<Buyer>(own).page_by(buyers::name.asc()).page(first.next.as_ref(), 1).await }
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4)
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "buyers"."name", "buyers"."id"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  ORDER BY "buyers"."name" ASC, "buyers"."id" ASC
  LIMIT $2;
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "buyers"."name", "buyers"."id"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."name", "buyers"."id") > ($2, $3))
  ORDER BY "buyers"."name" ASC, "buyers"."id" ASC
  LIMIT $4;

-- async { let first = db.scoped::<Buyer>(own).page_by((buyers::country.desc(), buyers::name.asc())).page(None, 1).await?; db.scoped::<Buyer>(own).page_by((buyers::country.desc(), buyers::name.asc())).page(first.next.as_ref(), 1).await }
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "buyers"."country", "buyers"."name", "buyers"."id"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  ORDER BY "buyers"."country" DESC NULLS FIRST, "buyers"."name" ASC, "buyers"."id" ASC
  LIMIT $2;
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "buyers"."country", "buyers"."name", "buyers"."id"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND ("buyers"."country" IS NOT NULL OR ("buyers"."name" >= $2
        AND ("buyers"."name" > $3 OR ("buyers"."id" > $4))))
  ORDER BY "buyers"."country" DESC NULLS FIRST, "buyers"."name" ASC, "buyers"."id" ASC
  LIMIT $5;

-- db.scoped::<Credential>(own).filter(credentials::label.eq("key")).page_by(credentials::label.desc()).page(None, 2)
SELECT (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label", "credentials"."label", "credentials"."id"
  FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
    AND (("credentials"."label" = $2))
  ORDER BY "credentials"."label" DESC, "credentials"."id" DESC
  LIMIT $3;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().page_by(buyers::name.asc()).page(None, 2)
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number", "buyers"."name", "buyers"."id", "invoices"."id"
  FROM "buyers"
  LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
    AND "invoices"."tenant_id" = $1
  WHERE "buyers"."tenant_id" = $2
  ORDER BY "buyers"."name" ASC NULLS LAST, "buyers"."id" ASC, "invoices"."id" ASC NULLS LAST
  LIMIT $3;

-- db.scoped::<Document>(own).order(documents::title.asc()).paginate(2, 5)
SELECT counted.total, page.*
  FROM (SELECT COUNT(*) AS total
    FROM (SELECT "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version"
      FROM "documents"
      WHERE "documents"."tenant_id" = $1
        AND "documents"."deleted_at" IS NULL) AS every) AS counted LEFT JOIN (SELECT ROW_NUMBER() OVER () AS position, found.*
    FROM (SELECT "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version"
      FROM "documents"
      WHERE "documents"."tenant_id" = $2
        AND "documents"."deleted_at" IS NULL
      ORDER BY "documents"."title" ASC, "documents"."id"
      LIMIT $3 OFFSET $4) AS found) AS page ON TRUE
  ORDER BY 2;

-- db.scoped::<Buyer>(own).left_join::<Invoice>().paginate(1, 5)
SELECT counted.total, page.*
  FROM (SELECT COUNT(*) AS total
    FROM (SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
      FROM "buyers"
      LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
        AND "invoices"."tenant_id" = $1
      WHERE "buyers"."tenant_id" = $2) AS every) AS counted LEFT JOIN (SELECT ROW_NUMBER() OVER () AS position, found.*
    FROM (SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
      FROM "buyers"
      LEFT OUTER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id")
        AND "invoices"."tenant_id" = $3
      WHERE "buyers"."tenant_id" = $4
      ORDER BY "buyers"."id", "invoices"."id"
      LIMIT $5 OFFSET $6) AS found) AS page ON TRUE
  ORDER BY 2;

