-- db.scoped::<Buyer>(own).upsert(new("ada")).on_conflict(buyers::name).do_nothing()
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4)
  ON CONFLICT ("tenant_id", "name") DO NOTHING
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).upsert(new("ada")).on_conflict(buyers::name).do_update(BuyerChanges { name: None, credit: Some(2) })
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4)
  ON CONFLICT ("tenant_id", "name") DO UPDATE SET "credit" = $5
  WHERE "buyers"."tenant_id" = $6
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).upsert(new("ada")).on_conflict(buyers::name).do_update(buyers::credit.eq(buyers::credit + excluded(buyers::credit)))
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4)
  ON CONFLICT ("tenant_id", "name") DO UPDATE SET "credit" = (("buyers"."credit" + excluded."credit"))
  WHERE "buyers"."tenant_id" = $5
  RETURNING "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country";

-- db.scoped::<Buyer>(own).upsert_many([new("ada")]).on_conflict(buyers::name).do_update_excluded(buyers::credit).returning::<i32, _>(buyers::credit)
INSERT INTO "buyers" ("tenant_id", "id", "name", "credit")
  VALUES ($1, $2, $3, $4)
  ON CONFLICT ("tenant_id", "name") DO UPDATE SET "credit" = (excluded."credit")
  WHERE "buyers"."tenant_id" = $5
  RETURNING "buyers"."tenant_id", "buyers"."credit";

-- db.scoped::<Invoice>(own).upsert(NewInvoice { id: TWO, buyer_id: ONE, number: 1 }).on_conflict((invoices::buyer_id, invoices::number)).do_nothing()
INSERT INTO "invoices" ("tenant_id", "id", "buyer_id", "number")
  VALUES ($1, $2, $3, $4)
  ON CONFLICT ("tenant_id", "buyer_id", "number") DO NOTHING
  RETURNING "invoices"."tenant_id", "invoices"."id", "invoices"."buyer_id", "invoices"."number";

-- db.scoped::<Document>(own).upsert(NewDocument { id: ONE, title: "x" }).on_conflict(documents::id).do_update_excluded(documents::title)
INSERT INTO "documents" ("tenant_id", "id", "title")
  VALUES ($1, $2, $3)
  ON CONFLICT ("tenant_id", "id") DO UPDATE SET "title" = (excluded."title"), "version" = "documents"."version" + 1
  WHERE "documents"."tenant_id" = $4
    AND "documents"."deleted_at" IS NULL
  RETURNING "documents"."tenant_id", "documents"."id", "documents"."title", "documents"."version";

