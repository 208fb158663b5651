//! Errors: all at once, each with what to write instead.

use super::{messages, run};
use crate::{enumeration, key, permission, record, role, scoped};

#[test]
fn every_mistake_of_a_struct_is_reported() {
    let found = messages(
        scoped::derive,
        r#"
        #[tenant(tabel = customers, column = "company", isolation = schema)]
        #[tenant(read = A, read = B)]
        struct Customer<T> {
            #[diesel(serialize_as = String, columnname = x)]
            name: T,
            #[masked]
            email: String,
        }
        "#,
    );
    let beginnings = [
        "`serialize_as` cannot be used here",
        "`columnname` is not known in `#[diesel(…)]`, did you mean `column_name`?",
        "`#[masked]` is not supported yet",
        "`TenantScoped` cannot be derived for a generic type",
        "`tabel` is not known in `#[tenant(…)]` of a model, did you mean `table`?",
        "`column` wants the name of the tenant column, without quotes: write `column = tenant_id`",
        "`isolation` is not supported yet",
        "`read` is given twice",
        "permissions are named for some operations only, `write` is missing",
        "`table` is missing: write `#[tenant(table = customers)]`",
        "`Customer` has no field `id`",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message} does not start with {beginning}");
    }
}

#[test]
fn a_value_that_was_reported_is_not_missed_as_well() {
    let found = messages(scoped::derive, "#[tenant(table(\"customers\"))] struct Customer { id: Uuid }");
    assert_eq!(
        found,
        ["`table` wants the path of a diesel table, without quotes: write `table = customers`"]
    );
    let found = messages(scoped::derive, "#[tenant] struct Customer { id: Uuid }");
    assert_eq!(found, ["the attribute is written `#[tenant(table = customers)]`"]);
}

#[test]
fn every_mistake_in_a_constraint_is_reported() {
    let found = messages(
        scoped::derive,
        r#"
        #[tenant(table = c, unique(), unique(a, "b"), unique(a, a), unique(tenant_id, a), unique(a, nam = x))]
        #[tenant(references(Other), references(Other, a, on_delete = delete), references(Other, a, on_delte = cascade))]
        #[tenant(check("a > 0"), check(name = twice, "a > 0"), check(name = twice, "b > 0"), check(name = empty, " "))]
        #[tenant(exclude(a with "="), exclude(name = x), exclude(name = y, a "="), version = v, soft_delete = v)]
        struct C { id: Uuid }
        "#,
    );
    let beginnings = [
        "`unique` wants the names of columns, without the tenant's",
        "`unique` wants the names of columns",
        "`nam` is not known in `unique(…)`, did you mean `name`?",
        "`references` wants a model and the column that names its row",
        "`delete` is not known as `on_delete`\nknown are `cascade`, `restrict`",
        "`on_delte` is not known in `references(…)`, did you mean `on_delete`?",
        "`check` has no name: write `check(name = positive_total, ",
        "`check` wants a name and a condition in SQL",
        "`exclude` has no name",
        "`exclude` wants a name, and columns or expressions with their operators",
        "`exclude` wants a name, and columns",
        "`a` is named twice in `unique`",
        "`tenant_id` is the tenant column, which is part of every constraint",
        "`v` is the version already",
        "two constraints are called `twice`",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message} does not start with {beginning}");
    }
}

#[test]
fn a_table_is_reached_through_a_parent_or_has_a_tenant_column() {
    let found = messages(
        scoped::derive,
        r#"
        #[tenant(table = c, through(parent = User, foreign_key = user_id), column = tenant_id, key = Uuid)]
        #[tenant(unique(name), exclude(name = x, user_id with "<>"))]
        struct C { id: Uuid }
        "#,
    );
    let beginnings = [
        "`column` has no meaning beside `through`",
        "`key` has no meaning beside `through`",
        "`unique` on a table without a tenant column has to compare the columns of `foreign_key` (`user_id`)",
        "`exclude` on a table without a tenant column has to compare",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message} does not start with {beginning}");
    }
    let found =
        messages(scoped::derive, "#[tenant(table = c, through(User, user_id))] struct C { id: Uuid }");
    assert!(
        found.iter().any(|message| message.contains("write `through(parent = User, foreign_key = user_id)`"))
    );
}

#[test]
fn a_global_table_has_no_tenant_and_is_not_written() {
    let found = messages(
        scoped::derive_global,
        "#[tenant(table = c, column = tenant_id, write = W, reed = R)] struct C { id: Uuid }",
    );
    let beginnings = [
        "`column` has no meaning for a global table",
        "`write` has no meaning for a global table",
        "`reed` is not known in `#[tenant(…)]` of a global table, did you mean `read`?",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message} does not start with {beginning}");
    }
}

#[test]
fn nothing_is_public_by_oversight() {
    let found = messages(
        scoped::derive_view,
        "#[public_view(table = v, colum = x, write = W, read = R)] struct V { id: Uuid }",
    );
    let beginnings = [
        "`colum` is not known in `#[public_view(…)]` of a public view\nknown are `table`, `of`, `rows`",
        "`write` has no meaning for a public view",
        "`read` has no meaning for a public view",
        "`of` is missing",
        "`rows` is missing",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message} does not start with {beginning}");
    }
    let found = messages(
        scoped::derive_view,
        "#[public_view(table = v, of = M, rows = \" \")] struct V { id: Uuid }",
    );
    assert_eq!(found, ["`rows` is empty: say which rows everybody may see, or `\"true\"` for all"]);
}

#[test]
fn a_comma_between_angle_brackets_does_not_end_a_value() {
    let found = messages(
        scoped::derive,
        "#[tenant(table = c, colour = Map<A, B>, key = Map<A, B>)] struct C { id: Uuid }",
    );
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn permissions_leave_no_operation_open_by_oversight() {
    let said = |attribute: &str| match run(
        scoped::derive,
        &format!("#[tenant(table = c, {attribute})] struct C {{ id: Uuid }}"),
    ) {
        Ok(_) => String::new(),
        Err(errors) => errors.messages().join("\n"),
    };
    for complete in [
        "",
        "read = R, write = W",
        "read = R, insert = I, update = U, delete = D",
        "read = R, write = W, delete = D",
    ] {
        assert_eq!(said(complete), "");
    }
    assert!(said("read = R").contains("`write` is missing"));
    assert!(said("write = W").contains("`read` is missing"));
    assert!(said("insert = I").contains("`read`, `update`, `delete` are missing"));
    assert!(said("read = R, insert = I, update = U").contains("`delete` is missing"));
    assert!(
        said("read = R, write = W, insert = I, update = U, delete = D").contains("`write` has no effect")
    );
}

#[test]
fn inserts_and_updates_refuse_what_could_hide_a_column() {
    let input = "#[tenant(model = Customer)] struct New { #[diesel(embed)] inner: Inner }";
    assert!(messages(record::derive_insert, input)[0].contains("could name the tenant column unseen"));
    assert!(messages(record::derive_update, input)[0].contains("could name the tenant column unseen"));
}

#[test]
fn roles_and_permissions_need_names_that_a_token_can_hold() {
    assert!(messages(permission::derive, "struct P;")[0].contains("has no name"));
    assert!(messages(permission::derive, "#[permission(\"a b\")] struct P;")[0].contains("white space"));
    assert!(messages(role::derive, "#[role(\"\")] struct R;")[0].contains("is empty"));
    assert!(
        messages(role::derive, "#[role(\"r\", grants(A, b::C, b::C))] struct R;")[0]
            .contains("granted twice")
    );
}

#[test]
fn a_tenant_key_is_made_of_a_string_a_uuid_or_an_i64() {
    assert!(run(key::derive, "struct K(uuid::Uuid);").is_ok());
    assert!(messages(key::derive, "struct K(i32);")[0].starts_with("a tenant key is made of"));
    assert!(messages(key::derive, "struct K(Vec<String>);")[0].starts_with("a tenant key is made of"));
}

#[test]
fn what_stands_beside_errors_grants_nothing() {
    let role = run(role::derive, "#[role(\"r\", grants(A), nonsense)] struct R;").expect_err("an error");
    assert!(!role.into_tokens().to_string().contains("Grants"));
    let model =
        run(scoped::derive, "#[tenant(table = c, nonsense)] struct C { id: Uuid }").expect_err("an error");
    let model = model.into_tokens().to_string();
    assert!(model.contains("unreachable") && !model.contains("inventory"));
}

#[test]
fn every_mistake_of_an_enum_is_reported() {
    let found = messages(
        enumeration::derive,
        r#"
        #[db_enum(nam = "x", rename = "y", rename_all = "snakecase", schema = "")]
        enum Status<T> {
            New,
            #[db_enum(rename = "new", schema = "z", renam = "a")]
            Old(T),
            #[db_enum(rename(x))]
            Lost,
        }
        "#,
    );
    let beginnings = [
        "`nam` is not known in `#[db_enum(…)]` of an enum, did you mean `name`?",
        "`rename` is not known in `#[db_enum(…)]` of an enum, it belongs on a variant",
        "\"snakecase\" is no style of `rename_all`, did you mean `snake_case`?",
        "`DbEnum` cannot be derived for a generic type",
        "PostgreSQL has no such name",
        "a label in the database has no fields: write `Old`",
        "`schema` is not known in `#[db_enum(…)]` of a variant, it belongs on the enum",
        "`renam` is not known in `#[db_enum(…)]` of a variant, did you mean `rename`?",
        "`Old` has the label of `New`, \"new\"",
        "`rename` wants the label that the database has for the variant",
    ];
    assert_eq!(found.len(), beginnings.len(), "{found:#?}");
    for (message, beginning) in found.iter().zip(beginnings) {
        assert!(message.starts_with(beginning), "{message} does not start with {beginning}");
    }
}

#[test]
fn an_enum_of_the_database_has_variants_and_one_type() {
    assert!(messages(enumeration::derive, "struct S;")[0].contains("is derived for enums"));
    assert!(messages(enumeration::derive, "enum E {}")[0].contains("has no variants"));
    let both = "#[db_enum(sql_type = sql::E, name = \"e\")] enum E { A }";
    assert!(messages(enumeration::derive, both)[0].starts_with("`name` has no effect beside `sql_type`"));
    let long = format!("enum E {{ #[db_enum(rename = \"{}\")] A }}", "é".repeat(32));
    assert!(messages(enumeration::derive, &long)[0].contains("1 to 63 bytes"));
}

#[test]
fn an_enum_beside_errors_has_its_type_and_no_label() {
    let errors = run(enumeration::derive, "#[db_enum(nam = \"x\")] enum E { A }").expect_err("an error");
    let text = errors.into_tokens().to_string();
    assert!(text.contains("struct ESql") && text.contains("unreachable") && !text.contains("\"a\""));
}
