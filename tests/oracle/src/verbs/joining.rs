//! Joins, and the children of parents.

use diesel::dsl::row_number;
use diesel::prelude::*;
use tenant_db::dsl::scalar;
use tenant_db::prelude::*;

use crate::conditions::{
    AccountIs, ChallengeIs, CredentialIs, CustomerIs, CustomerMay, DocumentIs, Filters, InvoiceIs,
    InvoiceMay, narrow,
};
use crate::models::{Account, Challenge, Credential, Customer, Document, Invoice};
use crate::outcome::{Work, list, rows, value};
use crate::schema::{accounts, challenges, credentials, customers, documents, invoices};
use crate::values::{Rows, choices};

choices! {
    /// Joins of every kind and shape.
    Join -> Work by std::convert::identity {
        InnerJoin(customer: Filters<CustomerMay>, invoice: Filters<InvoiceIs>) |at| rows(
            narrow(narrow(at.scoped::<Invoice>().inner_join::<Customer>(), &customer, at), &invoice, at).load(),
        );
        LeftJoin(customer: Filters<CustomerIs>, invoice: Filters<InvoiceIs>) |at| rows(
            narrow(narrow(at.scoped::<Customer>().left_join::<Invoice>(), &customer, at), &invoice, at).load(),
        );
        InOrder(invoice: Filters<InvoiceMay>, limit: Rows, offset: Rows) |at| list(
            narrow(at.scoped::<Invoice>().inner_join::<Customer>(), &invoice, at)
                .order(customers::credit.desc())
                .then_order_by((invoices::number.asc(), invoices::id.asc()))
                .limit(limit.into())
                .offset(offset.into())
                .load(),
        );
        CountJoined(customer: Filters<CustomerIs>) |at| value(
            narrow(at.scoped::<Customer>().left_join::<Invoice>(), &customer, at).count(),
        );
        ExistJoined(invoice: Filters<InvoiceIs>, customer: Filters<CustomerIs>) |at| value(
            narrow(narrow(at.scoped::<Invoice>().inner_join::<Customer>(), &invoice, at), &customer, at).exists(),
        );
        ThroughParent(credential: Filters<CredentialIs>, account: Filters<AccountIs>) |at| rows(
            narrow(narrow(at.scoped::<Credential>().inner_join::<Account>(), &credential, at), &account, at).load(),
        );
        LeftJoinChildren(account: Filters<AccountIs>, credential: Filters<CredentialIs>) |at| rows(
            narrow(narrow(at.scoped::<Account>().left_join::<Credential>(), &account, at), &credential, at).load(),
        );
        ChainOfThree(challenge: Filters<ChallengeIs>, account: Filters<AccountIs>) |at| rows(narrow(
            narrow(
                at.scoped::<Challenge>().inner_join::<Credential>().inner_join_from::<Credential, Account>(),
                &challenge,
                at,
            ),
            &account,
            at,
        ).load());
        ChainOfFour(customer: Filters<CustomerMay>, document: Filters<DocumentIs>) |at| rows(narrow(
            narrow(
                at.scoped::<Customer>()
                    .left_join::<Invoice>()
                    .left_join::<Document>()
                    .inner_join_on::<Account>(accounts::login.eq(customers::name)),
                &customer,
                at,
            ),
            &document,
            at,
        ).load());
        ToItself(invoice: Filters<InvoiceIs>) |at| {
            let before = diesel::alias!(invoices as before);
            rows(
                narrow(
                    at.scoped::<Invoice>().query().left_join_as::<Invoice, _>(
                        before,
                        before.field(invoices::id).nullable().eq(invoices::before_id),
                    ),
                    &invoice,
                    at,
                )
                .load(),
            )
        };
        ToItselfByAnything(customer: Filters<CustomerIs>) |at| {
            let others = diesel::alias!(customers as others);
            rows(
                narrow(
                    at.scoped::<Customer>().query().inner_join_as::<Customer, _>(
                        others,
                        others.field(customers::credit).ge(customers::credit),
                    ),
                    &customer,
                    at,
                )
                .select((customers::name, others.field(customers::name)))
                .load::<(String, String)>(),
            )
        };
        OnAnything(document: Filters<DocumentIs>) |at| rows(
            narrow(
                at.scoped::<Customer>()
                    .query()
                    .left_join_on::<Document>(diesel::dsl::sql::<diesel::sql_types::Bool>("true OR documents.slot > 0")),
                &document,
                at,
            )
            .load(),
        );
        ColumnsOfBoth(customer: Filters<CustomerIs>) |at| rows(
            narrow(at.scoped::<Customer>().left_join::<Invoice>(), &customer, at)
                .select((customers::name, invoices::amount.nullable()))
                .load::<(String, Option<i32>)>(),
        );
        DistinctColumns(invoice: Filters<InvoiceIs>) |at| rows(
            narrow(at.scoped::<Invoice>().inner_join::<Customer>(), &invoice, at)
                .distinct()
                .select(customers::name)
                .load::<String>(),
        );
        ColumnsOfAChild(challenge: Filters<ChallengeIs>) |at| rows(
            narrow(at.scoped::<Challenge>().inner_join::<Credential>(), &challenge, at)
                .select((challenges::answer, credentials::label))
                .load::<(i32, String)>(),
        );
        Window(invoice: Filters<InvoiceMay>) |at| rows(
            narrow(at.scoped::<Invoice>().query(), &invoice, at)
                .select((
                    invoices::id,
                    row_number().partition_by(invoices::customer_id).window_order((invoices::number.desc(), invoices::id)),
                    diesel::dsl::count_star().over(),
                ))
                .load::<(uuid::Uuid, i64, i64)>(),
        );
        ScalarInSelection(customer: Filters<CustomerIs>, invoice: Filters<InvoiceIs>) |at| rows(
            narrow(at.scoped::<Customer>().query(), &customer, at)
                .select((
                    customers::name,
                    scalar(
                        narrow(at.scoped::<Invoice>().query().inside::<Customer>(), &invoice, at)
                            .filter(invoices::customer_id.eq(customers::id))
                            .select(diesel::dsl::max(invoices::amount)),
                    ),
                ))
                .load::<(String, Option<i32>)>(),
        );
        ChildrenOfAPage(customer: Filters<CustomerIs>, limit: Rows, invoice: Filters<InvoiceIs>) |at| list(async move {
            let page = narrow(at.scoped::<Customer>().query(), &customer, at)
                .order((customers::name.asc(), customers::id.asc()))
                .limit(limit.into())
                .load()
                .await?;
            let children = narrow(at.scoped::<Invoice>().belonging_to(&page), &invoice, at)
                .order((invoices::number.asc(), invoices::id.asc()))
                .load()
                .await?;
            Ok(children.grouped_by(&page))
        });
        ChildrenThroughAPage(account: Filters<AccountIs>) |at| list(async move {
            let page =
                narrow(at.scoped::<Account>().query(), &account, at).order(accounts::id.asc()).load().await?;
            let children =
                at.scoped::<Credential>().belonging_to(&page).order(credentials::id.asc()).load().await?;
            Ok(children.grouped_by(&page))
        });
        DocumentsOfCustomers(document: Filters<DocumentIs>, customer: Filters<CustomerIs>) |at| rows(
            narrow(
                narrow(at.scoped::<Document>().left_join::<Customer>(), &document, at),
                &customer,
                at,
            )
            .with_deleted()
            .select((documents::title, customers::name.nullable()))
            .load::<(String, Option<String>)>(),
        );
    }
}
