-- db.scoped::<Buyer>(own).insert(NewBuyer { id: TWO, name: "bob", credit: 1 })
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4)
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).insert_many([NewBuyer { id: Uuid::from_u128(3), name: "cyd", credit: 1 }, NewBuyer { id: Uuid::from_u128(4), name: "dot", credit: 1 }])
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4), ($5, $6, $7, $8)
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).bulk_insert([NewBuyer { id: Uuid::from_u128(5), name: "eve", credit: 1 }])
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit") SELECT $1, loaded.*
  FROM unnest($2, $3, $4) AS loaded;

-- db.scoped::<Invoice>(own).insert(NewInvoice { id: TWO, buyer_id: TWO, number: 2 }).returning::<i32, _>(invoices::number)
INSERT INTO "invoices" ("tenant_id", "id", "buyer_id", "number")
  VALUES ($1, $2, $3, $4)
  RETURNING "invoices"."tenant_id", "invoices"."number";

-- db.scoped::<Buyer>(own).update(ONE, BuyerChanges { name: None, credit: Some(2) })
UPDATE "buyers"
  SET "credit" = $1
  WHERE "buyers"."tenant_id" = $2
    AND (("buyers"."id" = $3))
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).update(ONE, buyers::credit.eq(buyers::credit + 1))
UPDATE "buyers"
  SET "credit" = (("buyers"."credit" + $1))
  WHERE "buyers"."tenant_id" = $2
    AND (("buyers"."id" = $3))
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).filter(buyers::credit.gt(1)).or_filter(buyers::name.eq("x")).update(BuyerChanges { name: None, credit: Some(3) })
UPDATE "buyers"
  SET "credit" = $1
  WHERE "buyers"."tenant_id" = $2
    AND ((("buyers"."credit" > $3)) OR (("buyers"."name" = $4)));

-- db.scoped::<Buyer>(own).filter(exists(db.scoped::<Invoice>(own).query().inside::<Buyer>().filter(invoices::buyer_id.eq(buyers::id)))).update(buyers::credit.eq(0)).returning::<(String, i32), _>((buyers::name, buyers::credit))
UPDATE "buyers"
  SET "credit" = ($1)
  WHERE "buyers"."tenant_id" = $2
    AND (EXISTS (SELECT 1
      FROM "invoices"
      WHERE "invoices"."tenant_id" = $3
        AND (("invoices"."buyer_id" = "buyers"."id"))))
  RETURNING "buyers"."tenant_id", "buyers"."name", "buyers"."credit";

-- db.scoped::<Document>(own).update_if(ONE, 1, documents::title.eq("new plan"))
UPDATE "documents"
  SET "title" = ($1), "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $2
    AND "documents"."deleted_at" IS NULL
    AND ((("documents"."id" = $3))
      AND (("documents"."version" = $4)))
  RETURNING "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version";

-- db.scoped::<Document>(own).filter(documents::version.gt(1)).update(documents::title.eq("plan"))
UPDATE "documents"
  SET "title" = ($1), "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $2
    AND "documents"."deleted_at" IS NULL
    AND (("documents"."version" > $3));

-- db.scoped::<Document>(own).delete(ONE)
UPDATE "documents"
  SET "deleted_at" = now(), "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $1
    AND "documents"."deleted_at" IS NULL
    AND (("documents"."id" = $2));

-- db.scoped::<Document>(own).restore(ONE)
UPDATE "documents"
  SET "deleted_at" = NULL, "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $1
    AND ((("documents"."id" = $2))
      AND ("documents"."deleted_at" IS NOT NULL))
  RETURNING "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version";

-- db.scoped::<Document>(own).filter(documents::title.eq("plan")).delete()
UPDATE "documents"
  SET "deleted_at" = now(), "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $1
    AND "documents"."deleted_at" IS NULL
    AND (("documents"."title" = $2));

-- db.scoped::<Document>(own).query().restore()
UPDATE "documents"
  SET "deleted_at" = NULL, "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $1
    AND ("documents"."deleted_at" IS NOT NULL);

-- db.scoped::<Document>(own).purge(ONE)
DELETE FROM "documents"
  WHERE "documents"."tenant_id" = $1
    AND (("documents"."id" = $2));

-- db.scoped::<Document>(own).with_deleted().purge()
DELETE FROM "documents"
  WHERE "documents"."tenant_id" = $1;

-- db.scoped::<Invoice>(own).delete(ONE)
DELETE FROM "invoices"
  WHERE "invoices"."tenant_id" = $1
    AND (("invoices"."id" = $2));

-- db.scoped::<Invoice>(own).delete(TWO).returning::<i32, _>(invoices::number)
DELETE FROM "invoices"
  WHERE "invoices"."tenant_id" = $1
    AND (("invoices"."id" = $2))
  RETURNING "invoices"."tenant_id", "invoices"."number";

-- db.scoped::<Buyer>(own).filter(buyers::name.eq("dot")).delete()
DELETE FROM "buyers"
  WHERE "buyers"."tenant_id" = $1
    AND (("buyers"."name" = $2));

-- db.scoped::<Buyer>(own).query().delete()
DELETE FROM "buyers"
  WHERE "buyers"."tenant_id" = $1;

