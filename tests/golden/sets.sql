-- db.scoped::<Buyer>(own).filter(buyers::credit.gt(1)).union(db.scoped::<Buyer>(own).filter(buyers::name.eq("ada"))).load()
((SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
      FROM "buyers"
      WHERE "buyers"."tenant_id" = $1
        AND (("buyers"."credit" > $2)))
    UNION (SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
      FROM "buyers"
      WHERE "buyers"."tenant_id" = $3
        AND (("buyers"."name" = $4))));

-- db.scoped::<Buyer>(own).select(buyers::name).union_all(db.scoped::<Document>(own).select(documents::title)).positional_order_by(1, Direction::Ascending).limit(5).offset(1).load::<String>()
((SELECT ("buyers"."tenant_id" = $1), "buyers"."name"
      FROM "buyers"
      WHERE "buyers"."tenant_id" = $2)
    UNION ALL (SELECT ("documents"."tenant_id" = $3), "documents"."title"
      FROM "documents"
      WHERE "documents"."tenant_id" = $4
        AND "documents"."deleted_at" IS NULL))
  ORDER BY 2 ASC
  LIMIT $5 OFFSET $6;

-- db.scoped::<Buyer>(own).select(buyers::name).intersect(db.scoped::<Credential>(own).select(credentials::label)).except(db.scoped::<User>(own).select(users::login)).count()
SELECT COUNT(*)
  FROM ((((SELECT ("buyers"."tenant_id" = $1), "buyers"."name"
          FROM "buyers"
          WHERE "buyers"."tenant_id" = $2)
        INTERSECT (SELECT ((SELECT "tenant_parent_1"."tenant_id"
              FROM "users" AS "tenant_parent_1"
              WHERE "tenant_parent_1"."id" = "credentials"."user_id") = $3), "credentials"."label"
          FROM "credentials"
          WHERE EXISTS (SELECT 1
            FROM "users" AS "tenant_parent_1"
            WHERE "tenant_parent_1"."id" = "credentials"."user_id"
              AND "tenant_parent_1"."tenant_id" = $4)))
      EXCEPT (SELECT ("users"."tenant_id" = $5), "users"."login"
        FROM "users"
        WHERE "users"."tenant_id" = $6))) AS counted;

-- db.scoped::<Buyer>(own).inner_join::<Invoice>().select(buyers::name).union(db.scoped::<Buyer>(own).select(buyers::name)).load::<String>()
((SELECT ("buyers"."tenant_id" = $1
          AND "invoices"."tenant_id" = $2), "buyers"."name"
      FROM "buyers"
      INNER JOIN "invoices" ON ("buyers"."id" = "invoices"."buyer_id"
          AND "buyers"."tenant_id" = "invoices"."tenant_id")
        AND "invoices"."tenant_id" = $3
      WHERE "buyers"."tenant_id" = $4)
    UNION (SELECT ("buyers"."tenant_id" = $5), "buyers"."name"
      FROM "buyers"
      WHERE "buyers"."tenant_id" = $6));

