//! Inserting, updating and deleting.

use diesel::dsl::max;
use diesel::prelude::*;
use tenant_db::dsl::scalar;
use uuid::Uuid;

use super::rows::{AChallenge, ACredential, ACustomer, ADocument, AnAccount, AnInvoice};
use crate::conditions::{
    AccountMay, ChallengeMay, CredentialMay, CustomerIs, CustomerMay, DocumentMay, Filters, InvoiceMay,
    narrow,
};
use crate::models::{
    Account, AccountChanges, Challenge, ChallengeChanges, Credential, CredentialChanges, Customer,
    CustomerChanges, Document, DocumentChanges, Invoice, InvoiceChanges,
};
use crate::outcome::{Work, list, rows, value};
use crate::reading::Subject as _;
use crate::schema::{accounts, challenges, credentials, customers, documents, invoices};
use crate::values::{Global, Key, Name, Number, Version, choices};

choices! {
    /// What changes rows. Of a change of several rows only one constraint may refuse some of them: which of two is named
    /// would depend on the order in which the rows are found.
    Write -> Work by std::convert::identity {
        InsertCustomer(new: ACustomer) |at| value(at.scoped::<Customer>().insert(new.row()));
        InsertCustomers(new: Vec<ACustomer>) |at| list(
            at.scoped::<Customer>().insert_many(new.into_iter().map(ACustomer::row)),
        );
        BulkCustomers(new: Vec<ACustomer>) |at| value(
            at.scoped::<Customer>().bulk_insert(new.into_iter().map(ACustomer::row_with_note)),
        );
        BulkCredentials(new: Vec<ACredential>) |at| value(
            at.scoped::<Credential>().bulk_insert(new.into_iter().map(move |it| it.row(at))),
        );
        InsertInvoice(new: AnInvoice) |at| value(at.scoped::<Invoice>().insert(new.row()));
        InsertInvoices(new: Vec<AnInvoice>) |at| list(
            at.scoped::<Invoice>().insert_many(new.into_iter().map(AnInvoice::row)),
        );
        InsertDocument(new: ADocument) |at| value(at.scoped::<Document>().insert(new.row()));
        InsertAccount(new: AnAccount) |at| value(at.scoped::<Account>().insert(new.row(at)));
        InsertCredential(new: ACredential) |at| value(at.scoped::<Credential>().insert(new.row(at)));
        InsertCredentials(new: Vec<ACredential>) |at| list(
            at.scoped::<Credential>().insert_many(new.into_iter().map(|it| it.row(at))),
        );
        InsertChallenge(new: AChallenge) |at| value(at.scoped::<Challenge>().insert(new.row(at)));
        UpdateCustomer(key: Key, name: Option<Name>, credit: Option<Number>, note: Option<Option<Name>>) |at| value(
            at.scoped::<Customer>().update(key.uuid(), CustomerChanges {
                name: name.map(Name::text),
                credit: credit.map(Number::value),
                note: note.map(|it| it.map(Name::text)),
            }),
        );
        UpdateInvoice(key: Key, customer: Option<Key>, before: Option<Option<Key>>, number: Option<Number>) |at| value(
            at.scoped::<Invoice>().update(key.uuid(), InvoiceChanges {
                customer_id: customer.map(Key::uuid),
                before_id: before.map(|it| it.map(Key::uuid)),
                number: number.map(Number::value),
                amount: None,
            }),
        );
        UpdateDocument(key: (Name, Number), version: Version, customer: Option<Option<Key>>, title: Option<Name>) |at| value(
            at.scoped::<Document>().update_if(Document::key(at, key), version.0, DocumentChanges {
                customer_id: customer.map(|it| it.map(Key::uuid)),
                title: title.map(Name::text),
            }),
        );
        UpdateDocumentAsRead(key: (Name, Number), title: Name) |at| value(async move {
            let read = at.scoped::<Document>().find(Document::key(at, key)).await?;
            at.scoped::<Document>().update_row(&read, documents::title.eq(title.text())).await
        });
        UpdateAccount(key: Global, login: Option<Name>, level: Option<Number>) |at| value(
            at.scoped::<Account>().update(at.key(key), AccountChanges {
                login: login.map(Name::text),
                level: level.map(Number::value),
            }),
        );
        UpdateCredential(key: Global, label: Name) |at| value(
            at.scoped::<Credential>().update(at.key(key), CredentialChanges { label: label.text() }),
        );
        UpdateChallenge(key: Global, answer: Number) |at| value(
            at.scoped::<Challenge>().update(at.key(key), ChallengeChanges { answer: answer.0 }),
        );
        UpdateCustomers(that: Filters<CustomerMay>, credit: Number) |at| value(
            narrow(at.scoped::<Customer>().query(), &that, at)
                .update(CustomerChanges { name: None, credit: Some(credit.0), note: None }),
        );
        RenameCustomers(that: Filters<CustomerMay>, name: Name) |at| value(
            narrow(at.scoped::<Customer>().query(), &that, at)
                .update(CustomerChanges { name: Some(name.text()), credit: None, note: None }),
        );
        UpdateInvoices(that: Filters<InvoiceMay>, before: Option<Key>, amount: Number) |at| value(
            narrow(at.scoped::<Invoice>().query(), &that, at).update(InvoiceChanges {
                customer_id: None,
                before_id: Some(before.map(Key::uuid)),
                number: None,
                amount: Some(amount.0),
            }),
        );
        UpdateDocuments(that: Filters<DocumentMay>, customer: Option<Key>) |at| value(
            narrow(at.scoped::<Document>().query(), &that, at)
                .update(DocumentChanges { customer_id: Some(customer.map(Key::uuid)), title: None }),
        );
        UpdateAccounts(that: Filters<AccountMay>, level: Number) |at| value(
            narrow(at.scoped::<Account>().query(), &that, at)
                .update(AccountChanges { login: None, level: Some(level.0) }),
        );
        UpdateCredentials(that: Filters<CredentialMay>, label: Name) |at| value(
            narrow(at.scoped::<Credential>().query(), &that, at)
                .update(CredentialChanges { label: label.text() }),
        );
        UpdateChallenges(that: Filters<ChallengeMay>, answer: Number) |at| value(
            narrow(at.scoped::<Challenge>().query(), &that, at)
                .update(ChallengeChanges { answer: answer.0 }),
        );
        AddCredit(that: Filters<CustomerMay>, credit: Number) |at| value(
            narrow(at.scoped::<Customer>().query(), &that, at)
                .update(customers::credit.eq(customers::credit + credit.0)),
        );
        NoteTheLastName(that: Filters<CustomerIs>, other: Filters<CustomerMay>) |at| value(
            narrow(at.scoped::<Customer>().query(), &that, at).update(customers::note.eq(scalar(
                narrow(at.scoped::<Customer>().query(), &other, at).select(max(customers::name)),
            ))),
        );
        AssignByKey(key: Key, amount: Number) |at| value(
            at.scoped::<Invoice>()
                .update(key.uuid(), (invoices::amount.eq(invoices::amount * 2 + amount.0), invoices::before_id.eq(None::<Uuid>)))
                .returning::<(i32, Option<Uuid>), _>((invoices::amount, invoices::before_id)),
        );
        RaiseAndTell(that: Filters<AccountMay>) |at| rows(
            narrow(at.scoped::<Account>().query(), &that, at)
                .update(accounts::level.eq(accounts::level + 1))
                .returning::<(String, i32), _>((accounts::login, accounts::level)),
        );
        RelabelAndTell(that: Filters<CredentialMay>, label: Name) |at| rows(
            narrow(at.scoped::<Credential>().query(), &that, at)
                .update(CredentialChanges { label: label.text() })
                .returning::<(Uuid, String), _>((credentials::account_id, credentials::label)),
        );
        RetitleDocuments(that: Filters<DocumentMay>, title: Name) |at| rows(
            narrow(at.scoped::<Document>().query(), &that, at)
                .update(documents::title.eq(title.text()))
                .returning::<(String, i32), _>((documents::title, documents::version)),
        );
        DeleteCustomer(key: Key) |at| value(at.scoped::<Customer>().delete(key.uuid()));
        DeleteInvoice(key: Key) |at| value(at.scoped::<Invoice>().delete(key.uuid()));
        DeleteDocument(key: (Name, Number)) |at| value(at.scoped::<Document>().delete(Document::key(at, key)));
        DeleteAccount(key: Global) |at| value(at.scoped::<Account>().delete(at.key(key)));
        DeleteCredential(key: Global) |at| value(at.scoped::<Credential>().delete(at.key(key)));
        DeleteChallenge(key: Global) |at| value(at.scoped::<Challenge>().delete(at.key(key)));
        DeleteCustomers(that: Filters<CustomerMay>) |at| value(
            narrow(at.scoped::<Customer>().query(), &that, at).delete(),
        );
        DeleteInvoices(that: Filters<InvoiceMay>) |at| value(
            narrow(at.scoped::<Invoice>().query(), &that, at).delete(),
        );
        DeleteDocuments(that: Filters<DocumentMay>) |at| value(
            narrow(at.scoped::<Document>().query(), &that, at).delete(),
        );
        DeleteCredentials(that: Filters<CredentialMay>) |at| value(
            narrow(at.scoped::<Credential>().query(), &that, at).delete(),
        );
        DeleteAndTell(key: Key) |at| value(
            at.scoped::<Invoice>().delete(key.uuid()).returning::<(i32, i32), _>((invoices::number, invoices::amount)),
        );
        DeleteAllAndTell(that: Filters<ChallengeMay>) |at| rows(
            narrow(at.scoped::<Challenge>().query(), &that, at).delete().returning::<i32, _>(challenges::answer),
        );
        Restore(key: (Name, Number)) |at| value(at.scoped::<Document>().restore(Document::key(at, key)));
        RestoreSome(that: Filters<DocumentMay>) |at| value(
            narrow(at.scoped::<Document>().query(), &that, at).restore(),
        );
        Purge(key: (Name, Number)) |at| value(at.scoped::<Document>().purge(Document::key(at, key)));
        PurgeSome(that: Filters<DocumentMay>) |at| value(
            narrow(at.scoped::<Document>().query(), &that, at).with_deleted().purge(),
        );
    }
}

impl Write {
    /// The same, but for a row that would get a parent of somebody else's.
    ///
    /// Where row-level security is off, such a row is refused because it is seen to be foreign when it comes back (I6), and
    /// one with a parent that does not exist by the foreign key: refused alike, and not by the same error.
    pub(crate) fn under_own_parents(mut self) -> Self {
        let own = |parent: &mut Global| parent.theirs = false;
        match &mut self {
            Self::InsertCredential { new } => own(&mut new.account),
            Self::InsertCredentials { new } | Self::BulkCredentials { new } => {
                new.iter_mut().for_each(|new| own(&mut new.account));
            }
            Self::InsertChallenge { new } => own(&mut new.credential),
            _ => {}
        }
        self
    }
}
