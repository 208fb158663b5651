-- db.scoped::<Buyer>(own).find(ONE)
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."id" = $2));

-- db.scoped::<Buyer>(own).find_many([ONE, TWO])
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."id" = ANY($2)));

-- db.scoped::<Buyer>(own).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1;

-- db.scoped::<Buyer>(own).first()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  LIMIT $2;

-- db.scoped::<Buyer>(own).count()
SELECT COUNT(*)
  FROM (SELECT 1
    FROM "buyers"
    WHERE "buyers"."tenant_id" = $1) AS counted;

-- db.scoped::<Buyer>(own).exists()
SELECT EXISTS (SELECT 1
    FROM "buyers"
    WHERE "buyers"."tenant_id" = $1);

-- db.scoped::<Buyer>(own).filter(buyers::name.eq("ada").and(buyers::credit.gt(1))).or_filter(buyers::credit.lt(0)).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (((("buyers"."name" = $2)
          AND ("buyers"."credit" > $3))) OR (("buyers"."credit" < $4)));

-- db.scoped::<Buyer>(own).filter(sql::<Bool>("credit > 1 OR true")).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (credit > 1 OR true);

-- db.scoped::<Buyer>(own).order(buyers::name.asc()).then_order_by(buyers::id.desc()).limit(5).offset(1).load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  ORDER BY "buyers"."name" ASC, "buyers"."id" DESC
  LIMIT $2 OFFSET $3;

-- db.scoped::<Buyer>(own).order(buyers::name.asc()).limit(5).count()
SELECT COUNT(*)
  FROM (SELECT 1
    FROM "buyers"
    WHERE "buyers"."tenant_id" = $1
    ORDER BY "buyers"."name" ASC
    LIMIT $2) AS counted;

-- db.scoped::<Buyer>(own).distinct().load()
SELECT DISTINCT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1;

-- db.scoped::<Buyer>(own).distinct_on(buyers::name).order((buyers::name.asc(), buyers::credit.desc())).load()
SELECT DISTINCT ON ("buyers"."name") "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  ORDER BY "buyers"."name" ASC, "buyers"."credit" DESC;

-- db.scoped::<Buyer>(own).select((buyers::name, buyers::credit)).load::<(String, i32)>()
SELECT "buyers"."tenant_id", "buyers"."name", "buyers"."credit"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1;

-- db.scoped::<Buyer>(own).distinct().select(buyers::name).count()
SELECT COUNT(*)
  FROM (SELECT DISTINCT ("buyers"."tenant_id" = $1), "buyers"."name"
    FROM "buyers"
    WHERE "buyers"."tenant_id" = $2) AS counted;

-- db.scoped::<Buyer>(own).for_update().load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  FOR UPDATE;

-- db.scoped::<Buyer>(own).limit(1).for_update().skip_locked().load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
  LIMIT $2
  FOR UPDATE SKIP LOCKED;

-- db.scoped::<Document>(own).load()
SELECT "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version"
  FROM "documents"
  WHERE "documents"."tenant_id" = $1
    AND "documents"."deleted_at" IS NULL;

-- db.scoped::<Document>(own).with_deleted().load()
SELECT "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version"
  FROM "documents"
  WHERE "documents"."tenant_id" = $1;

-- db.scoped::<Document>(own).filter(documents::title.eq("plan")).or_filter(documents::version.gt(1)).count()
SELECT COUNT(*)
  FROM (SELECT 1
    FROM "documents"
    WHERE "documents"."tenant_id" = $1
      AND "documents"."deleted_at" IS NULL
      AND ((("documents"."title" = $2)) OR (("documents"."version" > $3)))) AS counted;

