//! What travels between a node and its callers, as JSON: one declaration for each shape, used by the HTTP handlers, by
//! the command line and by the OpenAPI document.
//!
//! Requests refuse fields they do not know. Responses pass over them, so that an older program reads a newer node. What a
//! drill is asked and reports, and traces, are declared where they are made: `Parameters`, `DrillReport`, `DrillProgress`, `Trace`.
//!
//! | file here | what it is for |
//! |---|---|
//! | `limits` | what the API takes at most |
//! | `commands` | TEACH, ASK and FORGET |
//! | `backup` | the headers of a copy of the genome |
//! | `batch` | how a batch is taken, and its answers, line by line |
//! | `condition` | how the node is, in one line |
//! | `genome` | the genome, its blocks, and what can be asked |
//! | `knowledge` | what is taught, to be browsed, compared and changed |
//! | `import` | a file that is to be taught, and how everything is exported |
//! | `verification` | how a verification stands |
//! | `soaks` | soak drills |
//! | `sse` | progress as server-sent events |
//! | `traces` | which traces, and what failed |
//! | `operations` | how the node is, at a glance |
//! | `runbook` | the runbook, for the page |
//! | `settings` | the settings in force |
//! | `history` | what the last day was like |
//! | `alerts` | the node's alerts |
//! | `health` | whether the node lives and is ready |
//! | `problem` | what went wrong |
//! | `kind` | every kind of problem, with its status |

mod alerts;
pub(crate) mod backup;
mod batch;
mod commands;
mod condition;
mod genome;
mod health;
mod history;
mod import;
mod kind;
mod knowledge;
pub(crate) mod limits;
mod operations;
mod problem;
mod runbook;
mod settings;
mod soaks;
mod sse;
#[cfg(test)]
mod tests;
mod traces;
mod verification;

pub(crate) use alerts::{Alert, AlertState, AlertsResponse, AlertsSeen};
pub(crate) use batch::{BatchQuery, Effect, LineResult, Summary, Unchanged};
pub(crate) use commands::{
    AnsweredBy, AskOrForgetResponse, AskResponse, BlockAddress, CommandRequest, Erasure, ForgetRequest,
    ForgetResponse, LessonRequest, MatchKind, StimulusRequest, SuggestedAnswer, TeachRequest, TeachResponse,
};
pub(crate) use condition::{Condition, ConditionKind, ConditionLevel};
pub(crate) use genome::{AssociationLine, BlockResponse, BlocksQuery, BlocksResponse, GenomeResponse};
pub(crate) use health::{Health, HealthStatus};
pub(crate) use history::{HistoryQuery, HistoryResponse};
pub(crate) use import::{
    ExportFormat, ExportQuery, FileFormat, ImportFault, ImportLine, ImportPreview, ImportQuery, ImportSample,
    ImportSummary, row,
};
pub(crate) use kind::ProblemKind;
pub(crate) use knowledge::{
    AssociationsQuery, AssociationsResponse, ListedAssociation, PreviewResponse, QuestionsResponse, Version,
    VersionsQuery, VersionsResponse,
};
pub(crate) use operations::{GenomeEnd, IndexState, OperationsResponse, ReadyState, RecallState};
pub(crate) use problem::Problem;
pub(crate) use runbook::{RunbookQuery, RunbookResponse, RunbookSection};
pub(crate) use settings::{SettingInForce, SettingSource, SettingsResponse};
pub(crate) use soaks::{SoakLinks, SoakStarted, SoaksResponse};
pub(crate) use sse::{SoakEvent, VerificationEvent};
pub(crate) use traces::{FailuresQuery, FailuresResponse, LastQuery, LatestQuery, Moment, TracesResponse};
pub(crate) use verification::{VerdictResponse, VerificationResponse};
