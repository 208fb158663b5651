//! What a model may be called and how its columns may be mapped: another schema, names that need quotes, a newtype as
//! the tenant's key, and diesel's own attributes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

use diesel::prelude::*;
use tenant_db::prelude::*;
use tenant_db::registered_models;
use tenant_db_tests::World;
use uuid::Uuid;

diesel::table! {
    crm.contacts (organisation, id) {
        organisation -> Uuid,
        id -> Uuid,
        #[sql_name = "Full Name"]
        full_name -> Text,
        tags -> Text,
        street -> Text,
        city -> Nullable<Text>,
    }
}

const SCHEMA: &str = r#"
    CREATE SCHEMA crm;
    CREATE TABLE crm.contacts (
        organisation uuid NOT NULL,
        id uuid NOT NULL,
        "Full Name" text NOT NULL,
        tags text NOT NULL,
        street text NOT NULL,
        city text,
        PRIMARY KEY (organisation, id)
    );"#;

#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
struct OrganisationId(Uuid);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tags(Vec<String>);

impl From<String> for Tags {
    fn from(text: String) -> Self {
        Self(text.split(',').map(str::to_owned).collect())
    }
}

impl From<Tags> for String {
    fn from(tags: Tags) -> Self {
        tags.0.join(",")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contacts)]
struct Address {
    street: String,
    city: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = contacts, schema = crm, column = organisation, key = OrganisationId)]
struct Contact {
    id: Uuid,
    #[diesel(column_name = full_name)]
    name: String,
    #[diesel(deserialize_as = String)]
    tags: Tags,
    #[diesel(embed)]
    address: Address,
}

#[derive(TenantInsert)]
#[tenant(model = Contact)]
struct NewContact<'a> {
    #[diesel(column_name = full_name)]
    name: &'a str,
    #[diesel(serialize_as = String)]
    tags: Tags,
    street: &'a str,
    city: Option<&'a str>,
}

#[derive(TenantUpdate)]
#[tenant(model = Contact)]
struct ContactChanges {
    #[diesel(column_name = full_name)]
    name: Option<String>,
    #[diesel(serialize_as = String)]
    tags: Tags,
    city: Option<Option<String>>,
}

fn tags(names: &[&str]) -> Tags {
    Tags(names.iter().map(|name| (*name).to_owned()).collect())
}

#[tokio::test]
async fn a_model_in_another_schema_with_mapped_columns_is_read_and_written() {
    let world = World::with(SCHEMA).await;
    let db = world.connect().await;
    let own = world.plain_context(OrganisationId::from(Uuid::now_v7()));
    let other = world.plain_context(OrganisationId::from(Uuid::now_v7()));
    let contacts = db.scoped::<Contact>(&own);
    let new = NewContact {
        name: "Ada",
        tags: tags(&["vip", "uk"]),
        street: "St James's Square",
        city: Some("London"),
    };
    let ada = contacts.insert(new).await.unwrap();
    assert_eq!(ada.tags, tags(&["vip", "uk"]));
    assert_eq!(ada.address, Address { street: "St James's Square".into(), city: Some("London".into()) });
    assert_eq!(contacts.find(ada.id).await.unwrap(), ada);
    let changes =
        ContactChanges { name: Some("Ada Lovelace".into()), tags: tags(&["vip"]), city: Some(None) };
    let changed = contacts.update(ada.id, changes).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), &changed.address.city, &changed.tags),
        ("Ada Lovelace", &None, &tags(&["vip"]))
    );
    assert_eq!(contacts.filter(contacts::full_name.like("Ada%")).count().await.unwrap(), 1);
    let addresses = contacts.select(Address::as_select()).load::<Address>().await.unwrap();
    assert_eq!(addresses, [changed.address]);
    assert!(db.scoped::<Contact>(&other).find_optional(ada.id).await.unwrap().is_none());
    contacts.delete(ada.id).await.unwrap();
    assert_eq!(contacts.count().await.unwrap(), 0);
}

#[test]
fn the_registry_knows_every_model_of_the_program() {
    let models = registered_models();
    let contact = models.iter().find(|model| model.name == "Contact").unwrap();
    assert_eq!(contact.qualified_table(), "crm.contacts");
    assert_eq!(contact.tenant_column(), Some("organisation"));
    assert_eq!(contact.primary_key, ["id"]);
    let columns: Vec<_> = contact.columns.iter().map(|column| (column.name, column.nullable)).collect();
    assert_eq!(columns[2], ("Full Name", false));
    assert_eq!(columns[5], ("city", true));
    for name in ["Customer", "Booking", "Reading"] {
        assert!(models.iter().any(|model| model.name == name), "{name}");
    }
}
