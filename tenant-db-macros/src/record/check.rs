//! From what is written to a [`Record`].

use syn::DeriveInput;
use syn::ext::IdentExt as _;

use super::attr::RecordAttr;
use super::model::Record;
use crate::ctxt::Ctxt;
use crate::field::Field;
use crate::names::inferred_table;

/// The record; `None` where an error was reported that leaves nothing to go on with.
pub(crate) fn record(
    ctxt: &Ctxt,
    input: &DeriveInput,
    attr: RecordAttr,
    fields: Vec<Field>,
) -> Option<Record> {
    if attr.model.is_absent() {
        let missing = "`model` is missing: write `#[tenant(model = Customer)]` with the struct that derives `TenantScoped`";
        match attr.span {
            Some(span) => ctxt.error_at(span, missing),
            None => ctxt.error(&input.ident, missing),
        }
    }
    no_column_twice(ctxt, &fields);
    let model = attr.model.into_value()?;
    let inferred = model.segments.last().map(|segment| inferred_table(&segment.ident).into());
    Some(Record {
        ident: input.ident.clone(),
        vis: input.vis.clone(),
        generics: input.generics.clone(),
        table: attr.table.into_value().or(inferred)?,
        model,
        fields,
    })
}

/// An update without fields could change nothing.
pub(crate) fn changes_something(ctxt: &Ctxt, record: &Record) {
    if record.fields.is_empty() {
        ctxt.error(
            &record.ident,
            format_args!(
                "`{}` has no fields, so it changes nothing: add a field for each column that may change",
                record.ident
            ),
        );
    }
}

/// PostgreSQL refuses a column that is written twice.
fn no_column_twice(ctxt: &Ctxt, fields: &[Field]) {
    for (at, field) in fields.iter().enumerate() {
        let Some(column) = field.column() else { continue };
        if fields[..at].iter().any(|earlier| earlier.is_column(column)) {
            ctxt.error(
                column,
                format_args!("two fields write the column `{}`: remove one of them", column.unraw()),
            );
        }
    }
}
