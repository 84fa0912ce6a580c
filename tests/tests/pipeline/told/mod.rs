//! The owner is told, by a real mail relay: from the outbox of a real store however often the courier is killed on the way (`killed`),
//! by a whole house (`whole`), by the binary that is killed (`struck`), and when somebody tries a channel (`tried`).

mod bridges;
mod fate;
mod killed;
mod relayed;
mod scene;
mod struck;
mod tried;
mod whole;
