//! People: changed, as far as the rules about administrators allow.

use model::{PersonId, PersonState, Role, Scope};

use super::{
    administrators, links,
    people::{lowered, one},
    person::PersonSpec,
    sessions,
};
use crate::{
    NewEntry, Result, Store, audit,
    both::on,
    error::sql,
    row::{clean_some, to_json},
};

/// What changes of a person. Absent: stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersonChange {
    /// The address that they are known by; nobody else may have it.
    pub email: Option<String>,
    /// What others call them.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// What they see.
    pub scope: Option<Scope>,
    /// Whether they may come in. `disabled` ends their sessions and voids their links; their tokens open nothing meanwhile.
    pub state: Option<PersonState>,
}

/// Makes the entry of a change from the person before and after it: only within the transaction it is known who they are.
pub type TellChange<'t> = &'t (dyn Fn(&PersonSpec, &PersonSpec) -> NewEntry + Sync);

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonChanged {
    /// It was made.
    Done,
    /// There is no such person.
    Missing,
    /// Nothing was changed: the email belongs to somebody else.
    EmailTaken,
    /// Nothing was changed: they would have become an administrator with a scope.
    AdministratorWithScope,
    /// Nothing was changed: no active administrator who sees everything would have been left.
    LastAdministrator,
}

impl Store {
    /// Changes a person, but never so that the last active administrator who sees everything is gone, or that one has a scope: both
    /// are looked at within the transaction, and one writes at a time, so two who demote each other at once do not both succeed, nor do two
    /// of whom one gives the role and the other the scope.
    pub async fn change_person(
        &self,
        id: PersonId,
        change: &PersonChange,
        tell: Option<TellChange<'_>>,
    ) -> Result<PersonChanged> {
        const TEXT: &str = "update people set name = coalesce($2, name), role = coalesce($3, role), \
            scope = coalesce($4, scope), state = coalesce($5, state), email = coalesce($6, email) where id = $1";
        const TAKEN: &str = "select count(*) from people where email = $1 and id <> $2";
        let email = change.email.as_deref().map(lowered);
        let mut tx = self.write().await?;
        if let Some(email) = &email {
            let taken: i64 = on!(tx.conn(), db => {
                sqlx::query_scalar(TAKEN).bind(email.as_str()).bind(id.0).fetch_one(db).await
            })
            .map_err(sql("look whose an email is"))?;
            if taken > 0 {
                return Ok(PersonChanged::EmailTaken);
            }
        }
        let before = administrators::count(&mut tx).await?;
        let Some(was) = one(&mut tx, id).await? else { return Ok(PersonChanged::Missing) };
        on!(tx.conn(), db => {
            let query = sqlx::query(TEXT).bind(id.0).bind(clean_some(change.name.as_deref()));
            let query = query.bind(change.role.map(Role::as_str)).bind(change.scope.as_ref().map(to_json));
            let query = query.bind(change.state.map(PersonState::as_str)).bind(email.as_deref());
            query.execute(db).await.map(drop)
        })
        .map_err(sql("change a person"))?;
        let Some(is) = one(&mut tx, id).await? else { return Ok(PersonChanged::Missing) };
        // Who was one before may still be renamed, or shut out.
        if is_scoped_administrator(&is.spec) && !is_scoped_administrator(&was.spec) {
            return Ok(PersonChanged::AdministratorWithScope);
        }
        if before > 0 && administrators::count(&mut tx).await? == 0 {
            return Ok(PersonChanged::LastAdministrator);
        }
        if change.state == Some(PersonState::Disabled) {
            sessions::end_all(&mut tx, id, None).await?;
            links::void(&mut tx, id).await?;
        }
        if let Some(tell) = tell {
            audit::append(&mut tx, &tell(&was.spec, &is.spec)).await?;
        }
        tx.commit().await?;
        Ok(PersonChanged::Done)
    }
}

/// An administrator with a scope could give themselves everything, so that the scope would only pretend.
fn is_scoped_administrator(person: &PersonSpec) -> bool {
    person.role == Role::Admin && !person.scope.is_everything()
}
