//! UNION, INTERSECT and EXCEPT.

use tenant_db::query::Direction;

use crate::conditions::{
    ChallengeIs, CredentialIs, CustomerIs, CustomerMay, DocumentIs, Filters, InvoiceIs, narrow,
};
use crate::models::{Challenge, Credential, Customer, Document, Invoice};
use crate::outcome::{Work, list, rows, value};
use crate::schema::{challenges, credentials, customers, documents, invoices};
use crate::values::{Rows, choices};

choices! {
    /// Sets of rows.
    Combine -> Work by std::convert::identity {
        Union(first: Filters<CustomerMay>, second: Filters<CustomerIs>) |at| rows(
            narrow(at.scoped::<Customer>().query(), &first, at)
                .union(narrow(at.scoped::<Customer>().query(), &second, at))
                .load(),
        );
        UnionAllOfColumns(customer: Filters<CustomerIs>, document: Filters<DocumentIs>) |at| rows(
            narrow(at.scoped::<Customer>().query(), &customer, at)
                .select(customers::name)
                .union_all(narrow(at.scoped::<Document>().query(), &document, at).select(documents::title))
                .load::<String>(),
        );
        Intersect(customer: Filters<CustomerIs>, credential: Filters<CredentialIs>) |at| rows(
            narrow(at.scoped::<Customer>().query(), &customer, at)
                .select(customers::name)
                .intersect(narrow(at.scoped::<Credential>().query(), &credential, at).select(credentials::label))
                .load::<String>(),
        );
        Except(first: Filters<InvoiceIs>, second: Filters<InvoiceIs>) |at| value(
            narrow(at.scoped::<Invoice>().query(), &first, at)
                .except(narrow(at.scoped::<Invoice>().query(), &second, at))
                .count(),
        );
        Several(invoice: Filters<InvoiceIs>, challenge: Filters<ChallengeIs>, limit: Rows, offset: Rows) |at| list(
            narrow(at.scoped::<Invoice>().query(), &invoice, at)
                .select(invoices::amount)
                .union(narrow(at.scoped::<Challenge>().query(), &challenge, at).select(challenges::answer))
                .except(at.scoped::<Document>().select(documents::slot))
                .positional_order_by(1, Direction::Descending)
                .limit(limit.into())
                .offset(offset.into())
                .load::<i32>(),
        );
        OfAJoin(invoice: Filters<InvoiceIs>) |at| list(
            narrow(at.scoped::<Customer>().inner_join::<Invoice>(), &invoice, at)
                .select(customers::name)
                .union_all(at.scoped::<Customer>().select(customers::name))
                .positional_order_by(1, Direction::Ascending)
                .load::<String>(),
        );
    }
}
