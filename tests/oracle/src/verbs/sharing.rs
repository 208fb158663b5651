//! Reference data, which everybody reads.

use diesel::prelude::*;
use tenant_db::dsl::exists;

use crate::conditions::{AccountIs, Filters, narrow};
use crate::models::{Account, Country};
use crate::outcome::{Work, rows, value};
use crate::schema::{accounts, countries};
use crate::values::{Name, choices};

choices! {
    /// Reference data.
    Share -> Work by std::convert::identity {
        Countries(code: Name) |at| rows(
            at.global::<Country>().filter(countries::code.le(code.text())).load(),
        );
        FindCountry(code: Name) |at| value(at.global::<Country>().find(code.text().to_owned()));
        JoinCountries(account: Filters<AccountIs>) |at| rows(
            narrow(at.scoped::<Account>().left_join::<Country>(), &account, at).load(),
        );
        CountriesWithAccounts(account: Filters<AccountIs>) |at| rows(
            narrow(at.global::<Country>().inner_join::<Account>(), &account, at).load(),
        );
        CountriesOfSomebody(account: Filters<AccountIs>) |at| rows(
            at.global::<Country>()
                .filter(exists(narrow(
                    at.scoped::<Account>()
                        .query()
                        .inside::<Country>()
                        .filter(accounts::country.eq(countries::code.nullable())),
                    &account,
                    at,
                )))
                .load(),
        );
        AccountsPerCountry(account: Filters<AccountIs>) |at| rows(
            narrow(at.global::<Country>().left_join::<Account>(), &account, at)
                .group_by(countries::name)
                .select((countries::name, diesel::dsl::count(accounts::id.nullable())))
                .load::<(String, i64)>(),
        );
    }
}
