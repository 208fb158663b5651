// Included by doc tests: the models that their examples speak of.
#[allow(dead_code, reason = "no example uses all of it")]
mod models {
    use tenant_db::{Permission, Role, TenantInsert, TenantScoped, TenantUpdate};
    use uuid::Uuid;

    diesel::table! {
        customers (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
            credit_limit -> BigInt,
        }
    }

    diesel::table! {
        invoices (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            customer_id -> Uuid,
            amount -> BigInt,
        }
    }

    diesel::table! {
        stocks (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            article -> Text,
            pieces -> Integer,
        }
    }

    diesel::table! {
        documents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            title -> Text,
            version -> BigInt,
            deleted_at -> Nullable<Timestamptz>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(customers, invoices);

    #[derive(Permission)]
    #[permission("customers:read")]
    pub struct ReadCustomers;

    #[derive(Permission)]
    #[permission("customers:write")]
    pub struct WriteCustomers;

    #[derive(Role)]
    #[role("viewer", grants(ReadCustomers))]
    pub struct Viewer;

    #[derive(Role)]
    #[role("manager", grants(ReadCustomers, WriteCustomers))]
    pub struct Manager;

    #[derive(Debug, TenantScoped)]
    #[tenant(table = customers, read = ReadCustomers, write = WriteCustomers)]
    pub struct Customer {
        pub id: Uuid,
        pub name: String,
        pub credit_limit: i64,
    }

    #[derive(Debug, TenantScoped)]
    #[tenant(table = invoices, read = ReadCustomers, write = WriteCustomers, references(Customer, customer_id))]
    pub struct Invoice {
        pub id: Uuid,
        pub customer_id: Uuid,
        pub amount: i64,
    }

    #[derive(Debug, TenantScoped)]
    #[tenant(table = stocks, read = ReadCustomers, write = WriteCustomers, unique(article))]
    pub struct Stock {
        pub id: Uuid,
        pub article: String,
        pub pieces: i32,
    }

    #[derive(TenantInsert)]
    #[tenant(model = Stock)]
    pub struct NewStock {
        pub article: String,
        pub pieces: i32,
    }

    #[derive(Debug, TenantScoped)]
    #[tenant(table = documents, read = ReadCustomers, write = WriteCustomers)]
    #[tenant(version = version, soft_delete = deleted_at)]
    pub struct Document {
        pub id: Uuid,
        pub title: String,
        pub version: i64,
    }

    #[derive(TenantUpdate)]
    #[tenant(model = Document)]
    pub struct DocumentChanges {
        pub title: Option<String>,
    }

    #[derive(TenantInsert)]
    #[tenant(model = Customer)]
    pub struct NewCustomer {
        pub name: String,
        pub credit_limit: i64,
    }

    #[derive(TenantUpdate)]
    #[tenant(model = Customer)]
    pub struct CustomerChanges {
        pub name: Option<String>,
        pub credit_limit: Option<i64>,
    }
}
use models::*;
