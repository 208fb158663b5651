-- db.scoped::<Invoice>(own).belonging_to(&parents).load()
SELECT "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number"
  FROM "invoices"
  WHERE "invoices"."tenant_id" = $1
    AND (("invoices"."buyer_id" = ANY($2)));

-- db.scoped::<Credential>(own).belonging_to(&owners).load()
SELECT (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label"
  FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
    AND (("credentials"."user_id" = ANY($2)));

-- db.scoped::<Credential>(own).find(ONE)
SELECT (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label"
  FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
    AND (("credentials"."id" = $2));

-- db.scoped::<Credential>(own).filter(credentials::label.eq("key")).or_filter(credentials::label.eq("lock")).load()
SELECT (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label"
  FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
    AND ((("credentials"."label" = $2)) OR (("credentials"."label" = $3)));

-- db.scoped::<Credential>(own).select(credentials::label).load::<String>()
SELECT (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."label"
  FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1);

-- db.scoped::<Credential>(own).select(count_star()).first::<i64>()
SELECT bool_and((SELECT "tenant_parent_1"."tenant_id"
      FROM "users" AS "tenant_parent_1"
      WHERE "tenant_parent_1"."id" = "credentials"."user_id") = $1) IS NOT FALSE, COUNT(*)
  FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $2)
  LIMIT $3;

-- db.scoped::<Credential>(own).inner_join::<User>().load()
SELECT (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label", "users"."tenant_id", "users"."id", "users"."login"
  FROM "credentials"
  INNER JOIN "users" ON ("users"."id" = "credentials"."user_id")
    AND "users"."tenant_id" = $1
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $2);

-- db.scoped::<User>(own).left_join::<Credential>().load()
SELECT "users"."tenant_id", "users"."id", "users"."login", (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label"
  FROM "users"
  LEFT OUTER JOIN "credentials" ON ("users"."id" = "credentials"."user_id")
    AND EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
  WHERE "users"."tenant_id" = $2;

-- db.scoped::<User>(own).left_join::<Credential>().select((users::login, credentials::label.nullable())).load::<(String, Option<String>)>()
SELECT "users"."tenant_id", (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "users"."login", "credentials"."label"
  FROM "users"
  LEFT OUTER JOIN "credentials" ON ("users"."id" = "credentials"."user_id")
    AND EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
  WHERE "users"."tenant_id" = $2;

-- db.scoped::<Challenge>(own).load()
SELECT (SELECT (SELECT "tenant_parent_2"."tenant_id"
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id")
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"), "challenges"."id", "challenges"."credential_id", "challenges"."answer"
  FROM "challenges"
  WHERE EXISTS (SELECT 1
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"
      AND EXISTS (SELECT 1
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id"
        AND "tenant_parent_2"."tenant_id" = $1));

-- db.scoped::<Challenge>(own).select(challenges::answer).load::<i32>()
SELECT (SELECT (SELECT "tenant_parent_2"."tenant_id"
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id")
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"), "challenges"."answer"
  FROM "challenges"
  WHERE EXISTS (SELECT 1
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"
      AND EXISTS (SELECT 1
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id"
        AND "tenant_parent_2"."tenant_id" = $1));

-- db.scoped::<Challenge>(own).inner_join::<Credential>().inner_join_from::<Credential, User>().load()
SELECT (SELECT (SELECT "tenant_parent_2"."tenant_id"
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id")
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"), "challenges"."id", "challenges"."credential_id", "challenges"."answer", (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label", "users"."tenant_id", "users"."id", "users"."login"
  FROM "challenges"
  INNER JOIN "credentials" ON ("credentials"."id" = "challenges"."credential_id")
    AND EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
  INNER JOIN "users" ON ("users"."id" = "credentials"."user_id")
    AND "users"."tenant_id" = $2
  WHERE EXISTS (SELECT 1
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"
      AND EXISTS (SELECT 1
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id"
        AND "tenant_parent_2"."tenant_id" = $3));

-- db.scoped::<Credential>(own).insert(NewCredential { id: TWO, user_id: ONE, label: "lock" })
INSERT INTO "credentials" ("id", "user_id", "label")
  VALUES ($1, $2, $3)
  RETURNING (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label";

-- db.scoped::<Credential>(own).update(TWO, credentials::label.eq("door"))
UPDATE "credentials"
  SET "label" = ($1)
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $2)
    AND (("credentials"."id" = $3))
  RETURNING (SELECT "tenant_parent_1"."tenant_id"
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"), "credentials"."id", "credentials"."user_id", "credentials"."label";

-- db.scoped::<Challenge>(own).filter(challenges::answer.gt(1)).update(challenges::answer.eq(challenges::answer + 1))
UPDATE "challenges"
  SET "answer" = (("challenges"."answer" + $1))
  WHERE EXISTS (SELECT 1
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"
      AND EXISTS (SELECT 1
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id"
        AND "tenant_parent_2"."tenant_id" = $2))
    AND (("challenges"."answer" > $3));

-- db.scoped::<Challenge>(own).delete(ONE)
DELETE FROM "challenges"
  WHERE EXISTS (SELECT 1
    FROM "credentials" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "challenges"."credential_id"
      AND EXISTS (SELECT 1
      FROM "users" AS "tenant_parent_2"
      WHERE "tenant_parent_2"."id" = "tenant_parent_1"."user_id"
        AND "tenant_parent_2"."tenant_id" = $1))
    AND (("challenges"."id" = $2));

-- db.scoped::<Credential>(own).delete(TWO)
DELETE FROM "credentials"
  WHERE EXISTS (SELECT 1
    FROM "users" AS "tenant_parent_1"
    WHERE "tenant_parent_1"."id" = "credentials"."user_id"
      AND "tenant_parent_1"."tenant_id" = $1)
    AND (("credentials"."id" = $2));

