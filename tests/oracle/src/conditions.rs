//! Filters: conditions on the rows of each table, sub-queries among them.

use std::fmt;

use diesel::dsl::{count_star, max, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::SBoxedStrategy;
use tenant_db::dsl::{exists, scalar};
use tenant_db::query::{ScopedQuery, Sources};

use crate::any::Any;
use crate::at::At;
use crate::models::{Account, Challenge, Credential, Customer, Document, Invoice};
use crate::schema::{accounts, challenges, credentials, customers, documents, invoices};
use crate::values::{Global, Key, Name, Number, Value, choices, fewer_or_smaller};

/// A condition, whatever it is about.
pub(crate) trait Condition: Value {
    fn make<'a>(&self, at: At<'a>) -> Any<'a>;
}

macro_rules! conditions {
    ($(#[$doc:meta])* $name:ident { $($arm:tt)+ }) => {
        choices! {
            $(#[$doc])*
            $name -> Any by Any::new { $($arm)+ }
        }

        impl Condition for $name {
            fn make<'a>(&self, at: At<'a>) -> Any<'a> {
                Self::make(self, at)
            }
        }
    };
}

/// Conditions, joined by AND and OR in their order.
#[derive(Clone)]
pub(crate) struct Filters<C>(Vec<Filter<C>>);

#[derive(Debug, Clone)]
struct Filter<C> {
    or: bool,
    not: bool,
    condition: C,
}

impl<C: Condition> Value for Filters<C> {
    fn values() -> SBoxedStrategy<Self> {
        let filter = Filter::<C>::values();
        // Most queries find something.
        prop_oneof![
            3 => Just(Vec::new()),
            3 => vec(filter.clone(), 1..=1),
            2 => vec(filter, 2..=3),
        ]
        .prop_map(Filters)
        .sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        fewer_or_smaller(&self.0).into_iter().map(Filters).collect()
    }
}

impl<C: Condition> Value for Filter<C> {
    fn values() -> SBoxedStrategy<Self> {
        (prop::bool::weighted(0.3), prop::bool::weighted(0.2), C::values())
            .prop_map(|(or, not, condition)| Self { or, not, condition })
            .sboxed()
    }

    fn smaller(&self) -> Vec<Self> {
        let Self { or, not, condition } = self;
        let or = or.smaller().into_iter().map(|or| Self { or, ..self.clone() });
        let not = not.smaller().into_iter().map(|not| Self { not, ..self.clone() });
        let condition = condition.smaller().into_iter().map(|condition| Self { condition, ..self.clone() });
        or.chain(not).chain(condition).collect()
    }
}

impl<C: fmt::Debug> fmt::Debug for Filters<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("ALL");
        }
        for (at, Filter { or, not, condition }) in self.0.iter().enumerate() {
            f.write_str(match (at, or) {
                (0, _) => "",
                (_, true) => " OR ",
                (_, false) => " AND ",
            })?;
            f.write_str(if *not { "not " } else { "" })?;
            write!(f, "[{condition:?}]")?;
        }
        Ok(())
    }
}

/// Adds the filters to a query, whatever it reads from.
pub(crate) fn narrow<'a, F: Sources, R, S, L, C: Condition>(
    query: ScopedQuery<'a, F, R, S, L>,
    filters: &Filters<C>,
    at: At<'a>,
) -> ScopedQuery<'a, F, R, S, L> {
    filters.0.iter().fold(query, |query, filter| {
        let condition = filter.condition.make(at);
        let condition = if filter.not { Any::new(not(condition)) } else { condition };
        if filter.or { query.or_filter(condition) } else { query.filter(condition) }
    })
}

conditions! {
    /// On customers, without sub-queries.
    CustomerIs {
        Named(name: Name) |at| customers::name.eq(name.text());
        NamedBelow(name: Name) |at| customers::name.lt(name.text());
        NamedLike(name: Name) |at| customers::name.like(format!("{}%", &name.text()[..1]));
        AnyOf(keys: Vec<Key>) |at| customers::id.eq_any(keys.iter().map(|key| key.uuid()).collect::<Vec<_>>());
        CreditAtLeast(credit: Number) |at| customers::credit.ge(credit.0);
        WithoutNote() |at| customers::note.is_null();
        RawOr(credit: Number) |at| sql::<Bool>(&format!("customers.credit < {} OR customers.name = 'ada'", credit.0));
        RawTrue() |at| sql::<Bool>("true OR customers.credit > 0");
        ForeignTenant() |at| customers::tenant_id.ne(at.who.tenant());
        AnyTenant() |at| customers::tenant_id.is_not_null();
    }
}

conditions! {
    /// On invoices, without sub-queries.
    InvoiceIs {
        Numbered(number: Number) |at| invoices::number.le(number.0);
        Of(customer: Key) |at| invoices::customer_id.eq(customer.uuid());
        After(before: Key) |at| invoices::before_id.eq(before.uuid());
        AmountBetween(least: Number, most: Number) |at| invoices::amount.between(least.0, most.0);
        FirstOne() |at| invoices::before_id.is_null();
        Raw(amount: Number) |at| sql::<Bool>(&format!("invoices.amount > {} OR 1 = 1", amount.0));
        AnyTenant() |at| invoices::tenant_id.eq(at.who.tenant()).or(invoices::tenant_id.ne(at.who.tenant()));
    }
}

conditions! {
    /// On documents, without sub-queries.
    DocumentIs {
        Titled(title: Name) |at| documents::title.eq(title.text());
        OnShelf(shelf: Name) |at| documents::shelf.ge(shelf.text());
        In(slot: Number) |at| documents::slot.eq(slot.0);
        Nobodys() |at| documents::customer_id.is_null();
        Deleted() |at| documents::deleted_at.is_not_null();
    }
}

conditions! {
    /// On accounts, without sub-queries.
    AccountIs {
        Login(login: Name) |at| accounts::login.eq(login.text());
        LevelAtLeast(level: Number) |at| accounts::level.ge(level.0);
        One(key: Global) |at| accounts::id.eq(at.key(key));
    }
}

conditions! {
    /// On credentials, without sub-queries.
    CredentialIs {
        Labelled(label: Name) |at| credentials::label.eq(label.text());
        Of(account: Global) |at| credentials::account_id.eq(at.key(account));
        One(key: Global) |at| credentials::id.eq(at.key(key));
        Raw() |at| sql::<Bool>("credentials.label < 'zzz' OR true");
    }
}

conditions! {
    /// On challenges, without sub-queries.
    ChallengeIs {
        AnswerAtLeast(answer: Number) |at| challenges::answer.ge(answer.0);
        Of(credential: Global) |at| challenges::credential_id.eq(at.key(credential));
    }
}

conditions! {
    /// On customers.
    CustomerMay {
        Is(this: CustomerIs) |at| this.make(at);
        HaveInvoice(that: Filters<InvoiceIs>) |at| exists(narrow(
            at.scoped::<Invoice>().query().inside::<Customer>().filter(invoices::customer_id.eq(customers::id)),
            &that,
            at,
        ));
        HaveNoInvoice(that: Filters<InvoiceIs>) |at| not(exists(narrow(
            at.scoped::<Invoice>().query().inside::<Customer>().filter(invoices::customer_id.eq(customers::id)),
            &that,
            at,
        )));
        BeInvoiced(that: Filters<InvoiceIs>) |at| customers::id.eq_any(
            narrow(at.scoped::<Invoice>().query(), &that, at).select(invoices::customer_id),
        );
        NotBeNamedLikeADocument(that: Filters<DocumentIs>) |at| customers::name.ne_all(
            narrow(at.scoped::<Document>().query(), &that, at).select(documents::title),
        );
        BeNamedLikeAnAccountThatHasACredential(that: Filters<CredentialIs>) |at| customers::name.eq_any(
            narrow(at.scoped::<Account>().inner_join::<Credential>(), &that, at).select(accounts::login),
        );
        ComeWithAnyAccount(that: Filters<AccountIs>) |at| exists(
            narrow(at.scoped::<Account>().query(), &that, at),
        );
        HaveCreditAbove(that: Filters<InvoiceIs>) |at| customers::credit.nullable().gt(scalar(
            narrow(at.scoped::<Invoice>().query(), &that, at).select(max(invoices::amount)),
        ));
        HaveTheMost(that: Filters<CustomerIs>) |at| customers::credit.nullable().eq(scalar(
            narrow(at.scoped::<Customer>().query(), &that, at).select(max(customers::credit)),
        ));
    }
}

conditions! {
    /// On invoices.
    InvoiceMay {
        Is(this: InvoiceIs) |at| this.make(at);
        BeOf(that: Filters<CustomerIs>) |at| invoices::customer_id.eq_any(
            narrow(at.scoped::<Customer>().query(), &that, at).select(customers::id),
        );
        HaveDocument(that: Filters<DocumentIs>) |at| exists(narrow(
            at.scoped::<Document>()
                .query()
                .inside::<Invoice>()
                .filter(documents::customer_id.eq(invoices::customer_id.nullable())),
            &that,
            at,
        ));
        BeAboveAsMany(that: Filters<ChallengeIs>) |at| invoices::number.into_sql::<diesel::sql_types::Integer>().is_not_null().and(
            exists(narrow(at.scoped::<Challenge>().query(), &that, at)),
        );
    }
}

conditions! {
    /// On documents.
    DocumentMay {
        Is(this: DocumentIs) |at| this.make(at);
        BeOf(that: Filters<CustomerIs>) |at| exists(narrow(
            at.scoped::<Customer>()
                .query()
                .inside::<Document>()
                .filter(documents::customer_id.eq(customers::id.nullable())),
            &that,
            at,
        ));
    }
}

conditions! {
    /// On accounts.
    AccountMay {
        Is(this: AccountIs) |at| this.make(at);
        HaveCredential(that: Filters<CredentialIs>) |at| accounts::id.eq_any(
            narrow(at.scoped::<Credential>().query(), &that, at).select(credentials::account_id),
        );
        HaveNoChallenge(that: Filters<ChallengeIs>) |at| not(exists(narrow(
            at.scoped::<Challenge>()
                .inner_join::<Credential>()
                .inside::<Account>()
                .filter(credentials::account_id.eq(accounts::id)),
            &that,
            at,
        )));
    }
}

conditions! {
    /// On credentials.
    CredentialMay {
        Is(this: CredentialIs) |at| this.make(at);
        BeOf(that: Filters<AccountIs>) |at| credentials::account_id.eq_any(
            narrow(at.scoped::<Account>().query(), &that, at).select(accounts::id),
        );
    }
}

conditions! {
    /// On challenges.
    ChallengeMay {
        Is(this: ChallengeIs) |at| this.make(at);
        BeOf(that: Filters<CredentialIs>) |at| exists(narrow(
            at.scoped::<Credential>()
                .query()
                .inside::<Challenge>()
                .filter(credentials::id.eq(challenges::credential_id)),
            &that,
            at,
        ));
        HaveAsManyCustomers(that: Filters<CustomerIs>) |at| scalar(
            narrow(at.scoped::<Customer>().query(), &that, at).select(count_star()),
        ).ge(1_i64);
    }
}
