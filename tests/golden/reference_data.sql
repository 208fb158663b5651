-- db.global::<Country>(own).filter(countries::code.eq("NO")).load()
SELECT "countries"."code", "countries"."code", "countries"."name"
  FROM "countries"
  WHERE (("countries"."code" = $1));

-- db.global::<Country>(own).inner_join::<Buyer>().load()
SELECT "countries"."code", "countries"."code", "countries"."name", "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country"
  FROM "countries"
  INNER JOIN "buyers" ON ("countries"."code" = "buyers"."country")
    AND "buyers"."tenant_id" = $1;

-- db.scoped::<Buyer>(own).left_join::<Country>().load()
SELECT "buyers"."tenant_id", "buyers"."id", "buyers"."name", "buyers"."credit", "buyers"."country", "countries"."code", "countries"."code", "countries"."name"
  FROM "buyers"
  LEFT OUTER JOIN "countries" ON ("countries"."code" = "buyers"."country")
  WHERE "buyers"."tenant_id" = $1;

-- db.scoped::<Buyer>(own).left_join::<Country>().select((buyers::name, countries::name.nullable())).load::<(String, Option<String>)>()
SELECT "buyers"."tenant_id", "buyers"."name", "countries"."name"
  FROM "buyers"
  LEFT OUTER JOIN "countries" ON ("countries"."code" = "buyers"."country")
  WHERE "buyers"."tenant_id" = $1;

-- db.global::<Country>(own).filter(exists(db.scoped::<Buyer>(own).query().inside::<Country>().filter(buyers::country.eq(countries::code.nullable())))).load()
SELECT "countries"."code", "countries"."code", "countries"."name"
  FROM "countries"
  WHERE (EXISTS (SELECT 1
      FROM "buyers"
      WHERE "buyers"."tenant_id" = $1
        AND (("buyers"."country" = "countries"."code"))));

-- db.global::<Country>(own).left_join::<Buyer>().group_by(countries::name).select((countries::name, count(buyers::id.nullable()))).load::<(String, i64)>()
SELECT bool_and(("buyers"."tenant_id" = $1) IS NOT FALSE) IS NOT FALSE, "countries"."name", count("buyers"."id")
  FROM "countries"
  LEFT OUTER JOIN "buyers" ON ("countries"."code" = "buyers"."country")
    AND "buyers"."tenant_id" = $2
  GROUP BY "countries"."name";

