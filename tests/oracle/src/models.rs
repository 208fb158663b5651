//! The models of the tables, and what may be given of them.

use tenant_db::{GlobalTable, TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use crate::schema::{accounts, challenges, countries, credentials, customers, documents, invoices};

#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = customers, unique(name, name = customers_name_key))]
#[tenant(check(name = customers_credit_check, "credit >= 0"))]
pub(crate) struct Customer {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) credit: i32,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Customer)]
pub(crate) struct NewCustomer {
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
    pub(crate) credit: i32,
    pub(crate) note: Option<&'static str>,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Customer)]
pub(crate) struct CustomerChanges {
    pub(crate) name: Option<&'static str>,
    pub(crate) credit: Option<i32>,
    pub(crate) note: Option<Option<&'static str>>,
}

#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = invoices, unique(customer_id, number, name = invoices_number_key))]
#[tenant(references(Customer, customer_id, on_delete = cascade, name = invoices_customer_fkey))]
#[tenant(references(Invoice, before_id, on_delete = set_null, name = invoices_before_fkey))]
pub(crate) struct Invoice {
    pub(crate) id: Uuid,
    pub(crate) customer_id: Uuid,
    pub(crate) before_id: Option<Uuid>,
    pub(crate) number: i32,
    pub(crate) amount: i32,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Invoice)]
pub(crate) struct NewInvoice {
    pub(crate) id: Uuid,
    pub(crate) customer_id: Uuid,
    pub(crate) before_id: Option<Uuid>,
    pub(crate) number: i32,
    pub(crate) amount: i32,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Invoice)]
pub(crate) struct InvoiceChanges {
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) before_id: Option<Option<Uuid>>,
    pub(crate) number: Option<i32>,
    pub(crate) amount: Option<i32>,
}

#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = documents, primary_key(shelf, slot), version = version, soft_delete = deleted_at)]
#[tenant(references(Customer, customer_id, on_delete = restrict, name = documents_customer_fkey))]
pub(crate) struct Document {
    pub(crate) shelf: String,
    pub(crate) slot: i32,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) title: String,
    pub(crate) version: i32,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Document)]
pub(crate) struct NewDocument {
    pub(crate) shelf: &'static str,
    pub(crate) slot: i32,
    pub(crate) customer_id: Option<Uuid>,
    pub(crate) title: &'static str,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Document)]
pub(crate) struct DocumentChanges {
    pub(crate) customer_id: Option<Option<Uuid>>,
    pub(crate) title: Option<&'static str>,
}

#[derive(Debug, Clone, GlobalTable)]
#[tenant(table = countries, primary_key = code)]
pub(crate) struct Country {
    pub(crate) code: String,
    pub(crate) name: String,
}

#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = accounts, unique(login, name = accounts_login_key))]
#[tenant(references(Country, country, name = accounts_country_fkey))]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) login: String,
    pub(crate) level: i32,
    pub(crate) country: Option<String>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Account)]
pub(crate) struct NewAccount {
    pub(crate) id: Uuid,
    pub(crate) login: &'static str,
    pub(crate) level: i32,
    pub(crate) country: Option<&'static str>,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Account)]
pub(crate) struct AccountChanges {
    pub(crate) login: Option<&'static str>,
    pub(crate) level: Option<i32>,
}

#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = credentials, through(parent = Account, foreign_key = account_id))]
pub(crate) struct Credential {
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) label: String,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Credential)]
pub(crate) struct NewCredential {
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) label: &'static str,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Credential)]
pub(crate) struct CredentialChanges {
    pub(crate) label: &'static str,
}

#[derive(Debug, Clone, TenantScoped)]
#[tenant(table = challenges, through(parent = Credential, foreign_key = credential_id))]
pub(crate) struct Challenge {
    pub(crate) id: Uuid,
    pub(crate) credential_id: Uuid,
    pub(crate) answer: i32,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Challenge)]
pub(crate) struct NewChallenge {
    pub(crate) id: Uuid,
    pub(crate) credential_id: Uuid,
    pub(crate) answer: i32,
}

#[derive(Debug, Clone, TenantUpdate)]
#[tenant(model = Challenge)]
pub(crate) struct ChallengeChanges {
    pub(crate) answer: i32,
}
