//! Whoever implemented this would be handed the connection.


struct Mine;

impl tenant_db::query::LoadsAs<i64> for Mine {}

fn main() {}
