//! Running a program with the contract of the Nagios plugins: what does it say?

mod running;

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::{Fact, Trouble},
    kind::{CelKind, Kind, OptionKind},
    perfdata::Output,
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    filled::{BEGINS, forms},
    marks::{self, Mark, micros},
    options::{Options, name, optional, required},
    programs::{Programs, is_below},
    redact::Masks,
    table::Entry,
};
use running::{Ended, Running};

/// Values that become measures by themselves; as many as a run that is sent may have.
const MEASURES: usize = 32;

/// Variables by which a program loads or runs what nobody allowed. Those that end in `*` are beginnings.
const TELLING_MORE: [&str; 20] = [
    "BASH*",
    "CDPATH",
    "DYLD_*",
    "ENV",
    "GCONV_PATH",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "JDK_*",
    "LD_*",
    "LUA_*",
    "NODE_*",
    "PATH",
    "PERL*",
    "PHP*",
    "PS4",
    "PYTHON*",
    "RUBY*",
    "SHELLOPTS",
    "_JAVA_OPTIONS",
    "ZDOTDIR",
];

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "command",
    summary: "Runs a program with the contract of the Nagios plugins: status 0 to 3, a line, performance data",
    options: &[
        required("program", OptionKind::Text, "The program, by its name in the folder that the server allows"),
        optional("arguments", OptionKind::TextList, None, "Its arguments, each as it is: no shell reads them"),
        optional("env", OptionKind::Map, None, "Its environment: these variables and no others"),
    ],
    names: &[
        name("latency", CelKind::Duration, "From the program's start to its end"),
        name("status", CelKind::Int, "What it ended with: 0 ok, 1 warning, 2 critical, 3 unknown"),
        name("line", CelKind::Text, "The first line that it printed, without performance data"),
        name("long", CelKind::Text, "The lines after it"),
        name("stderr", CelKind::Text, "What it printed as complaints"),
        name("perfdata", CelKind::Map, "Performance data: numbers by name, in s, bytes, percent or as they are"),
        name("warned", CelKind::List, "Names of the performance data that lie in the range where they warn"),
        name("critical", CelKind::List, "Names of those that lie in the range where they are critical"),
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let program = options.text("program").filter(|program| is_program(&mut options, program));
    let arguments = options.list("arguments");
    let environment = options.map("env");
    for name in environment.iter().flat_map(BTreeMap::keys) {
        if name.is_empty() || name.contains(['=', '\0']) {
            options.fault("env", format!("`{name}` is no name of a variable"));
        } else if tells_more(name) {
            options.fault("env", format!("`{name}` changes what a program loads or runs, which nobody may from here"));
        }
    }
    let made = match (program, arguments, environment) {
        (Some(program), Some(arguments), Some(environment)) => {
            let party = Party { method: "RUN", peer: program.clone(), url: format!("command:{program}"), key: None };
            let programs = Arc::clone(clients.programs());
            let secrets = options.secrets();
            let secrets = secrets.iter().flat_map(|secret| forms::of(secret)).chain(clients.masked().iter().cloned());
            let masks = Masks::of(secrets);
            Some((party, Command { programs, program, arguments, environment, masks }))
        }
        _ => None,
    };
    attempt::probe(spec, clients, options, made)
}

/// Nobody that we would know of.
fn whom(_spec: &ProbeSpec) -> Option<HostKey> {
    None
}

/// Faults what leads out of any folder, and what would be known only later.
fn is_program(options: &mut Options<'_>, program: &str) -> bool {
    if program.contains(BEGINS) {
        options.fault("program", "has to be written: which program is run cannot be filled in");
    } else if !is_below(program) || program.contains(char::is_control) {
        options.fault("program", "is no name in the folder of the programs, such as check_tcp");
    } else {
        return true;
    }
    false
}

fn tells_more(name: &str) -> bool {
    TELLING_MORE.iter().any(|known| match known.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == *known,
    })
}

struct Command {
    programs: Arc<Programs>,
    program: String,
    arguments: Vec<String>,
    environment: BTreeMap<String, String>,
    /// Taken out before anything is read of what it printed: names of measures are made of it, and no mask finds a secret in those.
    masks: Masks,
}

#[async_trait]
impl Conversation for Command {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let program = self.programs.find(&self.program).await?;
        let _place = self.programs.place(attempt.deadline).await?;
        attempt.sent(self.arguments.join("\n").as_bytes());
        attempt.waiting_for("its end");
        marks::stamp(Mark::Ready);
        let began = Instant::now();
        let running = Running::start(&program, &self.arguments, &self.environment);
        let mut running = running.map_err(|error| {
            Trouble::new(Reason::Config, format!("the program {} cannot be started: {error}", self.program))
        })?;
        let ended = running.end(attempt).await;
        attempt.answered_in = Some(micros(began.elapsed()));
        self.tell(attempt, ended?);
        Ok(())
    }
}

impl Command {
    /// Puts what it said, and what its status says by itself.
    fn tell(&self, attempt: &mut Attempt, ended: Ended) {
        let output = Output::read(&self.masks.bytes(ended.printed));
        let complaints = self.masks.bytes(ended.complaints);
        let complaint = Output::read(&complaints).line;
        let said = [output.line.as_str(), complaint.as_str()].into_iter().find(|line| !line.is_empty());
        let said = said.map_or_else(|| format!("{} said nothing", self.program), str::to_owned);
        match ended.status {
            Some(0) => {}
            Some(1) => attempt.status_warning = Some(Trouble::new(Reason::Assertion, said)),
            Some(2) => attempt.status_trouble = Some(Trouble::new(Reason::Assertion, said)),
            Some(3) => attempt.status_trouble = Some(Trouble::new(Reason::Config, said)),
            Some(other) => {
                let why = format!("{} ended with {other}, which says nothing (0 to 3 do): {said}", self.program);
                attempt.status_trouble = Some(Trouble::new(Reason::Config, why));
            }
            None => {
                let why = format!("{} was ended by a signal: {said}", self.program);
                attempt.status_trouble = Some(Trouble::new(Reason::Internal, why));
            }
        }
        attempt.status = ended.status.and_then(|status| u16::try_from(status).ok());
        attempt.put("status", ended.status.map_or(Fact::Null, |status| Fact::Int(status.into())));
        let numbers: BTreeMap<String, f64> = output.measures();
        let facts = numbers.iter().map(|(name, value)| (name.clone(), Fact::Double(*value)));
        attempt.put("perfdata", facts.collect::<BTreeMap<_, _>>());
        let alerted = |range: fn(&rules::perfdata::Value) -> Option<rules::perfdata::Range>| {
            let alerts = output
                .values
                .iter()
                .filter(|value| range(value).zip(value.value).is_some_and(|(range, number)| range.alerts(number)));
            alerts.map(|value| Fact::Text(value.name.clone())).collect::<Vec<_>>()
        };
        attempt.put("warned", alerted(|value| value.warn));
        attempt.put("critical", alerted(|value| value.crit));
        let order = output.values.iter().take(MEASURES);
        attempt.measures = order.filter_map(|of| Some((of.name.clone(), *numbers.get(&of.name)?))).collect();
        attempt.put("line", output.line);
        attempt.put("long", output.long);
        attempt.put("stderr", String::from_utf8_lossy(&complaints).trim());
    }
}
