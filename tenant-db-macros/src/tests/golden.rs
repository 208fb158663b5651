//! What the derives write. After a change that is meant, `UPDATE_EXPECT=1 cargo test -p tenant-db-macros` writes the
//! files anew, to be read before they are committed.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::TokenStream;
use syn::DeriveInput;

use super::run;
use crate::ctxt::Errors;
use crate::{enumeration, key, permission, record, role, scoped};

fn check(derive: fn(&DeriveInput) -> Result<TokenStream, Errors>, input: &str, expected: &ExpectFile) {
    let expansion = run(derive, input).unwrap_or_else(|errors| panic!("{:#?}", errors.messages()));
    let file = syn::parse2(expansion).expect("the expansion is a list of items");
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn a_model_of_defaults() {
    check(
        scoped::derive,
        "#[tenant(table = customers)] struct Customer { id: Uuid, name: String }",
        &expect_file!["golden/model.rs"],
    );
}

#[test]
fn a_model_with_every_key() {
    check(
        scoped::derive,
        r#"
        #[tenant(table = crate::schema::lines, column = company, key = CompanyId, schema = "sales")]
        #[tenant(primary_key(order_id, line), defaults(created))]
        #[tenant(read = ReadLines, write = WriteLines, delete = tenant_db::NoPermission)]
        struct Line {
            company: CompanyId,
            order_id: i64,
            #[diesel(column_name = "line")]
            number: i32,
            #[diesel(deserialize_as = String)]
            state: State,
            #[diesel(embed)]
            price: Price,
        }
        "#,
        &expect_file!["golden/model_with_every_key.rs"],
    );
}

#[test]
fn a_model_with_constraints() {
    check(
        scoped::derive,
        r#"
        #[tenant(table = bookings, unique(room_id, number), unique(code, name = "bookings code"), version = version)]
        #[tenant(references(Customer, customer_id, on_delete = set_null), references(Seat, (row, seat)))]
        #[tenant(check(name = positive, "price > 0"), soft_delete = deleted_at)]
        #[tenant(exclude(name = no_double_booking, room_id with "=", "tstzrange(starts, ends)" with "&&", where = "paid"))]
        struct Booking { id: Uuid }
        "#,
        &expect_file!["golden/model_with_constraints.rs"],
    );
}

#[test]
fn a_model_of_a_parent() {
    check(
        scoped::derive,
        "#[tenant(table = credentials, through(parent = User, foreign_key = user_id))] struct Credential { id: Uuid }",
        &expect_file!["golden/model_of_a_parent.rs"],
    );
}

#[test]
fn a_global_table() {
    check(
        scoped::derive_global,
        "#[tenant(table = countries, primary_key = code, read = ReadCountries)] struct Country { code: String, name: String }",
        &expect_file!["golden/global_table.rs"],
    );
}

#[test]
fn a_public_view() {
    check(
        scoped::derive_view,
        r#"
        #[public_view(table = public_jobs, of = JobListing, rows = "status = 'open'")]
        struct PublicJob { id: Uuid, title: String }
        "#,
        &expect_file!["golden/public_view.rs"],
    );
}

#[test]
fn an_insert() {
    check(
        record::derive_insert,
        r#"
        #[tenant(model = Customer)]
        struct NewCustomer<'a> {
            name: &'a str,
            note: Option<String>,
            #[diesel(column_name = kind, serialize_as = String)]
            state: State,
        }
        "#,
        &expect_file!["golden/insert.rs"],
    );
}

#[test]
fn an_insert_of_defaults() {
    check(
        record::derive_insert,
        "#[tenant(model = Customer, table = schema::customers)] struct NewCustomer {}",
        &expect_file!["golden/insert_of_defaults.rs"],
    );
}

#[test]
fn an_update() {
    check(
        record::derive_update,
        "#[tenant(model = Customer)] struct CustomerChanges { name: Option<String>, note: Option<Option<String>> }",
        &expect_file!["golden/update.rs"],
    );
}

#[test]
fn an_update_that_always_sets_a_column() {
    check(
        record::derive_update,
        "#[tenant(model = Customer)] struct Rename { name: String, note: Option<Option<String>> }",
        &expect_file!["golden/update_always.rs"],
    );
}

#[test]
fn a_permission() {
    check(
        permission::derive,
        "#[permission(\"customers:read\")] struct ReadCustomers;",
        &expect_file!["golden/permission.rs"],
    );
}

#[test]
fn a_role() {
    check(
        role::derive,
        "#[role(\"manager\", grants(ReadCustomers, permissions::WriteCustomers))] struct Manager;",
        &expect_file!["golden/role.rs"],
    );
}

#[test]
fn a_key() {
    check(key::derive, "struct CompanyId(String);", &expect_file!["golden/key.rs"]);
}

#[test]
fn an_enum_with_a_sql_type_of_its_own() {
    check(
        enumeration::derive,
        r#"
        #[db_enum(name = "order_status", schema = "sales")]
        pub enum OrderStatus {
            New,
            #[db_enum(rename = "in transit")]
            InTransit,
        }
        "#,
        &expect_file!["golden/enum.rs"],
    );
}

#[test]
fn an_enum_of_a_given_sql_type() {
    check(
        enumeration::derive,
        r#"
        #[db_enum(sql_type = crate::schema::sql_types::OrderStatus, rename_all = "SCREAMING-KEBAB-CASE")]
        enum OrderStatus { InTransit = 7 }
        "#,
        &expect_file!["golden/enum_of_a_given_type.rs"],
    );
}
