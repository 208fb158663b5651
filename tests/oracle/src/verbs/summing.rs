//! Aggregates, groups, and the first row of each.

use diesel::dsl::{count, count_star, max, min, sum};
use diesel::prelude::*;

use crate::conditions::{
    AccountIs, ChallengeMay, CredentialIs, CustomerMay, DocumentMay, Filters, InvoiceIs, InvoiceMay, narrow,
};
use crate::models::{Account, Challenge, Credential, Customer, Document, Invoice};
use crate::outcome::{Work, list, rows, value};
use crate::schema::{accounts, challenges, credentials, customers, documents, invoices};
use crate::values::{Number, choices};

choices! {
    /// Aggregates.
    Sum -> Work by std::convert::identity {
        OfEverything(customer: Filters<CustomerMay>) |at| value(
            narrow(at.scoped::<Customer>().query(), &customer, at)
                .select((count_star(), min(customers::credit), max(customers::credit), sum(customers::credit)))
                .first::<(i64, Option<i32>, Option<i32>, Option<i64>)>(),
        );
        Distinct(invoice: Filters<InvoiceMay>) |at| value(
            narrow(at.scoped::<Invoice>().query(), &invoice, at)
                .select((count(invoices::customer_id).aggregate_distinct(), count(invoices::before_id)))
                .first::<(i64, i64)>(),
        );
        OfAChild(challenge: Filters<ChallengeMay>) |at| value(
            narrow(at.scoped::<Challenge>().query(), &challenge, at)
                .select((count_star(), sum(challenges::answer)))
                .first::<(i64, Option<i64>)>(),
        );
        OfAJoin(invoice: Filters<InvoiceIs>) |at| value(
            narrow(at.scoped::<Customer>().left_join::<Invoice>(), &invoice, at)
                .select((count_star(), sum(invoices::amount.nullable())))
                .first::<(i64, Option<i64>)>(),
        );
        Groups(invoice: Filters<InvoiceMay>) |at| rows(
            narrow(at.scoped::<Invoice>().query(), &invoice, at)
                .group_by(invoices::customer_id)
                .select((invoices::customer_id, count_star(), max(invoices::amount)))
                .load::<(uuid::Uuid, i64, Option<i32>)>(),
        );
        GroupsHaving(document: Filters<DocumentMay>, number: Number) |at| rows(
            narrow(at.scoped::<Document>().query(), &document, at)
                .group_by(documents::shelf)
                .having(sum(documents::slot).ge(i64::from(number.0)))
                .select((documents::shelf, sum(documents::slot)))
                .load::<(String, Option<i64>)>(),
        );
        GroupsOfAJoin(invoice: Filters<InvoiceIs>, number: Number) |at| rows(
            narrow(at.scoped::<Customer>().left_join::<Invoice>(), &invoice, at)
                .group_by((customers::id, customers::name))
                .having(count(invoices::id.nullable()).le(i64::from(number.0)))
                .select((customers::name, count(invoices::id.nullable()), sum(invoices::amount.nullable())))
                .load::<(String, i64, Option<i64>)>(),
        );
        GroupsOfChildren(credential: Filters<CredentialIs>) |at| rows(
            narrow(at.scoped::<Credential>().inner_join::<Account>(), &credential, at)
                .group_by(accounts::login)
                .select((accounts::login, count(credentials::id)))
                .load::<(String, i64)>(),
        );
        CountGroups(invoice: Filters<InvoiceMay>) |at| value(
            narrow(at.scoped::<Invoice>().query(), &invoice, at)
                .group_by(invoices::customer_id)
                .select((invoices::customer_id, count_star()))
                .count(),
        );
        DistinctOn(invoice: Filters<InvoiceMay>) |at| list(
            narrow(at.scoped::<Invoice>().query(), &invoice, at)
                .distinct_on(invoices::customer_id)
                .order((invoices::customer_id.asc(), invoices::amount.desc(), invoices::id.asc()))
                .load(),
        );
        DistinctNames(account: Filters<AccountIs>) |at| rows(
            narrow(at.scoped::<Account>().query(), &account, at)
                .distinct()
                .select(accounts::login)
                .load::<String>(),
        );
    }
}
