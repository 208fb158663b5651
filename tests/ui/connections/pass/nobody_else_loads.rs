//! Whoever implemented this would be handed the connection.


struct Mine;

fn load<Q: tenant_db::query::LoadsAs<i64>>(_query: Q, _mine: Mine) {}

fn main() {}
