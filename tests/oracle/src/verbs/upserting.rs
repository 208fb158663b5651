//! Upserts.

use diesel::prelude::*;
use tenant_db::dsl::excluded;

use super::rows::{ACustomer, ADocument, AnAccount, AnInvoice};
use crate::models::{Account, AccountChanges, Customer, CustomerChanges, Document, Invoice};
use crate::outcome::{Work, list, value};
use crate::schema::{accounts, customers, documents, invoices};
use crate::values::{Number, choices};

choices! {
    /// Rows that are inserted, or left, or changed.
    Upsert -> Work by std::convert::identity {
        UpsertNothing(new: ACustomer) |at| value(
            at.scoped::<Customer>().upsert(new.row()).on_conflict(customers::name).do_nothing(),
        );
        UpsertByKey(new: ACustomer, credit: Number) |at| value(
            at.scoped::<Customer>().upsert(new.row()).on_conflict(customers::id).do_update(CustomerChanges {
                name: None,
                credit: Some(credit.0),
                note: None,
            }),
        );
        UpsertAll(new: Vec<ACustomer>) |at| list(
            at.scoped::<Customer>()
                .upsert_many(new.into_iter().map(ACustomer::row))
                .on_conflict(customers::name)
                .do_update_excluded(customers::credit),
        );
        UpsertAllNothing(new: Vec<ACustomer>) |at| list(
            at.scoped::<Customer>()
                .upsert_many(new.into_iter().map(ACustomer::row))
                .on_conflict(customers::id)
                .do_nothing(),
        );
        UpsertSum(new: AnInvoice) |at| value(
            at.scoped::<Invoice>()
                .upsert(new.row())
                .on_conflict((invoices::customer_id, invoices::number))
                .do_update(invoices::amount.eq(invoices::amount + excluded(invoices::amount)))
                .returning::<(i32, i32), _>((invoices::number, invoices::amount)),
        );
        UpsertDocument(new: ADocument) |at| value(
            at.scoped::<Document>()
                .upsert(new.row())
                .on_conflict((documents::shelf, documents::slot))
                .do_update_excluded(documents::title),
        );
        UpsertAccount(new: AnAccount) |at| value(
            at.scoped::<Account>().upsert(new.row(at)).on_conflict(accounts::login).do_update(AccountChanges {
                login: None,
                level: Some(1),
            }),
        );
    }
}
