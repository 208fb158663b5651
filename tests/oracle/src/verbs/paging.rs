//! Pages, by key and by number.

use diesel::prelude::*;
use tenant_db::query::Page;

use crate::conditions::{CredentialMay, CustomerMay, DocumentMay, Filters, InvoiceIs, narrow};
use crate::models::{Credential, Customer, Document, Invoice};
use crate::outcome::{Work, list, value};
use crate::schema::{credentials, customers, documents, invoices};
use crate::values::{Rows, choices};

/// All pages of a query, and a step back from the last one. Cursors are sealed with random numbers, so they are followed
/// and not compared.
macro_rules! all_pages {
    ($query:expr, $size:expr) => {
        list(async move {
            let size = i64::from($size);
            let query = $query;
            let mut page = query().page(None, size).await?;
            let mut pages = vec![seen(&page)];
            while let Some(next) = page.next {
                page = query().page(Some(&next), size).await?;
                pages.push(seen(&page));
            }
            if let Some(previous) = &page.previous {
                pages.push(seen(&query().page(Some(previous), size).await?));
            }
            Ok(pages)
        })
    };
}

fn seen<T: std::fmt::Debug, M>(page: &Page<T, M>) -> String {
    let Page { items, next, previous, .. } = page;
    format!("{items:?} next {} previous {}", next.is_some(), previous.is_some())
}

choices! {
    /// Pages.
    Pages -> Work by std::convert::identity {
        PagesOfCustomers(that: Filters<CustomerMay>, size: Rows) |at| all_pages!(
            || narrow(at.scoped::<Customer>().query(), &that, at).page_by((customers::note.desc(), customers::credit.asc())),
            size
        );
        PagesOfDocuments(that: Filters<DocumentMay>, size: Rows) |at| all_pages!(
            || narrow(at.scoped::<Document>().query(), &that, at).page_by(documents::title.asc()),
            size
        );
        PagesOfChildren(that: Filters<CredentialMay>, size: Rows) |at| all_pages!(
            || narrow(at.scoped::<Credential>().query(), &that, at).page_by(credentials::label.desc()),
            size
        );
        PagesOfAJoin(that: Filters<InvoiceIs>, size: Rows) |at| all_pages!(
            || narrow(at.scoped::<Invoice>().inner_join::<Customer>(), &that, at).page_by(customers::name.asc()),
            size
        );
        NumberedPage(that: Filters<CustomerMay>, page: Rows, size: Rows) |at| value(
            narrow(at.scoped::<Customer>().query(), &that, at)
                .order(customers::credit.desc())
                .paginate(page.into(), size.into()),
        );
        NumberedPageOfAJoin(that: Filters<InvoiceIs>, page: Rows, size: Rows) |at| value(
            narrow(at.scoped::<Customer>().left_join::<Invoice>(), &that, at).paginate(page.into(), size.into()),
        );
        NumberedPageOfGroups(that: Filters<InvoiceIs>, page: Rows, size: Rows) |at| value(
            narrow(at.scoped::<Invoice>().query(), &that, at)
                .group_by(invoices::customer_id)
                .select((invoices::customer_id, diesel::dsl::count_star()))
                .order(invoices::customer_id.asc())
                .paginate::<(uuid::Uuid, i64)>(page.into(), size.into()),
        );
        CursorOfSomebodyElse(that: Filters<CustomerMay>) |at| value(async move {
            // Sealed for another tenant, or for another query.
            let page = narrow(at.scoped::<Customer>().query(), &that, at).page_by(customers::name.asc()).page(None, 1).await?;
            let Some(next) = page.next else { return Ok(None) };
            let other = at.scoped::<Customer>().page_by(customers::name.desc()).page(Some(&next), 1).await;
            Ok(Some(other.map(|page| page.items)))
        });
    }
}
